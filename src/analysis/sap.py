"""The statistical analysis plan as an index: sections, endpoints, planned outputs, and the study.

``params/sap.yaml`` is the only list of what must be produced. `read_study` opens a study folder for
one cut and is the single entrance to its parameters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from analysis.crosswalk import with_crosswalk
from analysis.errors import ParameterError
from analysis.locked.lock import Lock, lock_of, rules_under_lock
from analysis.parameter_rules import Frozen
from analysis.parameter_types import CutName, StrictDate, Text
from analysis.params import Cut, Rules, altered_rules, parse, read_cut, read_rules
from analysis.yaml_source import read_yaml


class Endpoint(Frozen):
    """One registered or planned endpoint: where it is defined and what shows it."""

    title: Text
    role: Literal["primary", "secondary", "exploratory", "supportive"]
    section: Text
    module: str | None
    definition: Text


class Output(Frozen):
    """One planned table, figure or listing."""

    id: Annotated[str, Field(pattern=r"^[TFL]?[A-Z0-9.]+$")]
    title: Text
    section: Text
    priority: Literal["P1", "P2"]
    analysis_set: Text
    notebook: str | None
    endpoint: str | None
    # what this output shows, where the definition of its endpoint says something else
    definition: Text | None = None
    footnotes: tuple[str, ...]


class Amendment(Frozen):
    """One change of a rule after data were seen: what it was, what it is, and why."""

    id: Annotated[str, Field(pattern=r"^A[1-9][0-9]*$")]
    date: StrictDate
    cuts_seen: tuple[CutName, ...]
    old_rule: Text
    new_rule: Text
    reason: Text
    outputs: Annotated[tuple[Text, ...], Field(min_length=1)]


class Sap(Frozen):
    """The plan: version, amendments, sections, endpoints, outputs; rules are read per cut."""

    version: Text
    amendments: tuple[Amendment, ...] = ()
    sections: dict[str, str]
    endpoints: dict[str, Endpoint]
    outputs: tuple[Output, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Sap:
        ids = [output.id for output in self.outputs]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"planned twice: {', '.join(twice)}")
        for output in self.outputs:
            if output.section not in self.sections:
                raise ValueError(f"{output.id}: section '{output.section}' is not in 'sections'")
            if output.endpoint is not None and output.endpoint not in self.endpoints:
                raise ValueError(f"{output.id}: endpoint '{output.endpoint}' is not declared")
        amended = [amendment.id for amendment in self.amendments]
        if twice := sorted({name for name in amended if amended.count(name) > 1}):
            raise ValueError(f"amended twice under one name: {', '.join(twice)}")
        for amendment in self.amendments:
            if unknown := sorted(set(amendment.outputs) - set(ids)):
                raise ValueError(f"amendment {amendment.id}: no output {', '.join(unknown)}")
        return self

    def output(self, output_id: str) -> Output:
        """The planned output with this id.

        Raises
        ------
        ParameterError
            If the plan has no such output.
        """
        for output in self.outputs:
            if output.id == output_id:
                return output
        raise ParameterError(f"params/sap.yaml plans no output '{output_id}'")

    def amendments_of(self, output_id: str) -> tuple[Amendment, ...]:
        """Amendments that concern an output, in the order of the plan."""
        return tuple(a for a in self.amendments if output_id in a.outputs)

    def definition_of(self, output: Output) -> str | None:
        """What an output shows: its own definition, else that of its endpoint."""
        if output.definition or output.endpoint is None:
            return output.definition
        return self.endpoints[output.endpoint].definition

    def outputs_of(self, notebook: str) -> tuple[Output, ...]:
        """Outputs that a notebook (file name without suffix) must emit, in order of the plan."""
        return tuple(output for output in self.outputs if output.notebook == notebook)

    def notebooks(self) -> tuple[str, ...]:
        """Notebooks that the plan names, in the order of their first output."""
        return tuple(dict.fromkeys(o.notebook for o in self.outputs if o.notebook is not None))


@dataclass(frozen=True)
class Study:
    """A study folder opened for one cut: where things lie and what the parameters say.

    Attributes
    ----------
    lock : Lock or None
        The lock of the cut; its rules are those of the lock then.
    lacking : tuple of str
        Rules that the lock does not have, and that are those of the plan as it is now.
    """

    root: Path
    cut: Cut
    sap: Sap
    rules: Rules
    lock: Lock | None = field(default=None, repr=False)
    lacking: tuple[str, ...] = ()

    @property
    def raw(self) -> Path:
        """Folder of the raw extracts of the cut."""
        return self.root / "data" / "raw" / self.cut.cut

    @property
    def derived(self) -> Path:
        """Folder of the analysis datasets of the cut."""
        return self.root / "data" / "derived" / self.cut.cut

    @property
    def reports(self) -> Path:
        """Folder of the reports of the cut."""
        return self.root / "reports" / self.cut.cut


def read_study(
    root: Path,
    cut_name: str,
    *,
    as_locked: bool = True,
    altered: Mapping[str, Any] | None = None,
) -> Study:
    """Open a study folder for one cut.

    Parameters
    ----------
    root : Path
        Study folder with ``params/sap.yaml`` and ``params/cuts/<CUT>.yaml``.
    cut_name : str
        Like ``DC04``.
    as_locked : bool
        Whether a locked cut keeps the rules and the version of its lock.
    altered : mapping of str to value, optional
        Rules to change for this once, by name, like ``response.confirm_days``.

    Returns
    -------
    Study

    Raises
    ------
    ParameterError
        Naming file, line and what would be right, for anything wrong in the parameters.
    LockedError
        If the cut is locked and its parameters are not those of the lock, or the lock is broken.
    """
    cut, cut_source = read_cut(root, cut_name)
    sap_source = read_yaml(root / "params" / "sap.yaml")
    if "rules" not in sap_source.values:
        raise ParameterError(f"{sap_source.path}, line 1: the key 'rules' is missing")
    plan = {key: value for key, value in sap_source.values.items() if key != "rules"}
    sap = parse(Sap, plan, sap_source)
    lock = lock_of(root, cut_name)
    if lock is not None:
        lock.refuse_changed_cut(cut)
    elif cut.sap_version != sap.version:
        line = cut_source.line_of(("sap_version",))
        raise ParameterError(
            f"{cut_source.path}, line {line}: sap_version is '{cut.sap_version}', but "
            f"{sap_source.path} is version '{sap.version}'; the two must be equal"
        )
    base = with_crosswalk(sap_source, root, ("rules",))
    overrides = with_crosswalk(cut_source, root, ("overrides",)).values.get("overrides") or {}
    rules = read_rules(base, overrides, cut_source)
    lacking: list[str] = []
    if lock is not None and as_locked:
        rules, lacking = rules_under_lock(lock, rules, sap.version)
        sap = sap.model_copy(update={"version": cut.sap_version})
    if altered:
        rules = altered_rules(rules, altered)
    filled = _with_numbers(sap, rules, sap_source.path)
    return Study(root, cut, filled, rules, lock, tuple(lacking))


PROPORTION_METHODS = {"clopper_pearson": "Clopper-Pearson", "wilson": "Wilson"}
_PLACEHOLDER = re.compile(r"\{([\w.]*)\}")


def _conditions_on_the_future(output: Output, rules: Rules) -> tuple[str, ...]:
    """What is said under an output that groups by what is not known at the origin."""
    notes = (e.note for e in rules.known_at_origin.exceptions if output.id in e.outputs)
    return tuple(dict.fromkeys(notes))


def _with_numbers(sap: Sap, rules: Rules, path: Path) -> Sap:
    """The plan with the numbers of its rules in the footnotes, where they name them in braces.

    So that a footnote never says 95% under other limits: ``{conf_level}``,
    ``{proportion_interval}`` (method and level), and any rule by its name, as in
    ``{rules.follow_up.days}``. A visit is named as on the pages, several values are joined.
    """
    level = f"{100 * rules.estimation.conf_level:g}%"
    method = PROPORTION_METHODS[rules.estimation.proportion_method]
    words = {"conf_level": level, "proportion_interval": f"{method}, {level}"}

    def filled(where: str, text: str) -> str:
        named = set(_PLACEHOLDER.findall(text))
        values = words | {name: _value_in_words(name, rules) for name in named - set(words)}
        if unknown := [name for name in sorted(named) if values[name] is None]:
            raise ParameterError(
                f"{path}: {where} names {{{unknown[0]}}}; "
                f"known are {', '.join(f'{{{name}}}' for name in words)} and the rules, like "
                "{rules.follow_up.days}"
            )
        return _PLACEHOLDER.sub(lambda found: str(values[found.group(1)]), text)

    outputs = tuple(
        output.model_copy(
            update={
                "definition": output.definition
                and filled(f"the definition of {output.id}", output.definition),
                "footnotes": (
                    *(filled(f"a footnote of {output.id}", text) for text in output.footnotes),
                    *_conditions_on_the_future(output, rules),
                ),
            }
        )
        for output in sap.outputs
    )
    endpoints = {
        name: endpoint.model_copy(
            update={"definition": filled(f"the definition of '{name}'", endpoint.definition)}
        )
        for name, endpoint in sap.endpoints.items()
    }
    return sap.model_copy(update={"outputs": outputs, "endpoints": endpoints})


def _value_in_words(name: str, rules: Rules) -> str | None:
    """The value of a rule as a reader sees it; None where there is no such rule."""
    group, *steps = name.split(".")
    value: Any = rules if group == "rules" else None
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else getattr(value, step, None)
    if value is None or value is rules:
        return None
    visits = {window.code: window.label for window in rules.visits.windows}
    if isinstance(value, tuple | list):
        return ", ".join(str(part).replace("_", " ") for part in value) or "none"
    return visits.get(str(value), str(value).replace("_", " "))
