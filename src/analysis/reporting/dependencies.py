"""What each direct dependency does here, what was weighed, and what is still ours.

`docs/dependencies.md` is rendered from this table by `documents.py`, with the lines of our own code
counted; a test compares the names with ``pyproject.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dependency:
    """One or several packages that do one thing here.

    Attributes
    ----------
    names : tuple of str
        As in ``pyproject.toml``.
    does : str
    weighed : str
        What else could do it, and why not.
    ours : tuple of str
        Files or folders below the project with what we still do ourselves; empty for nothing.
    why : str
        Why that is ours.
    """

    names: tuple[str, ...]
    does: str
    weighed: str
    ours: tuple[str, ...] = ()
    why: str = ""


_ESTIMATES = "src/analysis/estimates"
_REPORTING = "src/analysis/reporting"

DEPENDENCIES = (
    Dependency(
        ("pandas", "numpy"),
        "every table and array; derivations read as operations on columns",
        "polars: faster; lifelines, statsmodels and seaborn take pandas",
        ("src/analysis/endpoints", "src/analysis/datasets", "src/analysis/datacut.py"),
        "endpoints, cuts and datasets are what the project is for",
    ),
    Dependency(
        ("pandera",),
        "schemas of extracts, datasets and estimates as `DataFrameModel`, always run, all columns "
        "at once",
        "pydantic row by row (slow); great_expectations (suites outside of the code)",
        ("schemas/columns.py", "schemas/tables.py", "src/analysis/validation"),
        "birth of a column, from when a value is known, the way from a failure to file and line, "
        "and rules between tables",
    ),
    Dependency(
        ("lifelines",),
        "log-rank test; oracle of Kaplan-Meier and Cox in the tests",
        "scikit-survival: brings scikit-learn for what two functions need",
        (
            f"{_ESTIMATES}/survival_curve.py",
            f"{_ESTIMATES}/cox_regression.py",
            f"{_ESTIMATES}/partial_likelihood.py",
            f"{_ESTIMATES}/newton.py",
            f"{_ESTIMATES}/competing_risks.py",
        ),
        "medians on a flat, limits where the curve is 0, delayed entry, weights with a robust "
        "variance that respects ties, the current test of proportional hazards, cumulative "
        "incidence without jitter: there lifelines differs from R",
    ),
    Dependency(
        ("statsmodels",),
        "limits of proportions and of rates, difference of independent proportions, stratified "
        "log-rank test, logistic model of the weights",
        "scipy's `binomtest`: no difference, no rates",
        (
            f"{_ESTIMATES}/proportions.py",
            f"{_ESTIMATES}/paired.py",
            f"{_ESTIMATES}/mixed_model.py",
            f"{_ESTIMATES}/longitudinal.py",
        ),
        "Miettinen-Nurminen (statsmodels raises or is wrong), paired differences, and the mixed "
        "model with unstructured covariance and Kenward-Roger, which no Python library has",
    ),
    Dependency(
        ("scipy",),
        "distributions, special functions, sparse graphs under our estimators",
        "nothing",
    ),
    Dependency(
        ("seaborn", "matplotlib"),
        "seaborn: theme, palette, steps of curves, intervals of forests; matplotlib: the rest",
        "plotly, altair: scripts in the page, no bytes that stay",
        ("src/analysis/displays",),
        "numbers at risk under curves, tables, formats, words; swimmer, flow and oncoprint in "
        "their rooms",
    ),
    Dependency(
        ("papermill", "nbclient", "nbformat"),
        "execution of notebooks with parameters",
        "quarto (not Python), snakemake (what must be done again follows from a hash here)",
        (f"{_REPORTING}/execution.py", f"{_REPORTING}/pipeline.py", f"{_REPORTING}/workers.py"),
        "one run of many notebooks, in parallel, published whole or not at all",
    ),
    Dependency(
        ("jupyter-client", "jupyter-core", "ipykernel", "ipython"),
        "kernels and their protocol, rich display",
        "ordinary kernels stay available (`--cold-kernels`) and give the same bytes",
        (
            f"{_REPORTING}/kernels.py",
            f"{_REPORTING}/kernel_server.py",
            f"{_REPORTING}/kernel_output.py",
        ),
        "kernels forked after the imports, behind jupyter_client's provisioner; no port is open",
    ),
    Dependency(
        ("nbconvert", "jinja2", "markupsafe"),
        "pages from notebooks",
        "jupyter-book: a site with scripts",
        (f"{_REPORTING}/rendering.py", f"{_REPORTING}/site.py", f"{_REPORTING}/template"),
        "one file per page without scripts, headings of the plan, amendments where they "
        "concern",
    ),
    Dependency(
        ("jupyterlab",), "where statisticians work", "nothing", ("src/analysis/git_guard.py",),
        "outputs with patient rows stay out of git",
    ),
    Dependency(
        ("pydantic", "pyyaml"),
        "parameters and plan: types, ranges, safe YAML",
        "dataclasses (no ranges, no messages)",
        (
            "src/analysis/parameter_rules.py",
            "src/analysis/parameter_messages.py",
            "src/analysis/yaml_source.py",
        ),
        "what parameters must agree on, messages at file and line in the reader's words",
    ),
    Dependency(
        ("pyarrow",),
        "Parquet of the derived datasets",
        "fastparquet: pandas itself prefers pyarrow",
    ),
    Dependency(
        ("pyreadstat",),
        "SAS transport files (XPT) of SDTM domains",
        "pandas.read_sas: drops what it cannot decode",
        ("src/analysis/importing/sdtm.py",),
        "a file cut short is refused, supplements are merged, findings get rows of their own",
    ),
    Dependency(
        ("xlsxwriter",),
        "workbooks of the queries to the sites, text that no spreadsheet takes for a formula",
        "openpyxl: half as fast, writes the time into every file",
        ("src/analysis/queries",),
        "ids that stay from cut to cut, and what became of each question",
    ),
    Dependency(
        ("python-docx",),
        "tables as Word documents: pages, styles, heads and feet",
        "docxtpl: templates by hand; pandoc: not from PyPI",
        ("src/analysis/downloads",),
        "the same bytes for the same table; Rich Text, which no kept library writes",
    ),
    Dependency(
        ("typer", "rich"),
        "the command line and its progress",
        "argparse: help by hand",
        ("src/analysis/cli.py",),
        "exit codes and plain words for what the machine refuses",
    ),
)  # fmt: skip
