"""What a notebook uses: `open_cut`, and the study it returns.

The same notebook runs in JupyterLab, where it only shows, and under the runner, which names a
staging folder in the environment; then each emit writes its numbers and figures there as well.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.datasets import SCREENED, Datasets, with_screened
from analysis.errors import ParameterError
from analysis.estimates.rows import EstimateRows, Listing
from analysis.outputs.catalogue import MODULE_OF, OutputModule, module_of
from analysis.outputs.received import emptied, lacking, needed, said_beside, sentence
from analysis.reporting.definitions import definition_html
from analysis.reporting.emission import Emission, show_html
from analysis.reporting.project import Project
from analysis.sap import Cut, Rules, Sap, Study, read_study

if TYPE_CHECKING:
    import pandas as pd

    from analysis.reporting.changes_between import Changes
    from analysis.reporting.comparison import Comparison
    from analysis.reporting.what_if import WhatIf
    from analysis.tracing.story import Story

STUDY_VARIABLE = "REGISTRY_STUDY"
STAGING_VARIABLE = "REGISTRY_STAGING"
NOTEBOOK_VARIABLE = "REGISTRY_NOTEBOOK"
_PLAN = Path("params") / "sap.yaml"


def find_study_folder() -> Path:
    """Return the study folder a notebook belongs to.

    That is the folder named in the environment, else the nearest one above the current folder that
    holds ``params/sap.yaml``, else the project.
    """
    if named := os.environ.get(STUDY_VARIABLE):
        return Path(named)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / _PLAN).is_file():
            return folder
    return Project.installed().root


def _read_text(path: Path) -> pd.DataFrame:
    """Read a CSV of ours with every cell as text."""
    import pandas as pd

    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def _as_declared(name: str, frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return a dataset checked against its schema.

    Raises
    ------
    InputError
        If it is not what the schema declares.
    """
    import schemas.derived
    from analysis.errors import InputError

    try:
        return schemas.derived.check(name, frame)
    except schemas.derived.DatasetError as error:
        raise InputError(
            f"{path}: not what schemas/derived/{name}.py declares ({error}); "
            "run `registry derive` again"
        ) from error


def read_dataset(folder: Path, name: str) -> pd.DataFrame:
    """An analysis dataset as it was written, screen failures included.

    Raises
    ------
    InputError
        If it is not what the schema declares.
    """
    import pandas as pd

    path = folder / f"{name}.parquet"
    return _as_declared(name, pd.read_parquet(path), path)


#: What stands beside the analysis datasets of a cut, as it is read.
_BESIDE = ("findings", "cut_counts", "cut_readout")


class DatasetFiles(Mapping[str, "pd.DataFrame"]):
    """Analysis datasets of a cut by lower-case name, each read when first asked for.

    What is read is what the schema says, or it is refused: a file may have been written by other
    code, or by hand. Findings and the read-out of the cut can be asked for as well.
    """

    def __init__(
        self, folder: Path, made: Mapping[str, Callable[[], pd.DataFrame]] | None = None
    ) -> None:
        self._folder = folder
        self._made = made or {}
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name in _BESIDE:
            return self._beside(name)
        if name in self._made:
            return self._made[name]()
        if name == SCREENED:
            self["adsl"]
        if name not in self._read:
            import pandas as pd

            path = self._folder / f"{name}.parquet"
            if not path.is_file():
                known = ", ".join(self) or "none; run `registry derive` first"
                raise KeyError(f"there is no analysis dataset '{name}' in {self._folder}: {known}")
            self._read[name] = _as_declared(name, pd.read_parquet(path), path)
            if name == "adsl":
                self._part_screened()
        return self._read[name]

    def _part_screened(self) -> None:
        """Who consented and was not enrolled is in no analysis: ``screened`` beside ``adsl``."""
        self._read |= with_screened({"adsl": self._read["adsl"]})

    def _beside(self, name: str) -> pd.DataFrame:
        import pandas as pd

        path = self._folder / f"{name}.csv"
        if name == "findings":
            return _read_text(path)  # every cell as text
        texts: Any = {"column": str, "old_value": str, "new_value": str}
        return pd.read_csv(path, dtype=texts if name == "cut_readout" else None, encoding="utf-8")

    def __contains__(self, name: object) -> bool:
        """Whether there is such a dataset, the screen failures of ``adsl`` among them."""
        return name == SCREENED or super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.stem for path in self._folder.glob("*.parquet")))

    def __len__(self) -> int:
        return len(list(iter(self)))


class OutputOfCut:
    """One planned output of the opened cut.

    `numbers` makes its rows; ``numbers??`` shows the code that does. It takes what the function of
    the room takes beside data and rules, such as ``by="SEX"`` where an output can be grouped.
    """

    def __init__(self, room: OutputModule, data: Datasets, rules: Rules) -> None:
        self.id = room.OUTPUT
        self.room = room

        @functools.wraps(room.numbers)
        def numbers(**altered: Any) -> EstimateRows | Listing:
            return room.numbers(data, rules, **altered)

        self.numbers = numbers

    def __repr__(self) -> str:
        return f"{self.id}, made by analysis.outputs.{MODULE_OF[self.id]}"


class Outputs:
    """The planned outputs as attributes, dots of the id as underscores: ``T14_2_4_1``."""

    def __init__(self, data: Datasets, rules: Rules) -> None:
        self._data, self._rules = data, rules

    def __getattr__(self, name: str) -> OutputOfCut:
        """Return one output; its room is imported now."""
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            room = module_of(name.replace("_", "."))
        except ParameterError as error:
            raise AttributeError(str(error)) from None
        return OutputOfCut(room, self._data, self._rules)

    def by_id(self, output_id: str) -> OutputOfCut:
        """The output with an id of the plan.

        Raises
        ------
        ParameterError
            If no room makes such an output.
        """
        return OutputOfCut(module_of(output_id), self._data, self._rules)

    def __dir__(self) -> list[str]:
        """Offer the ids for completion."""
        return [output_id.replace(".", "_") for output_id in MODULE_OF]


class OpenCut:
    """One data cut, opened for a notebook.

    Analysis datasets are attributes (``study.adsl``), parameters are `cut`, `sap` and `rules`, and
    what the plan asks for is made by ``study.outputs`` and shown by `show`.
    """

    def __init__(self, study: Study, staging: Path | None, notebook: str | None) -> None:
        self.study = study
        self.datasets: Datasets = DatasetFiles(
            study.derived,
            {
                "record_changes": lambda: self.changes.records,
                "estimate_changes": lambda: self.changes.estimates,
                "movers": lambda: self.changes.movers,
                "rule_shares": lambda: self.changes.shares,
                "change_notes": self._change_notes,
                "previous_findings": self._previous_findings,
            },
        )
        self._emission = Emission(staging)
        self._notebook = notebook
        self._opened_with: dict[str, str] | None = None

    @property
    def cut(self) -> Cut:
        """The cut: its name, label and dates."""
        return self.study.cut

    @property
    def sap(self) -> Sap:
        """The analysis plan: sections, endpoints, planned outputs."""
        return self.study.sap

    @property
    def rules(self) -> Rules:
        """The rules of the plan, with the overrides of the cut."""
        return self.study.rules

    @property
    def findings(self) -> pd.DataFrame:
        """Findings of the validation of this cut, every cell as text."""
        return self.datasets["findings"]

    @property
    def cut_counts(self) -> pd.DataFrame:
        """Rows received, removed and kept of each extract, and cells reverted, by the data cut."""
        return self.datasets["cut_counts"]

    @property
    def cut_readout(self) -> pd.DataFrame:
        """Every row removed and cell reverted by the data cut, values as text."""
        return self.datasets["cut_readout"]

    @cached_property
    def changes(self) -> Changes:
        """What changed since the previous cut, and why."""
        from analysis.reporting.changes_between import changes_of

        changes = changes_of(self.study)
        if self._emission.staging is not None and changes.old:
            folder = self._emission.staging / "changes"
            folder.mkdir(exist_ok=True)
            changes.write(folder)
        return changes

    def _change_notes(self) -> pd.DataFrame:
        import pandas as pd

        said = self.changes
        kinds = (("line", said.sentences), ("finding", said.findings), ("note", said.notes))
        rows = [(kind, text) for kind, texts in kinds for text in texts]
        return pd.DataFrame(rows, columns=["kind", "text"], dtype=object)

    def _previous_findings(self) -> pd.DataFrame:
        from analysis.reporting.changes_between import previous_findings

        found = previous_findings(self.study.root, self.study)
        if found is None:
            raise KeyError(f"{self.cut.cut} has no previous cut")
        return found

    @cached_property
    def raw(self) -> Mapping[str, pd.DataFrame]:
        """The raw extracts as they were read, by table: typed, with the line of each row."""
        from analysis.extracts import read_extracts

        wanted = self.rules.extracts.columns_of(self.cut.cut)
        return dict(read_extracts(self.study.raw, wanted)[0])

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """All numbers of the cut, as in ``estimates.csv``: of the last run where it is up to date.

        Otherwise they are made now, which takes some seconds. Every cell is text.
        """
        from analysis.hybrids.states import numbers_of
        from analysis.reporting.parts import read_estimates
        from analysis.reporting.staleness import last_numbers

        path, current = last_numbers(self.study, Project.installed())
        if path is not None and current:
            return read_estimates(path)
        return numbers_of(self.datasets, self._received, self.sap, self.rules)

    def what_if(self, altered: Mapping[str, Any]) -> WhatIf:
        """The same cut under other rules, derived in memory in some seconds.

        Parameters
        ----------
        altered : mapping of str to value
            Rules by name, like ``{"response.confirm_days": 84}``; checked as the plan is.

        Returns
        -------
        WhatIf
            An open cut that says WHAT IF in all it shows, and that no report takes.
        """
        if self._emission.staging is not None:
            raise ParameterError("a what-if is no part of a report; params/sap.yaml has the rules")
        from analysis.reporting.what_if import what_if

        return what_if(self.study, altered)

    def compare(self, other: OpenCut, output_id: str) -> Comparison:
        """The numbers of an output of this cut beside those of another, or of a what-if.

        Parameters
        ----------
        other : OpenCut
        output_id : str
            Like ``T14.2.1.2``.
        """
        from analysis.reporting.comparison import compare_rows

        rooms = [one.outputs.by_id(output_id).numbers() for one in (self, other)]
        if any(isinstance(rows, Listing) for rows in rooms):
            raise ParameterError(f"{output_id} is a listing: it has no numbers to compare")
        names = (self._name, other._name)
        return compare_rows(rooms[0], rooms[1], names)  # type: ignore[arg-type]

    @property
    def _name(self) -> str:
        return getattr(self, "label", self.cut.cut)

    def patient(self, patient: str, endpoint: str | None = None) -> Story:
        """The story of a patient: facts by day with their raw cells, and what was derived of them.

        Parameters
        ----------
        patient : str
            Like ``P0017``.
        endpoint : str, optional
            A PARAMCD of ADTTE or ADRS; by default PFS, OS and best response.
        """
        from analysis.tracing.story import patient_story

        return patient_story(self.study, patient, endpoint)

    def members(self, output_id: str, **cell: str | None) -> pd.DataFrame:
        """Who is counted in the cells of an output, with every raw row behind it.

        Parameters
        ----------
        output_id : str
            Like ``T14.2.1.1``.
        **cell : str
            ``analysis_id``, ``group``, ``visit``, ``parameter``, ``category``; a key not given may
            be any.

        Returns
        -------
        DataFrame
            One row per member and raw row; columns `analysis.tracing.members.TRACE_COLUMNS`.
        """
        from analysis.tracing.members import Members

        members = Members(self.study)
        return members.as_frame(members.of_cell(output_id, **cell))

    @cached_property
    def outputs(self) -> Outputs:
        """The planned outputs by id: ``study.outputs.T14_2_4_1.numbers()``."""
        return Outputs(self.datasets, self.rules)

    @cached_property
    def _received(self) -> dict[str, int]:
        """Rows of each raw table as it was received."""
        if not (self.study.derived / "cut_counts.csv").is_file():
            return {}  # datasets of before, or made by hand: nothing is known to be lacking
        counts = self.cut_counts.set_index("table")["rows_in"]
        return {str(table): int(rows) for table, rows in counts.items()}

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Return an analysis dataset."""
        if name.startswith("_") or name in ("study", "datasets"):
            raise AttributeError(name)
        try:
            return self.datasets[name]
        except KeyError as error:
            raise AttributeError(error.args[0]) from None

    def __dir__(self) -> list[str]:
        """Offer the datasets for completion."""
        return sorted({*super().__dir__(), *self.datasets})

    def __repr__(self) -> str:
        cut = self.cut
        return f"{cut.cut} ({cut.label}), clinical cutoff {cut.clinical_cutoff.isoformat()}"

    def define(self, output_id: str) -> None:
        """Show title, analysis set and definition of a planned output."""
        self._say_state()
        show_html(definition_html(self.sap, output_id))

    def _say_state(self) -> None:
        """In an interactive session: which cut this is, and in red what changed since it was read.

        Numbers come from datasets read when the cut was opened, by the code of now; after an edit
        of code, parameters or extracts they would be those of before without a word.
        """
        if self._opened_with is None:
            return
        cut = self.cut
        said = f"{cut.cut}, data to {cut.clinical_cutoff}"
        changed = _changed_since(self._opened_with, _key_of(self.study))
        if not changed:
            show_html(f'<p class="sentence" style="color:#555">{escape(said)}, up to date.</p>')
            return
        text = (
            f"{said}: {changed} changed since it was opened; what follows is of before. "
            f"Refresh: study = open_cut({cut.cut!r})"
        )
        show_html(f'<p class="sentence" style="{STALE_STYLE}">{escape(text)}</p>')

    def show(self, rows: EstimateRows | Listing) -> None:
        """Show the output whose rows these are, and hand its numbers to the report.

        Number, title, definition and footnotes are the plan's; tables and figures are made by the
        `show` of the output's room. Rows grouped otherwise than planned are shown, and say so; they
        are not part of a report.

        Parameters
        ----------
        rows : EstimateRows or Listing
            What ``study.outputs.<id>.numbers()`` gives.

        Raises
        ------
        ParameterError
            If the plan has no such output, or assigns it to another notebook.
        """
        self.define(rows.output_id)
        module = module_of(rows.output_id)
        displays = module.show(rows, self.rules)
        if isinstance(rows, Listing):
            self.emit(rows.output_id, None, *displays)
            return
        if other := _other_grouping(module, rows):
            show_html(f'<p class="sentence">By {escape(other)}, not as planned.</p>')
            if self._emission.staging is not None:
                raise ParameterError(
                    f"by {other}, {rows.output_id} is another output than the planned one, which "
                    "the plan must name"
                )
        self.emit(rows.output_id, rows, *displays)

    def emit(self, output_id: str, rows: EstimateRows | None, *displays: Any) -> None:
        """Show displays of one's own making as an output, and hand its numbers to the report.

        Parameters
        ----------
        output_id : str
            SAP id; the plan must assign it to this notebook.
        rows : EstimateRows or None
            The numbers of the output with their members; None if it has none.
        *displays
            What to show, in order: tables, figures with alternative text, sentences.

        Raises
        ------
        ParameterError
            If the plan has no such output, or assigns it to another notebook.
        """
        output = self.sap.output(output_id)
        if self._notebook is not None and output.notebook != self._notebook:
            raise ParameterError(
                f"params/sap.yaml assigns {output_id} to the notebook '{output.notebook}', "
                f"not to '{self._notebook}'"
            )
        needs = needed(output_id, self.rules)
        if lacks := lacking(needs, self._received, self.rules):
            rows = None if rows is None else emptied(rows, lacks)
            displays = (sentence(lacks),)
        elif said := said_beside(output_id, self._received, self.rules):
            displays = (*displays, said)
        self._emission.emit(output, rows, displays)


def _other_grouping(module: OutputModule, rows: EstimateRows) -> str:
    """The column by which rows are grouped where the room has another; else nothing."""
    by = inspect.signature(module.numbers).parameters.get("by")
    return "" if by is None or rows.by == by.default else rows.by


def _reload_edited_code() -> None:
    """In JupyterLab, let an edit in ``src/analysis`` count without a restart."""
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return
    if "IPython.extensions.autoreload" not in shell.extension_manager.loaded:
        shell.run_line_magic("load_ext", "autoreload")
    shell.run_line_magic("autoreload", "2")


def _warning_without_path(
    message: Warning | str, category: type[Warning], *_: object, **__: object
) -> str:
    """Return a warning as one line that says nothing about the machine."""
    return f"{category.__name__}: {message}\n"


STALE_STYLE = "border:2px solid #b3261e;color:#b3261e;padding:4px 8px;font-weight:600"


def _key_of(study: Study) -> dict[str, str]:
    """What decides the datasets of a cut, by kind, as it is now."""
    from analysis.reporting.staleness import derivation

    return dict(derivation(study.root, study.cut.cut, Project.installed()).key)


def _changed_since(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Kinds that changed, in words; nothing where none did."""
    from analysis.reporting.staleness import KINDS

    kinds = [kind for kind in now if before.get(kind) != now[kind]]
    return " and ".join(KINDS.get(kind, kind) for kind in kinds)


def _derive_if_stale(study: Study) -> None:
    """In an interactive session, derive the datasets first where they are absent or stale."""
    from analysis.errors import InputError
    from analysis.reporting.lock import study_lock
    from analysis.reporting.staleness import derivation, derive_and_record

    project = Project.installed()
    step = derivation(study.root, study.cut.cut, project)
    if step.reason() is None:
        return
    # Waited for: two notebooks opened at once should not fail.
    with study_lock(study.root, f"a notebook, deriving {study.cut.cut}", tell=print):
        if (reason := step.reason()) is None:  # the run waited for has just done it
            return
        print(f"Deriving the datasets of {study.cut.cut} ({reason})")
        result = derive_and_record(study.root, study.cut.cut, project)
    if result.exit_status != 0:
        raise InputError("\n".join(result.summary))


def open_cut(cut: str) -> OpenCut:
    """Open one data cut for a notebook.

    Parameters
    ----------
    cut : str
        Like ``DC04``.

    Returns
    -------
    OpenCut
        Datasets, parameters, and the planned outputs.
    """
    root = find_study_folder().absolute()
    study = read_study(root, cut)
    staging = os.environ.get(STAGING_VARIABLE)
    if staging is None:
        _reload_edited_code()
        _derive_if_stale(study)
    else:
        warnings.formatwarning = _warning_without_path
    opened = OpenCut(study, Path(staging) if staging else None, os.environ.get(NOTEBOOK_VARIABLE))
    if staging is None:
        opened._opened_with = _key_of(study)
    return opened
