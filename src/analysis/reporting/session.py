"""What a notebook uses: `open_cut`, and the study it returns.

The same notebook runs in JupyterLab, where it only shows, and under the runner, which names a
staging folder in the environment; then each emit writes its numbers and figures there as well.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.bench import dataset_attributes
from analysis.bench.stale import cell_number, changed_since, key_of, shell, show_stale
from analysis.datasets import Datasets
from analysis.displays.numbers import remembering
from analysis.errors import ParameterError
from analysis.estimates.rows import EstimateRows, Listing
from analysis.outputs.catalogue import module_of
from analysis.outputs.origin import Origin, differing, in_words, origin_of
from analysis.outputs.received import emptied, lacking, needed, said_beside, sentence
from analysis.reporting.cut_outputs import Outputs, other_grouping
from analysis.reporting.dataset_files import DatasetFiles
from analysis.reporting.definitions import definition_html, spoken_id, spoken_set
from analysis.reporting.emission import Emission, show_html
from analysis.reporting.project import Project
from analysis.sap import Cut, Output, Rules, Sap, Study, read_study

if TYPE_CHECKING:
    import pandas as pd

    from analysis.bench.comparison import Comparison
    from analysis.bench.what_if import WhatIf
    from analysis.displays.table import Table
    from analysis.downloads.parts import Sheet
    from analysis.reporting.changes_between import Changes
    from analysis.tracing.datasets import AnalysisRows
    from analysis.tracing.story import Story

STUDY_VARIABLE = "REGISTRY_STUDY"
STAGING_VARIABLE = "REGISTRY_STAGING"
NOTEBOOK_VARIABLE = "REGISTRY_NOTEBOOK"
FORMATS_VARIABLE = "REGISTRY_FORMATS"
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


class OpenCut:
    """One data cut, opened for a notebook.

    Analysis datasets are attributes (``study.adsl``), parameters are `cut`, `sap` and `rules`, and
    what the plan asks for is made by ``study.outputs`` and shown by `show`.
    """

    if TYPE_CHECKING:
        adsl: pd.DataFrame
        adtte: pd.DataFrame
        adrs: pd.DataFrame
        adtr: pd.DataFrame
        adex: pd.DataFrame
        adcm: pd.DataFrame
        adae: pd.DataFrame
        adqs: pd.DataFrame
        adngs: pd.DataFrame
        adgn: pd.DataFrame
        admb: pd.DataFrame

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
            Origin(
                study.cut.cut, study.rules, f"{study.cut.cut}, data to {study.cut.clinical_cutoff}"
            ),
        )
        formats = tuple(filter(None, os.environ.get(FORMATS_VARIABLE, "").split(",")))
        self._emission = Emission(staging, self._sheet, formats)
        self._notebook = notebook
        self._opened_with: dict[str, str] | None = None
        self._warned_in: int | None = None

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

        self._warn_if_stale()
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

        self._warn_if_stale()
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
        from analysis.bench.what_if import what_if

        now = None if self._opened_with is None else key_of(self.study)
        return what_if(self.study, altered, now)

    def compare(self, other: OpenCut, output_id: str) -> Comparison:
        """The numbers of an output of this cut beside those of another, or of a what-if.

        Parameters
        ----------
        other : OpenCut
        output_id : str
            Like ``T14.2.1.2``.
        """
        from analysis.bench.comparison import compare_rows

        self._warn_if_stale()
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

        self._warn_if_stale()
        return patient_story(self.study, patient, endpoint, self._analysis_rows(patient))

    def _analysis_rows(self, patient: str = "") -> AnalysisRows:
        """What stories and members are traced through."""
        from analysis.tracing.datasets import AnalysisRows

        return AnalysisRows(self.study.derived, patient)

    def members(self, output_id: str, **cell: str | None) -> pd.DataFrame:
        """Who is counted in the cells of an output, with every raw row behind it; made now.

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

        rows = self.outputs.by_id(output_id).numbers()
        if isinstance(rows, Listing):
            raise ParameterError(f"{output_id} is a listing: it counts nobody")
        needs = needed(output_id, self.rules)
        if lacks := lacking(needs, self._received, self.rules):
            raise ParameterError(f"{output_id} counts nobody: {sentence(lacks)}")
        members = Members(self.study, rows.members, self._analysis_rows())
        return members.as_frame(members.of_cell(output_id, **cell))

    @property
    def outputs(self) -> Outputs:
        """The planned outputs by id: ``study.outputs.T14_2_4_1.numbers()``."""
        self._warn_if_stale()
        return Outputs(self.datasets, self.rules)

    def dataset(self, name: str) -> pd.DataFrame:
        """An analysis dataset by its lower-case name; ``study.adtte`` is the same as "adtte".

        Raises
        ------
        AttributeError
            If the cut has no such dataset.
        """
        self._warn_if_stale()
        try:
            return self.datasets[name]
        except KeyError as error:
            raise AttributeError(error.args[0]) from None

    def with_patients(self, frame: pd.DataFrame | str, *columns: str) -> pd.DataFrame:
        """A dataset, or a frame of one's own, with columns of ADSL beside each row.

        Rows stay in number, order and index, and no column comes twice.

        Parameters
        ----------
        frame : DataFrame or str
            With ``USUBJID``; or the name of a dataset, like ``"adtte"``.
        *columns : str
            Columns of ADSL, like ``"SEX"``; by default all that the frame does not have.

        Raises
        ------
        ParameterError
            If the frame has no USUBJID, ADSL has no such column, or the frame has it already.
        """
        from analysis.bench.joining import with_patients

        rows = self.dataset(frame) if isinstance(frame, str) else frame
        return with_patients(rows, self.dataset("adsl"), columns)

    @cached_property
    def _received(self) -> dict[str, int]:
        """Rows of each raw table as it was received."""
        if not (self.study.derived / "cut_counts.csv").is_file():
            return {}  # datasets of before, or made by hand: nothing is known to be lacking
        counts = self.cut_counts.set_index("table")["rows_in"]
        return {str(table): int(rows) for table, rows in counts.items()}

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Return another dataset, such as who was screened and not enrolled."""
        if name.startswith("_") or name in ("study", "datasets"):
            raise AttributeError(name)
        return self.dataset(name)

    def __dir__(self) -> list[str]:
        """Offer the datasets for completion."""
        own = [name for name in super().__dir__() if not name.startswith("_")]
        return sorted({*own, *self.datasets})

    def __repr__(self) -> str:
        cut = self.cut
        return f"{cut.cut} ({cut.label}), clinical cutoff {cut.clinical_cutoff.isoformat()}"

    def _sheet(self, output: Output, tables: tuple[Table, ...]) -> Sheet:
        """What is taken away of an output, with the words around its tables."""
        from analysis.downloads.parts import Sheet

        cut, sap = self.cut, self.sap
        terms = [("Analysis set", spoken_set(output.analysis_set))]
        if definition := sap.definition_of(output):
            terms.append(("Definition", definition))
        if amended := sap.amendments_of(output.id):
            terms.append(("Amended after data were seen", ", ".join(a.id for a in amended)))
        made_up = ". Synthetic data" if cut.synthetic else ""
        foot = f"{self._said()}, exported {cut.snapshot_date}; plan version {sap.version}{made_up}"
        return Sheet(
            spoken_id(output.id), output.title, tuple(terms), tables, output.footnotes, foot
        )

    def define(self, output_id: str) -> None:
        """Show title, analysis set and definition of a planned output."""
        self._say_state()
        show_html(definition_html(self.sap, output_id))

    def _changed(self) -> str:
        """Kinds of what decides the datasets that changed since the cut was opened, in words."""
        if self._opened_with is None:
            return ""
        return changed_since(self._opened_with, key_of(self.study))

    def _said(self) -> str:
        return f"{self.cut.cut}, data to {self.cut.clinical_cutoff}"

    def _refresh(self) -> str:
        return f"study = open_cut({self.cut.cut!r})"

    def _say_state(self) -> None:
        """In an interactive session: which cut this is, and in red what changed since it was read.

        Numbers come from datasets read when the cut was opened, by the code of now; after an edit
        of code, parameters or extracts they would be those of before without a word.
        """
        if self._opened_with is None:
            return
        if changed := self._changed():
            show_stale(self._said(), changed, self._refresh())
            return
        said = escape(self._said())
        show_html(f'<p class="sentence" style="color:#555">{said}, up to date.</p>')

    def _warn_if_stale(self) -> None:
        """Say in red, once in each cell, that what is handed out is of before."""
        if self._opened_with is None or (cell := cell_number()) == self._warned_in:
            return
        if changed := self._changed():
            self._warned_in = cell
            show_stale(self._said(), changed, self._refresh())

    def show(
        self, rows: Any, *, title: str = "", notes: Sequence[str] = (), decimals: int = 2
    ) -> None:
        """Show the output whose rows these are, and hand its numbers to the report.

        Number, title, definition and footnotes are the plan's; tables and figures are made by the
        `show` of the output's room. Rows grouped otherwise than planned are shown, and say so; they
        are not part of a report. Nor is what is not of the plan at all: a frame, a table or a
        figure of one's own, which is shown in the style of the report, with its cut.

        Parameters
        ----------
        rows : EstimateRows or Listing, or DataFrame, Table, figure
            What ``study.outputs.<id>.numbers()`` gives; or of one's own.
        title, notes, decimals
            Of a frame of one's own.

        Raises
        ------
        ParameterError
            If the plan has no such output, or assigns it to another notebook; if the rows are those
            of another cut or of other rules; if something of one's own is shown in a report.
        """
        if not isinstance(rows, EstimateRows | Listing):
            self._show_own(rows, title, notes, decimals)
            return
        self._refuse_rows_of_others(rows)
        self.define(rows.output_id)
        module = module_of(rows.output_id)
        with remembering():
            displays = module.show(rows, self.rules)
        if isinstance(rows, Listing):
            self.emit(rows.output_id, None, *displays)
            return
        if other := other_grouping(module, rows):
            show_html(f'<p class="sentence">By {escape(other)}, not as planned.</p>')
            if self._emission.staging is not None:
                raise ParameterError(
                    f"by {other}, {rows.output_id} is another output than the planned one, which "
                    "the plan must name"
                )
        self.emit(rows.output_id, rows, *displays)

    def _refuse_rows_of_others(self, rows: EstimateRows | Listing) -> None:
        """Refuse to show as numbers of this cut what was made of another, or by other rules."""
        made, own = origin_of(rows), origin_of(self.datasets)
        if made is None or own is None or made == own:
            return
        of = f"{rows.output_id} was made of {made.cut}"
        if made.cut != own.cut:
            raise ParameterError(f"{of}; show it by the study of that cut, not of {own.cut}")
        found = in_words(differing(made.rules, own.rules))
        raise ParameterError(f"{of} under other rules ({found}); show it by the study that made it")

    def _show_own(self, shown: Any, title: str, notes: Sequence[str], decimals: int) -> None:
        from analysis.bench import own_displays

        if self._emission.staging is not None:
            raise ParameterError(
                "a report shows the outputs of the plan: give study.outputs.<id>.numbers()"
            )
        display = own_displays.display_of(shown, title, notes, decimals)
        self._say_state()
        own_displays.show(display, title)

    def save(
        self,
        name: str,
        shown: Any,
        *,
        title: str = "",
        notes: Sequence[str] = (),
        decimals: int = 2,
    ) -> list[Path]:
        """Save a table or a figure of one's own below ``notebooks/explore/``, which git leaves out.

        Parameters
        ----------
        name : str
            Of the files, without suffix; files of that name are replaced.
        shown : DataFrame, Table or figure
        title, notes, decimals
            As of `show`.

        Returns
        -------
        list of Path
            HTML and CSV of a table, SVG of a figure; each says of which cut it is.
        """
        from analysis.bench import own_displays

        if self._emission.staging is not None:
            raise ParameterError("a report saves the outputs of the plan, and nothing beside them")
        self._warn_if_stale()
        display = own_displays.display_of(shown, title, notes, decimals)
        folder = self.study.root / own_displays.FOLDER / self._folder
        return own_displays.save(display, name, folder, self._signature(), title)

    @property
    def _folder(self) -> str:
        return self.cut.cut

    def _signature(self) -> str:
        """What stands on something of one's own that is saved."""
        changed = self._changed()
        state = f"; {changed} changed since" if changed else ""
        return f"{self._said()}{state}. Not an output of the plan."

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


for _name in dataset_attributes.NAMES:
    setattr(OpenCut, _name, dataset_attributes.DatasetAttribute(_name))


def _reload_edited_code() -> None:
    """In JupyterLab, let an edit in ``src/analysis`` count without a restart."""
    kernel = shell()
    if kernel is None:
        return
    if "IPython.extensions.autoreload" not in kernel.extension_manager.loaded:
        kernel.run_line_magic("load_ext", "autoreload")
    kernel.run_line_magic("autoreload", "2")


def _warning_without_path(
    message: Warning | str, category: type[Warning], *_: object, **__: object
) -> str:
    """Return a warning as one line that says nothing about the machine."""
    return f"{category.__name__}: {message}\n"


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
        opened._opened_with = key_of(study)
        _explain_rules(study)
    return opened


def _explain_rules(study: Study) -> None:
    """In a notebook, complete rules with the comment of the plan."""
    if (kernel := shell()) is not None:
        from analysis.bench.rule_help import RuleHelp

        RuleHelp(study.rules, study.root / _PLAN).install(kernel)
