"""The rules that keep the project in one direction, read off the source itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.study_folder import PROJECT

SOURCE = PROJECT / "src" / "analysis"
MODULES = sorted(SOURCE.rglob("*.py"))

# Each layer may import those before it and itself. `schemas` is imported by all and imports none.
LAYERS = (
    ("wording", "missing"),
    ("errors", "characters", "csv_writer", "hints"),
    ("yaml_source", "faults", "replacing", "git_guard", "ctcae"),
    ("hashing",),
    (
        "parameter_types",
        "parameter_rules",
        "parameter_messages",
        "cut_files",
        "params",
        "crosswalk",
    ),
    ("locked",),
    ("sap", "rule_comments", "findings", "csv_source", "dates", "visits"),
    ("extracts", "datacut"),
    ("endpoints",),
    ("validation",),
    ("datasets",),
    ("estimates",),
    ("tabulation",),
    ("displays",),
    ("changes", "downloads"),
    ("outputs",),
    ("hybrids", "tracing", "prose"),
    ("reporting", "bench"),
    ("freezing", "queries"),
    ("importing", "exporting"),
    ("simulation",),
    ("cli",),
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
SEEDED = {"Random", "default_rng", "Generator", "Philox", "PCG64", "SeedSequence"}
PURE = ("datacut", "dates", "visits", "endpoints", "estimates", "tabulation", "changes", "outputs")


def layer_of(path: Path) -> str:
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def imports_of(path: Path) -> set[str]:
    """Full names of what a module imports, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                folder = path.relative_to(SOURCE.parent).parent.parts
                folder = folder[: len(folder) - node.level + 1]
                base = ".".join([*folder, *filter(None, [node.module])])
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return names


def test_every_module_has_a_layer():
    assert {layer_of(path) for path in MODULES} - {"__init__"} <= set(RANK)
    assert len(MODULES) > 60


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_nothing_imports_a_later_layer(path):
    own = layer_of(path)
    if own == "__init__" or path.name == "synthetic.py":
        return
    used = {name.split(".")[1] for name in imports_of(path) if name.startswith("analysis.")}
    upstream = {name for name in used & set(RANK) if RANK[name] > RANK[own]}
    assert upstream == set()


def test_schemas_import_none_of_the_analysis():
    for path in (PROJECT / "schemas").rglob("*.py"):
        assert not [n for n in imports_of(path) if n.split(".")[0] == "analysis"], path


def test_nothing_but_the_command_line_imports_the_simulation():
    users = {
        str(path.relative_to(SOURCE))
        for path in MODULES
        if layer_of(path) != "simulation"
        and any(name.startswith("analysis.simulation") for name in imports_of(path))
    }
    assert users <= {"cli.py", "reporting/synthetic.py"}  # the command and what it does


def test_the_simulation_never_calls_the_derivation():
    forbidden = (
        "endpoints",
        "datasets",
        "datacut",
        "dates",
        "visits",
        "estimates",
        "tabulation",
        "outputs",
    )
    for path in (SOURCE / "simulation").rglob("*.py"):
        used = {name for name in imports_of(path) if name.startswith("analysis.")}
        assert not [n for n in used if n.split(".")[1] in forbidden], path


def test_the_cutoff_is_named_where_the_cut_happens_and_nowhere_after():
    """After datacut.py the cutoff travels on only as adsl.DCUTDT (and as words on a page)."""
    allowed = {"datacut", "params", "validation", "reporting", "simulation", "cli"}
    allowed |= {"locked", "tracing", "queries"}  # hold it against a lock, say it in words
    users = {
        str(path.relative_to(SOURCE))
        for path in MODULES
        if "clinical_cutoff" in path.read_text(encoding="utf-8") and layer_of(path) not in allowed
    }
    assert users == {"datasets/build.py", "importing/new_study.py"}  # the latter writes the file


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_code_asks_what_day_it_is(path):
    text = path.read_text(encoding="utf-8")
    clocks = r"\b(today|now|utcnow|localtime|gmtime|strftime\(\)|time\.time)\s*\("
    assert re.findall(clocks, text) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_randomness_is_seeded(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"np\.random\.(seed|rand|normal|choice|shuffle)\b", text)
    assert not re.search(r"default_rng\(\s*\)", text)
    # the standard library's generator only with a seed of its own
    assert set(re.findall(r"\brandom\.(\w+)\(", text)) <= SEEDED or (layer_of(path) == "reporting")


@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if layer_of(p) in PURE and p.stem != "catalogue"],  # it reads the source
    ids=lambda p: str(p.relative_to(SOURCE)),
)
def test_pure_layers_touch_no_file(path):
    calls = r"\b(open|read_csv|read_parquet|to_csv|to_parquet|write_text|read_text|read_bytes)\("
    assert re.findall(calls, path.read_text(encoding="utf-8")) == []


def test_parameters_have_no_default():
    """A value that can change a number stands in params/, never in the code."""
    tree = ast.parse((SOURCE / "params.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            with_value = [
                item.target.id
                for item in node.body
                if isinstance(item, ast.AnnAssign) and item.value is not None
            ]
            assert with_value == [], node.name


def test_derivation_needs_neither_notebook_nor_plot_library():
    import subprocess
    import sys

    code = (
        "import sys, analysis.cli, analysis.datasets.build;"
        "print(sorted({m.split('.')[0] for m in sys.modules} &"
        " {'matplotlib', 'seaborn', 'papermill', 'nbformat', 'nbclient', 'IPython',"
        " 'jupyter_client',"
        " 'lifelines', 'statsmodels'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
