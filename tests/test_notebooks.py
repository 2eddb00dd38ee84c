"""Notebooks are thin: definitions and calls only, the cut as their one parameter.

That git holds none of their outputs is shown in ``test_git_guard.py``.
"""

import ast
import json
import os
import re
from pathlib import Path

import papermill
import pytest

from analysis.reporting.execution import KERNEL_ENVIRONMENT
from analysis.sap import read_study

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("s[0-9][0-9]_*.ipynb"))
MOST_LINES = 15
REFUSED = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.For, ast.While, ast.If, ast.IfExp, ast.Try, ast.With),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def source(cell):
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def code(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_there_are_notebooks():
    assert NOTEBOOKS


def test_cell_ids_are_there_and_unique(notebook):
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(ids) == len(set(ids))


def test_the_first_code_cell_holds_the_cut_only(code):
    assert code[0]["metadata"]["tags"] == ["parameters"]
    statement = ast.parse(source(code[0])).body
    assert len(statement) == 1
    assert ast.unparse(statement[0]) == "cut = 'DC04'"


def test_notebooks_are_thin(code):
    for cell in code:
        text = source(cell)
        assert len(text.splitlines()) <= MOST_LINES
        found = [type(node).__name__ for node in ast.walk(ast.parse(text))]
        assert not set(found) & {kind.__name__ for kind in REFUSED}, text


def test_a_notebook_shows_what_the_plan_assigns_to_it(path, code):
    """An output is two lines between which one can stop: its numbers, and what shows them."""
    shown = [
        re.fullmatch(
            r"rows = study\.outputs\.(\w+)\.numbers\(\)\nstudy\.show\(rows\)", source(cell)
        )
        for cell in code[2:]
    ]
    ids = [found.group(1).replace("_", ".") for found in shown]
    sap = read_study(ROOT, "DC04").sap
    planned = [output.id for output in sap.outputs_of(path.stem)]
    for output in planned:
        assert output in ids, (
            f"params/sap.yaml assigns {output} to {path.name}: add a cell with\n"
            f"rows = study.outputs.{output.replace('.', '_')}.numbers()\nstudy.show(rows)"
        )
    for output in ids:
        assert output in planned, (
            f"{path.name} shows {output}: add a row to `outputs:` of params/sap.yaml, with "
            f"`notebook: {path.stem}`"
        )
    assert len(ids) == len(set(ids))


def test_every_notebook_of_the_plan_is_there():
    sap = read_study(ROOT, "DC04").sap
    assert set(sap.notebooks()) == {path.stem for path in NOTEBOOKS}


def test_a_notebook_opens_with_its_title(notebook):
    first = notebook["cells"][0]
    assert first["cell_type"] == "markdown"
    assert source(first).startswith("# ")


@pytest.mark.slow
def test_the_notebook_to_start_with_runs(tmp_path):
    """In an ordinary kernel and without a staging folder, as in JupyterLab."""
    path = ROOT / "notebooks" / "explore" / "00_start_here.ipynb"
    notebook = papermill.execute_notebook(
        str(path),
        str(tmp_path / "executed.ipynb"),
        engine_name="registry",
        kernel_name="python3",
        progress_bar=False,
        start_timeout=300,
        execution_timeout=300,
        server=None,
        environment={**os.environ, **KERNEL_ENVIRONMENT},
        folder=path.parent,
    )
    assert notebook.cells[1].source == 'cut = "DC04"'
    ran = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in ran)
    assert all(cell.outputs for cell in ran if not cell.source.startswith("cut ="))
