"""The 16 raw extracts of the registry, one file each."""

from importlib import import_module

from schemas.tables import RawTable
from schemas.terminology import RAW_TABLES as _NAMES

RAW_TABLES: dict[str, RawTable] = {
    name: import_module(f"schemas.raw.{name}").TABLE for name in _NAMES
}

__all__ = ["RAW_TABLES"]
