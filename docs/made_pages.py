"""Pages of the site that repeat what code, plan and tests say: written before each build.

- the dictionary, the rules and outputs of the plan with their comments,
- the cases of the endpoints, as the tables of the tests that a clinician can read,
- the estimators with the calls of R they were compared with,
- the command line, option by option,
- a gallery: every output of the last shipped cut, which is synthetic.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CUT = "DC04"
_LINK = re.compile(r"\[([^\]]+)\]\((?:\.\./)+([^)#\s]+?)(?:#L(\d+))?\)")
_INSIDE = {"schemas/DICTIONARY.md": "dictionary"}
_LONGEST = 12  # rows of a listing in the gallery


def write(docs: Path) -> None:
    """Write all made pages below the folder of the site."""
    pages = {
        "reference/dictionary.md": dictionary(),
        "reference/plan.md": plan(),
        "reference/endpoints.md": endpoints(),
        "reference/estimators.md": estimators(),
        "reference/command-line.md": command_line(),
        **gallery(),
    }
    for name, text in pages.items():
        path = docs / name
        path.parent.mkdir(exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def without_links_outside(app: Any, page: str, source: list[str]) -> None:
    """Turn a link to a file of the project that is no page into its path and line."""

    def said(found: re.Match[str]) -> str:
        text, path, line = found.groups()
        if path in _INSIDE:
            up = "../" * page.count("/")
            return f"[{text}]({up}reference/{_INSIDE[path]}.md)"
        if (ROOT / "docs" / path).is_file() and path.endswith(".md"):
            return found.group(0)
        where = f"{path}, line {line}" if line else path
        return f"`{where}`" if text in (path, line) or ":" in text else f"{text} (`{where}`)"

    source[0] = _LINK.sub(said, source[0])


def _grid(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    def cell(text: str) -> str:
        return " ".join(str(text).replace("|", "\\|").split())

    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(c) for c in line) + " |" for line in lines)


def dictionary() -> str:
    """The data dictionary, links inside of the page."""
    from schemas.dictionary import render

    text = render()
    return re.sub(r"\[([^\]]+)\]\(#[^)]+\)", r"\1", text)


def plan() -> str:
    """The rules with values and comments, the endpoints and the outputs."""
    from analysis.rule_comments import rule_comments
    from analysis.sap import read_study

    study = read_study(ROOT, CUT)
    path = ROOT / "params" / "sap.yaml"
    comments = rule_comments(path)
    parts = [
        "# The plan",
        f"Version {study.sap.version} of `params/sap.yaml`, the only place of every rule, endpoint "
        "and output. A cut may override rules in `params/cuts/<CUT>.yaml`.",
        "## Rules",
    ]
    for group in type(study.rules).model_fields:
        said = comments.get((group,), "")
        rows = [
            (f"`{name}`", f"`{_short(getattr(getattr(study.rules, group), name))}`",
             comments.get((group, name), ""))
            for name in type(getattr(study.rules, group)).model_fields
        ]  # fmt: skip
        parts += [f"### {group}", said, _grid(("rule", "value", "what it does"), rows)]
    parts.append("## Endpoints")
    for name, endpoint in study.sap.endpoints.items():
        parts += [
            f"### {endpoint.title}",
            f"`{name}`, {endpoint.role}, section {endpoint.section}.",
            endpoint.definition,
        ]
    rows = [(f"`{o.id}`", o.title, o.section, o.analysis_set) for o in study.sap.outputs]
    parts += ["## Outputs", _grid(("id", "title", "section", "analysis set"), rows)]
    amended = [(a.id, str(a.date), a.old_rule, a.new_rule, a.reason) for a in study.sap.amendments]
    parts += ["## Amendments", _grid(("id", "date", "was", "is", "why"), amended)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _short(value: Any) -> str:
    text = "a group of rules" if hasattr(value, "model_fields_set") else str(value)
    return text if len(text) < 60 else f"{text[:57]}..."


def _tables_of(path: Path) -> Iterator[tuple[str, str, str]]:
    """Tables that a test module draws: name, the comment above it, the drawing."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        drawn = [
            word.value
            for word in ast.walk(node.value)
            if isinstance(word, ast.Constant)
            and isinstance(word.value, str)
            and word.value.count("|") > 5
        ]
        above = []
        for line in reversed(lines[: node.lineno - 1]):
            if not line.startswith("#"):
                break
            above.insert(0, line.lstrip("#: "))
        if drawn:
            yield node.targets[0].id, " ".join(above), drawn[0]


def endpoints() -> str:
    """The cases of each endpoint as its tests have them."""
    parts = [
        "# Endpoints, case by case",
        "What each rule gives for a patient, as tables that the tests run: every row is a case, "
        "and fails if the code says otherwise. An empty cell is missing.",
    ]
    for path in sorted((ROOT / "tests" / "endpoints").glob("test_*.py")):
        tables = list(_tables_of(path))
        if not tables:
            continue
        title = path.stem.removeprefix("test_").replace("_", " ").capitalize()
        about = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")
        parts += [f"## {title}", " ".join(about[0].split()), f"`tests/endpoints/{path.name}`"]
        for name, above, drawn in tables:
            parts.append(f"### {title}: {name.lower().replace('_', ' ')}")
            if above:
                parts.append(above)
            lines = [line.strip() for line in drawn.splitlines() if "|" in line]
            cells = [[c.strip() for c in line.strip("|").split("|")] for line in lines]
            head, *rows = [c for c in cells if not set("".join(c)) <= set("-:")]
            width = len(head)
            rows = [(*row, *[""] * (width - len(row)))[:width] for row in rows]
            shown = [tuple(f"`{c}`" if c else "" for c in row) for row in rows]
            parts.append(_grid(tuple(head), shown))
    return "\n\n".join(parts) + "\n"


ESTIMATORS = {
    "proportions": ("prop", "rxc"),
    "survival_curve": ("km",),
    "log_rank_test": ("km",),
    "cox_regression": ("cox",),
    "competing_risks": ("cif",),
    "incidence": ("rate",),
    "mixed_model": ("mmrm",),
    "paired": ("paired",),
    "molecular": ("gmi",),
    "weighting": ("iptw", "evalue"),
    "bootstrap": (),
    "chi_square": ("rxc",),
}


def estimators() -> str:
    """Every estimator with its documentation and the calls of R it was compared with."""
    folder = ROOT / "tests" / "reference" / "statistics"
    fixtures = json.loads((folder / "fixtures.json").read_text(encoding="utf-8"))["fixtures"]
    parts = [
        "# Estimators",
        "Each agrees with the calls of R below it to the tolerance given; the results of R lie in "
        "`tests/reference/statistics/fixtures.json`, the comparisons in `tests/estimates/`.",
    ]
    for module, families in ESTIMATORS.items():
        path = ROOT / "src" / "analysis" / "estimates" / f"{module}.py"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        about = (ast.get_docstring(tree) or "").split("\n\n")[0]
        public = [
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        ]
        parts += [f"## {module.replace('_', ' ').capitalize()}", " ".join(about.split())]
        for name in public:
            kind = "autofunction" if name.islower() else "autoclass"
            parts.append(f"```{{eval-rst}}\n.. {kind}:: analysis.estimates.{module}.{name}\n```")
        rows = [
            (f"`{f['id']}`", f"`{f['r_call']}`", f"R {f['versions']['R']}", f"{f['rel_tol']:g}")
            for f in fixtures
            if f["id"].split("_")[0] in families
        ]
        if rows:
            parts.append(_grid(("case", "call of R", "version", "tolerance"), rows))
    return "\n\n".join(parts) + "\n"


def command_line() -> str:
    """Every command with its arguments and options."""
    import typer.main

    from analysis.cli import app

    group: Any = typer.main.get_command(app)
    parts = [
        "# Command line",
        "`registry COMMAND`; `registry --version` says the version. All commands take "
        "`--study DIR`. Exit status: 0 done, 1 findings of severity error, differences or stale, "
        "2 wrong use or refused by the machine, 3 a fault of ours.",
    ]
    for name in sorted(group.commands):
        command = group.commands[name]
        rows = []
        for parameter in command.params:
            if parameter.name == "help":
                continue
            option = parameter.param_type_name == "option"
            named = ", ".join(parameter.opts) if option else str(parameter.name).upper()
            rows.append((f"`{named}`", getattr(parameter, "help", "") or ""))
        parts += [f"## registry {name}", " ".join((command.help or "").split())]
        if rows:
            parts.append(_grid(("argument or option", "meaning"), rows))
    return "\n\n".join(parts) + "\n"


def gallery() -> dict[str, str]:
    """Every output of a shipped cut, a page per notebook; refused for patients who are real."""
    from analysis.outputs.catalogue import MODULE_OF
    from analysis.reporting.emission import svg_text
    from analysis.reporting.session import OpenCut
    from analysis.sap import read_study

    study = OpenCut(read_study(ROOT, CUT), None, None)
    if not study.cut.synthetic:
        raise SystemExit(f"{CUT} is not synthetic: no gallery is made of real patients")
    pages: dict[str, str] = {}
    names = []
    for notebook in study.sap.notebooks():
        title = notebook.split("_", 1)[1].replace("_", " ").capitalize()
        parts = [f"# {title}", f"`notebooks/{notebook}.ipynb`, cut {CUT}, synthetic patients."]
        for output in study.sap.outputs_of(notebook):
            if output.id.startswith("CUT.") or output.id not in MODULE_OF:
                continue
            made = study.outputs.by_id(output.id)
            displays = made.room.show(made.numbers(), study.rules)
            parts += [f"## {output.id} {output.title}", study.sap.definition_of(output) or ""]
            parts.append(f"`src/analysis/outputs/{MODULE_OF[output.id].replace('.', '/')}.py`")
            for number, shown in enumerate(displays):
                if hasattr(shown, "figure"):
                    svg = svg_text(shown.figure, f"{output.id}-{number}")
                    svg = svg[svg.index("<svg") :]
                    label = f'<svg role="img" aria-label="{escape(shown.alt, quote=True)}"'
                    parts.append(_raw(label + svg.removeprefix("<svg")))
                elif hasattr(shown, "html"):
                    parts.append(_raw(_first_rows(shown).html))
        if len(parts) > 2:
            names.append(notebook)
            pages[f"gallery/{notebook}.md"] = "\n\n".join(filter(None, parts)) + "\n"
    toc = "\n".join(names)
    pages["gallery/index.md"] = (
        "# Gallery\n\nEvery output of the plan, made of the synthetic registry that is shipped: "
        f"tables, figures and listings of cut {CUT}. Long tables show their first rows.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{toc}\n```\n"
    )
    return pages


def _first_rows(table: Any) -> Any:
    from dataclasses import replace

    if len(table.rows) <= 3 * _LONGEST:
        return table
    more = f"The first {_LONGEST} of {len(table.rows)} rows."
    return replace(table, rows=table.rows[:_LONGEST], notes=(more, *table.notes))


def _raw(html: str) -> str:
    flat = "\n".join(line for line in html.splitlines() if line.strip())
    return f'```{{raw}} html\n<div class="shown" tabindex="0">\n{flat}\n</div>\n```'
