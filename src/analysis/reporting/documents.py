"""Pages of ``docs/`` that are rendered from the code: ``python -m analysis.reporting.documents``.

``finder.md`` leads from a term, a parameter, an output or a rule of the plan to file and line;
``parameters.md`` lists every time to event; ``dependencies.md`` says what each package is for.
Tests fail where a page is not what this renders.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from analysis.endpoints.time_parameters import CENSORINGS, TIMES
from analysis.outputs.catalogue import MODULE_OF
from analysis.params import Rules
from analysis.reporting.dependencies import DEPENDENCIES
from analysis.yaml_source import read_yaml
from schemas.terminology import ADQS_PARAMCD, ADRS_PARAMCD

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "src" / "analysis"
# What a newcomer asks for, and the name in the code that answers.
TERMS = (
    ("Progression-free survival", "endpoints/progression_free_survival.py", "derive_pfs"),
    ("Best overall response", "endpoints/best_overall_response.py", "derive_bor"),
    ("Confirmation of a response", "endpoints/confirmed_response.py", "derive_crsp"),
    ("Measurable disease", "endpoints/tumour_baseline.py", "measurable_baseline"),
    ("Treatment-emergent", "endpoints/adverse_event_period.py", "assign_period"),
    ("Guided therapy", "endpoints/guided_therapy.py", "classify_regimens"),
    ("Denominators of ORR at a visit", "endpoints/response_at_visit.py", "status_at_visits"),
    ("Censoring of duration of response", "endpoints/duration_of_response.py", "derive_dor"),
    ("T-score table", "endpoints/promis29_scores.py", "t_scores"),
    ("Minimal important difference", "endpoints/promis29_scores.py", "change_category"),
    ("ECOG worst, death composite", "endpoints/performance_change.py", "change_status"),
    ("PFS ratio", "endpoints/pfs_ratio_pairs.py", "derive_ratio_pairs"),
    ("Second profile", "endpoints/treatment_failure.py", "derive_treatment_failure"),
    ("Funnel stage", "outputs/disposition/funnel_steps.py", "STEPS"),
    ("Cut rule for deaths", "datacut.py", "apply_cut"),
    ("Partial dates", "dates.py", "middle"),
    ("Visit windows", "visits.py", "assign_visits"),
    ("Clopper-Pearson", "estimates/proportions.py", "clopper_pearson"),
    ("Restricted mean survival time", "tabulation/time_to_event.py", "restriction_months"),
    ("Suppression in the public profile", "parameter_rules.py", "DisplayRules"),
)


@cache
def _definitions(path: Path) -> dict[str, int]:
    """Lines on which the names of a module are defined."""
    found: dict[str, int] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node.lineno
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        found[name.id] = node.lineno
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = node.lineno
    return found


def _link(path: str, line: int, text: str = "") -> str:
    """A link from ``docs/`` to a line of the source."""
    shown = text or f"{path.removeprefix('src/analysis/')}:{line}"
    return f"[{shown}](../{path}#L{line})"


def line_of(path: str, name: str) -> int:
    """Line on which a module of ``src/analysis`` defines a name.

    Raises
    ------
    KeyError
        If it does not define it: the finder must be mended with the code.
    """
    return _definitions(SOURCE / path)[name]


def _terms() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for term, path, name in TERMS:
        rows.append((term, _link(f"src/analysis/{path}", line_of(path, name)), f"`{name}`"))
    return rows


def _mentions(paramcd: str) -> list[str]:
    """Modules of endpoints and datasets in which a parameter stands in quotes."""
    quoted = re.compile(rf"[\"']{paramcd}[\"']")
    found = []
    for folder in ("endpoints", "datasets"):
        for path in sorted((SOURCE / folder).glob("*.py")):
            lines = path.read_text(encoding="utf-8").splitlines()
            at = next((n for n, line in enumerate(lines, 1) if quoted.search(line)), None)
            if at is not None and path.stem != "time_parameters":
                found.append(_link(f"src/analysis/{folder}/{path.name}", at))
    return found


def _parameters() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for time in TIMES:
        path = f"{time.home.replace('.', '/')}.py"
        rows.append((f"`{time.paramcd}`", "ADTTE", _link(f"src/analysis/{path}", 1, path)))
    for dataset, names in (("ADRS", ADRS_PARAMCD), ("ADQS", ADQS_PARAMCD)):
        rows += [(f"`{name}`", dataset, ", ".join(_mentions(name)[:3])) for name in names]
    return rows


def _outputs() -> list[tuple[str, ...]]:
    plan = read_yaml(ROOT / "params" / "sap.yaml").values["outputs"]
    titles = {output["id"]: output["title"] for output in plan}
    rows: list[tuple[str, ...]] = []
    for output_id, module in MODULE_OF.items():
        path = f"outputs/{module.replace('.', '/')}.py"
        where = _link(f"src/analysis/{path}", line_of(path, "numbers"))
        rows.append((f"`{output_id}`", titles[output_id], where))
    return rows


def _rules() -> list[tuple[str, ...]]:
    source = read_yaml(ROOT / "params" / "sap.yaml")
    texts = {
        path: path.read_text(encoding="utf-8")
        for path in sorted(SOURCE.rglob("*.py"))
        if not path.stem.startswith("parameter_")
    }
    rows: list[tuple[str, ...]] = []
    for group in Rules.model_fields:
        for name in source.values["rules"][group]:
            used = re.compile(rf"\.{name}\b")
            users = [path for path, text in texts.items() if used.search(text)]
            shown = ", ".join(str(path.relative_to(SOURCE)) for path in users[:4])
            line = source.line_of(("rules", group, name))
            rows.append((f"`{group}.{name}`", _link("params/sap.yaml", line, f"{line}"), shown))
    return rows


def _grid(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    cells = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(c.replace('|', chr(92) + '|') for c in r)} |" for r in cells)


_MADE = (
    "Rendered from the code by `python -m analysis.reporting.documents`; "
    "edit the code, not this page."
)


def finder() -> str:
    """The page that leads to file and line."""
    parts = [
        "# Finder",
        _MADE,
        "Where a term is defined, a parameter derived, an output made, a rule of the plan used.",
        "## Terms",
        _grid(("term", "file and line", "name"), _terms()),
        "## Parameters",
        "What each time to event is stands in [parameters.md](parameters.md).",
        _grid(("PARAMCD", "dataset", "where"), _parameters()),
        "## Outputs",
        _grid(("id", "title", "where its numbers are made"), _outputs()),
        "## Rules of the plan",
        "Line of `params/sap.yaml`, and the modules that read the rule.",
        _grid(("rule", "line", "used in"), _rules()),
    ]
    return "\n\n".join(parts) + "\n"


def parameters() -> str:
    """The page of all times to event."""
    rows = [
        (
            f"`{time.paramcd}`",
            time.label,
            f"`{time.population}`",
            f"`{time.origin}`" if time.origin else "first scan of the response",
            "; ".join(time.events),
            ", ".join(map(str, sorted(time.censorings))) or "none",
            time.estimand,
        )
        for time in TIMES
    ]
    head = ("PARAMCD", "label", "population", "day 1", "events", "CNSR", "between")
    codes = [(str(code), words) for code, words in CENSORINGS.items()]
    parts = [
        "# Times to event",
        _MADE,
        "Flags and days are columns of ADSL. Patients of a population without day 1 have no row.",
        _grid(head, rows),
        "## Codes of censoring",
        _grid(("CNSR", "reason"), codes),
    ]
    return "\n\n".join(parts) + "\n"


def _lines(path: str) -> int:
    place = ROOT / path
    files = [file for file in place.rglob("*.*") if file.suffix != ".pyc"] or [place]
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)


def dependencies() -> str:
    """The page of the direct dependencies."""
    rows = [
        (
            ", ".join(f"`{name}`" for name in entry.names),
            entry.does,
            entry.weighed,
            "<br>".join(f"`{path}` ({_lines(path)} lines)" for path in entry.ours) or "nothing",
            entry.why or "-",
        )
        for entry in DEPENDENCIES
    ]
    parts = [
        "# Dependencies",
        _MADE,
        "Outside derivations, estimands, cuts and traceability a well-kept library does the work. "
        "Those for tests and for a cluster stand in `pyproject.toml`.",
        _grid(("package", "does here", "weighed", "still ours", "why"), rows),
    ]
    return "\n\n".join(parts) + "\n"


PAGES = {"dependencies.md": dependencies, "finder.md": finder, "parameters.md": parameters}


def main() -> None:
    """Write the pages."""
    for name, render in PAGES.items():
        (ROOT / "docs" / name).write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
