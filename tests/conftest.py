"""Being here makes `tests` importable from every test: ``from tests.tables import table``."""
