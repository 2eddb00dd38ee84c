"""T14.2.8.1 to T14.2.8.4 as tables, L16.2.6.5 as a listing."""

from __future__ import annotations

from analysis.endpoints.promis29_scores import HIGHER_IS_BETTER, LABELS

STATE_LABELS = {
    "completed": "Completed",
    "missing": "Missing",
    "off_study": "Off study",
    "dead": "Dead",
    "not_due": "Not due",
}
# The published minimally important differences, printed with every responder table.
DIFFERENCE_LABEL = (
    "Published minimally important differences, T points: fatigue 2.5–5, pain interference 4–6, "
    "physical function 4–6, anxiety 3–4.5, depression 3–4.5 (Yost 2011, advanced cancer, longer "
    "forms than these); none published there for sleep and social roles (Terwee 2021: 2–6 within "
    "person)."
)
STATE_NOTE = (
    "Expected: alive, on study and due. Death is not missing; not due (window not closed by the "
    "cut) is neither. The extracts give no reason for a missing form: the states are the reasons."
)


def parameter_label(paramcd: str) -> str:
    """Name of a parameter and which way is better."""
    return f"{LABELS[paramcd]}, higher is {'better' if paramcd in HIGHER_IS_BETTER else 'worse'}"
