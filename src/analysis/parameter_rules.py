"""The rules of the analysis plan, group by group: what each may be, and what must agree.

Nothing here has a default; a value outside of what can be meant is refused with file and line
(`analysis.params`). What each rule does stands beside it in ``params/sap.yaml``.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.hints import joined, nearest
from analysis.parameter_types import (
    LONGEST_MONTHS,
    Age,
    CutName,
    Days,
    Decimals,
    Difference,
    Flag,
    InARow,
    Interval,
    Millimetres,
    Months,
    Patients,
    Percent,
    Ratio,
    Rising,
    Share,
    Some,
    SomeDays,
    SomeInARow,
    SomeMillimetres,
    SomePatients,
    StudyDay,
    Text,
    Tolerance,
    TScore,
    Weeks,
    Worsening,
)

if TYPE_CHECKING:
    from schemas.tables import Wanted

#: Every required extract but the patients.
Collectable = Literal[
    "prior_treatments",
    "biopsies",
    "sequencing",
    "variants",
    "mtb_reviews",
    "mtb_recommendations",
    "mtb_decisions",
    "treatments",
    "tumour_lesions",
    "tumour_responses",
    "adverse_events",
    "promis29",
    "ecog",
    "follow_up",
    "disposition",
]
COLLECTABLE: tuple[Collectable, ...] = get_args(Collectable)
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


# Names that stand for something else in the datasets and tables.
RESERVED_VISITS = {
    "baseline",
    "unscheduled",
    "all",
    "total",
    "end of treatment",
    "end_of_treatment",
}


class Frozen(BaseModel):
    """Base of all parameter groups: no unknown key, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __dir__(self) -> list[str]:
        """Offer the parameters for completion, and nothing of the library."""
        return list(type(self).model_fields)


def suggestion(wrong: str, known: list[str]) -> str:
    """What was meant, where one of the known names is near; else all of them."""
    near = nearest(wrong, known)
    if near:
        return f"did you mean {joined(repr(name) for name in near)}?"
    return f"known here: {', '.join(sorted(known))}"


def _not_over(group: Frozen, lower: str, upper: str) -> None:
    """Refuse a pair of values in the wrong order; the line is that of the first."""
    least, most = getattr(group, lower), getattr(group, upper)
    if least > most:
        raise ValueError(f"{lower}: more than {upper}, {most}")


class ExtractRules(Frozen):
    """Tables and columns that the registry does not collect, or not yet: no zero of them."""

    not_collected: tuple[Collectable, ...]
    unknown_columns: Literal["error", "ignore"]
    required_since: dict[str, CutName]

    @model_validator(mode="after")
    def _known_columns(self) -> ExtractRules:
        if not self.required_since:
            return self
        from schemas.raw import RAW_TABLES  # slow to import, and seldom needed

        for place in self.required_since:
            table, _, column = place.partition(".")
            fields = RAW_TABLES[table].fields if table in RAW_TABLES else {}
            if column not in fields:
                raise ValueError(f"required_since: {place} is no column of the data dictionary")
            if fields[column].required:
                raise ValueError(
                    f"required_since: {place} may never be empty, so it is required in every cut"
                )
        return self

    def columns_of(self, cut: str) -> Wanted:
        """What an export of one cut must have."""
        from schemas.tables import Wanted

        later = {place for place, since in self.required_since.items() if cut < since}
        return Wanted(
            ignore_unknown=self.unknown_columns == "ignore",
            later=frozenset(later),
            now=frozenset(set(self.required_since) - later),
        )


class ResponseRules(Frozen):
    """What RECIST 1.1 leaves open (response.md)."""

    source: Literal["recorded", "derived"]
    min_sd_days: Days
    confirm_days: Days
    max_nr_ne: InARow
    accept_sd: Flag
    missing_as_ne: Flag
    cr_then_lesser: Literal["as_recorded", "pd", "reclassify_pr"]
    pr_carry_forward: Flag
    equivocal_confirmed_backdates: Flag
    reappearance_after_cr_is_pd: Flag
    cbr_tolerance_days: Tolerance
    supportive_visit: Text


class RecistRules(Frozen):
    """What RECIST 1.1 fixes: percentages, millimetres, numbers of targets."""

    pd_percent: Percent
    pd_min_mm: Millimetres
    pr_percent: Percent
    node_normal_mm: SomeMillimetres
    too_small_mm: Millimetres
    measurable_mm: SomeMillimetres
    measurable_xray_mm: SomeMillimetres
    measurable_node_mm: SomeMillimetres
    max_targets: Annotated[int, Field(ge=1, le=50, strict=True)]
    max_targets_per_organ: Annotated[int, Field(ge=1, le=50, strict=True)]

    @model_validator(mode="after")
    def _agree(self) -> RecistRules:
        _not_over(self, "max_targets_per_organ", "max_targets")
        _not_over(self, "node_normal_mm", "measurable_node_mm")
        _not_over(self, "too_small_mm", "measurable_mm")
        return self


class TreatmentRules(Frozen):
    """Which classes of therapy are systemic."""

    systemic_classes: Some[SystemicClass]


class GuidedRules(Frozen):
    """When a regimen counts as guided by a recommendation (SAP D8)."""

    match: Literal["all_drugs", "any_drug"]
    equivalent_drugs: dict[Text, Text | Annotated[tuple[Text, ...], Field(min_length=1)]]
    failure_window_days: Days


class MolecularRules(Frozen):
    """Panels, order of evidence, and why recommended therapy was not given (SAP 14.1.6, 14.2.7)."""

    assays: dict[Text, Some[Text]]
    evidence_systems: Annotated[
        dict[Literal["ESCAT", "OncoKB", "AMP", "other"], Text], Field(min_length=1)
    ]
    tmb_high: Annotated[float, Field(gt=0, le=1000, strict=True, allow_inf_nan=False)]
    reason_order: tuple[DecisionReason, ...]
    reason_if_unrecorded: dict[EndOfStudy, DecisionReason]

    @model_validator(mode="after")
    def _whole_order(self) -> MolecularRules:
        if sorted(self.reason_order) != sorted(get_args(DecisionReason)):
            raise ValueError("reason_order: name every reason once")
        return self


class FollowUpRules(Frozen):
    """Planned end of follow-up, and when a patient still in it is silent (SAP D7)."""

    origin: Literal["first_dose", "enrolment"]
    days: SomeDays
    truncate: Flag
    silent_days: Days


class PfsRules(Frozen):
    """Progression-free survival: the main estimand and its tolerances (SAP 3 and 4)."""

    estimand: Literal["treatment_policy", "hypothetical", "composite"]
    interval_days: Interval
    window_days: Tolerance
    max_missed: InARow
    early_death_intervals: SomeInARow
    clinical_pd_window_days: Tolerance
    partial_dates: Literal["imputed", "earliest", "latest"]


class VisitWindow(Frozen):
    """One analysis visit: days from the anchor (day 1), both ends included."""

    code: Text
    label: Text
    number: Annotated[int, Field(ge=1, le=9999, strict=True)]
    target: SomeDays
    first: SomeDays
    last: SomeDays

    @model_validator(mode="after")
    def _in_order(self) -> VisitWindow:
        if not self.first <= self.target <= self.last:
            raise ValueError("first: first, target and last must not fall")
        return self


class VisitRules(Frozen):
    """Analysis visits, in the order of the schedule (SAP 5)."""

    baseline_first: StudyDay
    baseline_last: StudyDay
    baseline_flagged_first: StudyDay
    untreated_baseline_days: Tolerance
    windows: Annotated[tuple[VisitWindow, ...], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _baseline(self) -> VisitRules:
        _not_over(self, "baseline_flagged_first", "baseline_first")
        _not_over(self, "baseline_first", "baseline_last")
        if self.baseline_first > 1:
            raise ValueError("baseline_first: a baseline begins on day 1, the anchor, or before it")
        first = self.windows[0]
        if self.baseline_last >= first.first:
            raise ValueError(
                f"baseline_last: the window of {first.code} begins on day {first.first}; "
                "the baseline ends before it"
            )
        return self

    @model_validator(mode="after")
    def _apart(self) -> VisitRules:
        for position, window in enumerate(self.windows):
            for name in ("code", "label"):
                value = getattr(window, name)
                if value.strip().casefold() in RESERVED_VISITS:
                    raise ValueError(
                        f"windows.{position}.{name}: the name is reserved; give the visit another"
                    )
        for name in ("code", "label", "number"):
            values = [getattr(window, name) for window in self.windows]
            for position, value in enumerate(values):
                if value in values[:position]:
                    raise ValueError(
                        f"windows.{position}.{name}: two windows have the {name} {value}"
                    )
        for position, (before, after) in enumerate(pairwise(self.windows), start=1):
            place = f"windows.{position}"
            if after.number < before.number:
                raise ValueError(
                    f"{place}.number: the numbers of {before.code} and {after.code} fall; they "
                    "rise with the schedule"
                )
            if after.first <= before.last:
                raise ValueError(
                    f"{place}.first: the windows of {before.code} and {after.code} overlap, or "
                    "are not in the order of the schedule"
                )
        return self


class SafetyRules(Frozen):
    """Treatment-emergent period, the unit of rates, and how events are coded."""

    days_after_last_dose: dict[
        Literal["default", "targeted", "immunotherapy", "chemotherapy", "endocrine", "other"], Days
    ]
    rate_per_months: Annotated[int, Field(ge=1, le=120_000, strict=True)]
    dictionary: Literal["ctcae", "meddra"]
    crosswalk: dict[Text, Text]

    @model_validator(mode="after")
    def _has_default(self) -> SafetyRules:
        if "default" not in self.days_after_last_dose:
            raise ValueError("days_after_last_dose: the key 'default' is missing")
        return self


class MinimalDifference(Frozen):
    """Minimally important difference of each PROMIS-29 domain, T points."""

    PF: Difference
    ANX: Difference
    DEP: Difference
    FAT: Difference
    SLP: Difference
    SOC: Difference
    PAINI: Difference


class Severity(Frozen):
    """T scores at which mild, moderate and severe begin: for function, below them."""

    symptoms: tuple[TScore, TScore, TScore]
    function: tuple[TScore, TScore, TScore]

    @model_validator(mode="after")
    def _in_order(self) -> Severity:
        if list(self.symptoms) != sorted(set(self.symptoms)):
            raise ValueError("symptoms: mild, moderate, severe must rise, like [55, 60, 70]")
        if list(self.function) != sorted(set(self.function), reverse=True):
            raise ValueError("function: mild, moderate, severe must fall, like [45, 40, 30]")
        return self


class Promis29Rules(Frozen):
    """Coding, thresholds and the gate of the longitudinal model."""

    item_coding: Literal["scored", "printed"]
    severity: Severity
    minimal_difference: MinimalDifference
    pain_intensity_difference: Annotated[int, Field(ge=1, le=10, strict=True)]
    max_missed: InARow
    model_min_subjects: SomePatients
    model_min_post_baseline: SomeInARow
    model_min_per_visit: SomePatients
    named_visit: Text
    tipping_deltas: Some[Worsening]


class EcogRules(Frozen):
    """ECOG value that stands for death in the composite: worse than any value alive."""

    worst_value: Annotated[int, Field(ge=5, le=10, strict=True)]


class RestrictedMeans(Frozen):
    """Months to which the mean of each endpoint is restricted, in every output and cut."""

    PFS: Months
    OS: Months
    DOR: Months


class EstimationRules(Frozen):
    """Intervals, landmarks and the gates for small numbers (SAP 10)."""

    conf_level: Annotated[float, Field(ge=0.5, lt=1, strict=True, allow_inf_nan=False)]
    proportion_method: Literal["clopper_pearson", "wilson"]
    month_days: Annotated[float, Field(ge=28, le=31, strict=True, allow_inf_nan=False)]
    rmst_months: RestrictedMeans
    survival_months: Rising[Months]
    guided_weeks: Rising[Weeks]
    turnaround_weeks: Rising[Weeks]
    pfs_ratio_thresholds: Rising[Ratio]
    pfs_ratio_threshold: Ratio
    pfs_ratio_null_shapes: Rising[Ratio]
    pfs_ratio_modified_least_months: Annotated[
        float, Field(ge=0, le=LONGEST_MONTHS, strict=True, allow_inf_nan=False)
    ]
    pfs_ratio_modified_enough_months: Annotated[
        float, Field(gt=0, le=LONGEST_MONTHS, strict=True, allow_inf_nan=False)
    ]
    matching_score_cuts: Rising[Share]
    bootstrap_replicates: Annotated[int, Field(ge=100, le=1_000_000, strict=True)]
    min_stratum: Patients
    min_at_risk: Patients
    min_at_risk_public: Patients
    min_events_for_test: Patients
    min_responders_for_km: Patients
    maturity_months: Months
    uneven_loss_months: Months
    uneven_loss_points: Percent
    uneven_loss_min_group: SomePatients
    death_after_last_dose_days: Days
    age_groups: Rising[Age]

    @model_validator(mode="after")
    def _agree(self) -> EstimationRules:
        if self.pfs_ratio_threshold not in self.pfs_ratio_thresholds:
            known = ", ".join(map(str, self.pfs_ratio_thresholds))
            raise ValueError(f"pfs_ratio_threshold: give one of pfs_ratio_thresholds ({known})")
        _not_over(self, "pfs_ratio_modified_least_months", "pfs_ratio_modified_enough_months")
        return self


class FutureException(Frozen):
    """A group or set that is used before it is known, declared and said under its outputs."""

    parameters: tuple[Text, ...]
    of: Text
    untreated_only: Flag
    outputs: Some[Text]
    note: Text


class KnownAtOriginRules(Frozen):
    """What may be grouped by the future all the same (SAP 8)."""

    exceptions: tuple[FutureException, ...]


class DisplayRules(Frozen):
    """How numbers are shown; never what they are."""

    profile: Literal["internal", "public"]
    suppress_at_most: Patients
    percent_decimals: Decimals
    months_decimals: Decimals
    oncoprint_genes: Annotated[int, Field(ge=1, le=500, strict=True)]


class Rules(Frozen):
    """All rules of ``params/sap.yaml``, with the overrides of the cut merged in."""

    extracts: ExtractRules
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
    known_at_origin: KnownAtOriginRules
    display: DisplayRules

    @model_validator(mode="after")
    def _named_visits_are_planned(self) -> Rules:
        known = [window.code for window in self.visits.windows]
        for key, name in (
            ("promis29.named_visit", self.promis29.named_visit),
            ("response.supportive_visit", self.response.supportive_visit),
        ):
            if name not in known:
                raise ValueError(
                    f"{key}: no such visit in visits.windows; {suggestion(name, known)}"
                )
        return self
