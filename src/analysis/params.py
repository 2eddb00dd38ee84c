"""Typed, frozen parameters: the rules of the analysis plan and the definition of one data cut.

Two files decide every number: ``params/sap.yaml`` and ``params/cuts/<CUT>.yaml``. Nothing here has
a default: a missing or misspelt key stops the run with the file, the line and what would be right.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from analysis.errors import ParameterError
from analysis.yaml_source import YamlSource, read_yaml

CUT_NAME = re.compile(r"DC[0-9]{2}")

PositiveInt = Annotated[int, Field(gt=0, strict=True)]
NonNegativeInt = Annotated[int, Field(ge=0, strict=True)]
Days = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
PositiveDecimal = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]


def _rising(values: tuple[int, ...]) -> tuple[int, ...]:
    if list(values) != sorted(set(values)):
        raise ValueError("each must be greater than the one before, like [4, 8, 12]")
    return values


Rising = Annotated[tuple[PositiveInt, ...], Field(min_length=1), AfterValidator(_rising)]
Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, Field(strict=True, min_length=1)]
CutName = Annotated[str, Field(strict=True, pattern=rf"^{CUT_NAME.pattern}$")]
# The years that the extracts may hold: 0023-11-30 is a slip, not a data cut.
StrictDate = Annotated[
    dt.date, Field(strict=True, ge=dt.date(1900, 1, 1), le=dt.date(2199, 12, 31))
]
SystemicClass = Literal["targeted", "immunotherapy", "chemotherapy", "endocrine", "other"]

EndOfStudy = Literal["death", "withdrawal", "lost_to_follow_up", "no contact up to the planned end"]
DecisionReason = Literal[
    "deterioration",
    "death",
    "access_or_cost",
    "patient_choice",
    "clinician_choice",
    "trial_unavailable",
    "comorbidity",
    "lost",
    "other",
    "unknown",
]


class _Frozen(BaseModel):
    """Base of all parameter groups: no unknown key, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ResponseRules(_Frozen):
    """What RECIST 1.1 leaves open (response.md)."""

    source: Literal["recorded", "derived"]
    min_sd_days: NonNegativeInt
    confirm_days: NonNegativeInt
    max_nr_ne: NonNegativeInt
    accept_sd: Flag
    missing_as_ne: Flag
    cr_then_lesser: Literal["as_recorded", "pd", "reclassify_pr"]
    pr_carry_forward: Flag
    equivocal_confirmed_backdates: Flag
    reappearance_after_cr_is_pd: Flag
    cbr_tolerance_days: NonNegativeInt
    supportive_visit: Text


class RecistRules(_Frozen):
    """What RECIST 1.1 fixes: percentages, millimetres, numbers of targets."""

    pd_percent: PositiveInt
    pd_min_mm: NonNegativeInt
    pr_percent: PositiveInt
    node_normal_mm: PositiveInt
    too_small_mm: NonNegativeInt
    measurable_mm: PositiveInt
    measurable_xray_mm: PositiveInt
    measurable_node_mm: PositiveInt
    max_targets: PositiveInt
    max_targets_per_organ: PositiveInt


class TreatmentRules(_Frozen):
    """Which classes of therapy are systemic."""

    systemic_classes: tuple[SystemicClass, ...]


class GuidedRules(_Frozen):
    """When a regimen counts as guided by a recommendation (SAP D8)."""

    match: Literal["all_drugs", "any_drug"]
    equivalent_drugs: dict[str, str | tuple[str, ...]]
    failure_window_days: NonNegativeInt


class MolecularRules(_Frozen):
    """Panels, order of evidence, and why recommended therapy was not given (SAP 14.1.6, 14.2.7)."""

    assays: dict[str, tuple[str, ...]]
    evidence_systems: dict[Literal["ESCAT", "OncoKB", "AMP", "other"], Text]
    tmb_high: Annotated[Number, Field(gt=0)]
    reason_order: tuple[DecisionReason, ...]
    reason_if_unrecorded: dict[EndOfStudy, DecisionReason]

    @model_validator(mode="after")
    def _whole_order(self) -> MolecularRules:
        if sorted(self.reason_order) != sorted(get_args(DecisionReason)):
            raise ValueError("reason_order must name every reason once")
        return self


class FollowUpRules(_Frozen):
    """Planned end of follow-up, and when a patient still in it is silent (SAP D7)."""

    origin: Literal["first_dose", "enrolment"]
    days: PositiveInt
    truncate: Flag
    silent_days: NonNegativeInt


class PfsRules(_Frozen):
    """Progression-free survival: the main estimand and its tolerances (SAP 3 and 4)."""

    estimand: Literal["treatment_policy", "hypothetical", "composite"]
    interval_days: PositiveInt
    window_days: NonNegativeInt
    max_missed: NonNegativeInt
    early_death_intervals: PositiveInt
    clinical_pd_window_days: NonNegativeInt
    partial_dates: Literal["imputed", "earliest", "latest"]


class VisitWindow(_Frozen):
    """One analysis visit: days from the anchor (day 1), both ends included."""

    code: Text
    label: Text
    number: PositiveInt
    target: PositiveInt
    first: PositiveInt
    last: PositiveInt

    @model_validator(mode="after")
    def _in_order(self) -> VisitWindow:
        if not self.first <= self.target <= self.last:
            raise ValueError("first <= target <= last does not hold")
        return self


class VisitRules(_Frozen):
    """Analysis visits, in the order of the schedule (SAP 5)."""

    baseline_first: Days
    baseline_last: Days
    baseline_flagged_first: Days
    untreated_baseline_days: NonNegativeInt
    windows: Annotated[tuple[VisitWindow, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _apart(self) -> VisitRules:
        if self.baseline_first > self.baseline_last:
            raise ValueError("baseline_first <= baseline_last does not hold")
        for name in ("code", "label"):
            values = [getattr(window, name) for window in self.windows]
            twice = next((value for value in values if values.count(value) > 1), None)
            if twice is not None:
                raise ValueError(f"two windows have the {name} {twice}")
        for before, after in zip(self.windows, self.windows[1:], strict=False):
            if after.first <= before.last:
                raise ValueError(f"the windows of {before.code} and {after.code} overlap")
        return self


class SafetyRules(_Frozen):
    """Treatment-emergent period and the unit of rates."""

    days_after_last_dose: dict[Literal["default"] | SystemicClass, NonNegativeInt]
    rate_per_months: PositiveInt

    @model_validator(mode="after")
    def _has_default(self) -> SafetyRules:
        if "default" not in self.days_after_last_dose:
            raise ValueError("days_after_last_dose needs the key 'default'")
        return self


class MinimalDifference(_Frozen):
    """Minimally important difference of each PROMIS-29 domain, T points."""

    PF: Number
    ANX: Number
    DEP: Number
    FAT: Number
    SLP: Number
    SOC: Number
    PAINI: Number


class Severity(_Frozen):
    """T scores at which mild, moderate and severe begin: for function, below them."""

    symptoms: tuple[Number, Number, Number]
    function: tuple[Number, Number, Number]

    @model_validator(mode="after")
    def _in_order(self) -> Severity:
        if list(self.symptoms) != sorted(self.symptoms):
            raise ValueError("symptoms: mild, moderate, severe must rise, like [55, 60, 70]")
        if list(self.function) != sorted(self.function, reverse=True):
            raise ValueError("function: mild, moderate, severe must fall, like [45, 40, 30]")
        return self


class Promis29Rules(_Frozen):
    """Coding, thresholds and the gate of the longitudinal model."""

    item_coding: Literal["scored", "printed"]
    severity: Severity
    minimal_difference: MinimalDifference
    pain_intensity_difference: PositiveInt
    max_missed: NonNegativeInt
    model_min_subjects: PositiveInt
    model_min_post_baseline: PositiveInt
    model_min_per_visit: PositiveInt
    named_visit: Text
    tipping_deltas: tuple[Number, ...]


class EcogRules(_Frozen):
    """ECOG value that stands for death in the composite: worse than any value alive."""

    worst_value: Annotated[int, Field(ge=5)]


class RestrictedMeans(_Frozen):
    """Months to which the mean of each endpoint is restricted, in every output and cut."""

    PFS: PositiveInt
    OS: PositiveInt
    DOR: PositiveInt


class EstimationRules(_Frozen):
    """Intervals, landmarks and the gates for small numbers (SAP 10)."""

    conf_level: Annotated[Number, Field(gt=0, lt=1)]
    proportion_method: Literal["clopper_pearson", "wilson"]
    month_days: Annotated[Number, Field(gt=0)]
    rmst_months: RestrictedMeans
    survival_months: Rising
    guided_weeks: Rising
    turnaround_weeks: Rising
    pfs_ratio_thresholds: Annotated[tuple[PositiveDecimal, ...], Field(min_length=1)]
    pfs_ratio_threshold: PositiveDecimal
    pfs_ratio_null_shapes: Annotated[tuple[PositiveDecimal, ...], Field(min_length=1)]
    pfs_ratio_modified_least_months: Annotated[Number, Field(ge=0)]
    pfs_ratio_modified_enough_months: Annotated[Number, Field(gt=0)]
    matching_score_cuts: tuple[Decimal, ...]
    bootstrap_replicates: PositiveInt
    min_stratum: NonNegativeInt
    min_at_risk: NonNegativeInt
    min_at_risk_public: NonNegativeInt
    min_events_for_test: NonNegativeInt
    min_responders_for_km: NonNegativeInt
    maturity_months: PositiveInt
    uneven_loss_months: PositiveInt
    uneven_loss_points: PositiveInt
    uneven_loss_min_group: PositiveInt
    death_after_last_dose_days: NonNegativeInt
    age_groups: Rising


class DisplayRules(_Frozen):
    """How numbers are shown; never what they are."""

    profile: Literal["internal", "public"]
    suppress_at_most: NonNegativeInt
    percent_decimals: NonNegativeInt
    months_decimals: NonNegativeInt
    oncoprint_genes: PositiveInt


class Rules(_Frozen):
    """All rules of ``params/sap.yaml``, with the overrides of the cut merged in."""

    response: ResponseRules
    recist: RecistRules
    treatment: TreatmentRules
    guided: GuidedRules
    molecular: MolecularRules
    follow_up: FollowUpRules
    pfs: PfsRules
    visits: VisitRules
    safety: SafetyRules
    promis29: Promis29Rules
    ecog: EcogRules
    estimation: EstimationRules
    display: DisplayRules

    @model_validator(mode="after")
    def _named_visits_are_planned(self) -> Rules:
        known = [window.code for window in self.visits.windows]
        for key, name in (
            ("promis29.named_visit", self.promis29.named_visit),
            ("response.supportive_visit", self.response.supportive_visit),
        ):
            if name not in known:
                raise ValueError(f"{key} is '{name}'; visits: {', '.join(known)}")
        return self


class Cut(_Frozen):
    """One data cut as declared in ``params/cuts/<CUT>.yaml``."""

    cut: Text
    label: Text
    clinical_cutoff: StrictDate
    snapshot_date: StrictDate
    previous: str | None
    sap_version: Text
    synthetic: Flag
    overrides: dict[str, Any]

    @model_validator(mode="after")
    def _snapshot_not_before_cutoff(self) -> Cut:
        if self.snapshot_date < self.clinical_cutoff:
            raise ValueError(
                f"snapshot_date {self.snapshot_date} is before clinical_cutoff "
                f"{self.clinical_cutoff}; an export cannot know the future"
            )
        return self


# Maps whose keys are data (drug and assay names), so that an override may bring a new one.
_OPEN_MAPS = {
    ("guided", "equivalent_drugs"),
    ("molecular", "assays"),
    ("safety", "days_after_last_dose"),
}


def _suggest(wrong: str, known: list[str]) -> str:
    near = difflib.get_close_matches(wrong, known, n=1)
    return f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(sorted(known))}"


def _fields_at(model: type[BaseModel], path: tuple) -> list[str]:
    """Names of the keys that are right at `path` below `model`."""
    for step in path:
        if isinstance(step, int):  # a place in a list of groups
            continue
        field = model.model_fields.get(step)
        inner = field.annotation if field else None
        inner = next(iter(get_args(inner)), inner) if get_origin(inner) is tuple else inner
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)


def _written(problem: dict) -> str:
    """How a value that is right but for its quotes is written."""
    kind, given = problem["type"], problem["input"]
    if kind.startswith("date") and isinstance(given, str):
        return ", written without quotes like 2023-11-30"
    if kind == "string_type" and isinstance(given, (int, float)):
        return f', written in quotes like "{given}"'
    return ""


def _explain(error: ValidationError, model: type[BaseModel], source: YamlSource, at: tuple) -> str:
    """One line for each problem: file, line, key, value, what would be right."""
    found = []
    for problem in error.errors():
        where = tuple(step for step in problem["loc"] if step != "[key]")
        line = source.line_of((*at, *where))
        key = ".".join(str(step) for step in (*at, *where)) or "the file"
        start = f"{source.path}, line {line}: "
        if problem["type"] == "missing":
            found.append((line, f"{start}the key '{key}' is missing"))
        elif problem["type"] == "extra_forbidden":
            hint = _suggest(str(where[-1]), _fields_at(model, where[:-1]))
            found.append((line, f"{start}unknown key '{key}'; {hint}"))
        else:
            text = problem["msg"].removeprefix("Value error, ") + _written(problem)
            if not where:  # a rule of several keys: the line is that of the key it names first
                line = source.line_of((*at, *text.split()[0].split(".")))
                start = f"{source.path}, line {line}: "
            given = "" if isinstance(problem["input"], dict) else f" is {problem['input']!r}"
            found.append((line, f"{start}'{key}'{given}: {text}"))
    return "\n".join(text for _, text in sorted(set(found)))


def parse(model: type[BaseModel], values: Any, source: YamlSource, at: tuple = ()) -> Any:
    """Turn parsed YAML into a frozen model.

    Raises
    ------
    ParameterError
        Naming file, line, key, value and what would be right, for every problem at once.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ParameterError(_explain(error, model, source, at)) from None


def merge_overrides(rules: dict, overrides: dict, source: YamlSource, at: tuple = ()) -> dict:
    """Merge a cut's overrides into the rules leaf by leaf; inputs stay untouched.

    Raises
    ------
    ParameterError
        If an override names a key that the rules do not have, or replaces a group by a value.
    """
    merged = dict(rules)
    for key, value in overrides.items():
        line = source.line_of(("overrides", *at, key))
        name = ".".join(("overrides", *map(str, at), str(key)))
        start = f"{source.path}, line {line}: "
        if key not in rules and at not in _OPEN_MAPS:
            hint = _suggest(str(key), [str(known) for known in rules])
            raise ParameterError(f"{start}unknown key '{name}'; {hint}")
        current = rules.get(key)
        if isinstance(current, dict):
            if not isinstance(value, dict):
                raise ParameterError(f"{start}'{name}' is a group of rules; give its keys below it")
            merged[key] = merge_overrides(current, value, source, (*at, key))
        else:
            merged[key] = value
    return merged


def read_rules(sap: YamlSource, overrides: dict, cut_source: YamlSource) -> Rules:
    """Rules of the analysis plan with the overrides of one cut.

    Raises
    ------
    ParameterError
        For every unknown, missing or wrong key, in either file.
    """
    base = sap.values.get("rules")
    if not isinstance(base, dict):
        wrong = "is not a group of keys" if "rules" in sap.values else "is missing"
        raise ParameterError(f"{sap.path}, line {sap.line_of(('rules',))}: the key 'rules' {wrong}")
    rules = parse(Rules, base, sap, ("rules",))
    if not overrides:
        return rules
    merged = merge_overrides(base, overrides, cut_source)
    try:
        return Rules.model_validate(merged)
    except ValidationError as error:
        raise ParameterError(_explain(error, Rules, cut_source, ("overrides",))) from None


def check_cut_name(name: str) -> str:
    """Return `name` if it is a cut name (DC and two digits, no path parts).

    Raises
    ------
    ParameterError
        Otherwise: a cut name becomes a folder name and must not lead anywhere else.
    """
    if not CUT_NAME.fullmatch(name):
        raise ParameterError(f"'{name}' is not a cut name; a cut is DC and two digits, like DC04")
    return name


def list_cuts(study: Path) -> list[str]:
    """Names of the cuts declared in a study folder, sorted."""
    folder = study / "params" / "cuts"
    return sorted(path.stem for path in folder.glob("DC[0-9][0-9].yaml") if path.is_file())


def read_cut(study: Path, name: str) -> tuple[Cut, YamlSource]:
    """Definition of one cut.

    Raises
    ------
    ParameterError
        If the name is not a cut name, the cut is not declared, or its file is wrong.
    """
    check_cut_name(name)
    path = study / "params" / "cuts" / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(list_cuts(study)) or "none"
        raise ParameterError(f"{path}: the cut {name} does not exist; declared cuts: {known}")
    source = read_yaml(path)
    cut = parse(Cut, source.values, source)
    if cut.cut != name:
        line = source.line_of(("cut",))
        raise ParameterError(
            f"{path}, line {line}: 'cut' is '{cut.cut}'; the file name says {name}"
        )
    if cut.previous is not None:
        line = source.line_of(("previous",))
        if not CUT_NAME.fullmatch(cut.previous) or cut.previous == name:
            raise ParameterError(
                f"{path}, line {line}: 'previous' is '{cut.previous}'; give another cut, or null"
            )
    return cut, source
