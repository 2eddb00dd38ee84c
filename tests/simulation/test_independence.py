"""The simulation never imports the code that it serves to check."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import analysis.simulation

FOLDER = Path(analysis.simulation.__file__).parent
ALLOWED = {"schemas", "numpy", "pandas", "pyarrow"}
MODULES = sorted(path for path in FOLDER.glob("*.py") if not path.name.startswith("plant"))
STANDARD = {
    "__future__", "collections", "csv", "dataclasses", "json", "pathlib", "typing", "zlib",
}  # fmt: skip


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_imports(module):
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1, "only modules beside it"
            names = [] if node.level else [node.module]
        else:
            continue
        for name in names:
            assert name.split(".")[0] in ALLOWED | STANDARD, name
