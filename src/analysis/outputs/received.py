"""Not received is not zero: what an output reads where a table it needs has no row.

A registry that does not collect adverse events has not had none. An extract without a row says
nothing: the outputs that need it are made like all others and then emptied, every number of them,
so that no zero, no percentage and no limit stands for what nobody knows. The plan may declare
tables as not collected (``rules.extracts.not_collected``); an empty one that is not declared is a
finding, and reads "not received".
"""

from __future__ import annotations

from collections.abc import Mapping

from analysis.estimates.rows import EstimateRows

NOT_RECEIVED, NOT_COLLECTED = "not received", "not collected"
_FUNNEL = "T14.1.1 F14.1.1"
_GUIDED = "T14.2.2.1 T14.2.2.2 F14.2.2.1 T14.2.7.4 T14.2.4.4 F14.2.4.4"
_RESPONSE = "T14.2.1.1 T14.2.1.2 T14.2.1.3 T14.2.1.4 F14.2.1.4 T14.2.3.1 T14.2.3.2"
_PFS = "T14.2.4.1 T14.2.4.2 T14.2.4.3 F14.2.4.1 T14.2.4.4 F14.2.4.4"
_SURVIVAL = "T14.2.5.1 T14.2.5.3 F14.2.5.1"
_SAFETY = "T14.3.1.1 T14.3.1.2 T14.3.1.3 T14.3.1.4 F14.3.1 L16.2.7"
#: Raw table -> outputs that say nothing without it.
NEEDED_BY = {
    table: frozenset(outputs.split())
    for table, outputs in {
        "prior_treatments": "T14.1.4 T14.2.4.4 F14.2.4.4",
        "biopsies": f"{_FUNNEL} T14.1.5 T14.1.7 T14.3.1.4",
        "sequencing": f"{_FUNNEL} T14.1.5 T14.1.7 T14.2.2.2 T14.2.7.1 T14.2.7.2 T14.2.7.3 "
        "T14.2.7.4 F14.2.7.1 T14.2.10.1 T14.2.10.2 L16.2.6.4",
        "variants": "T14.2.7.3 T14.2.7.4 F14.2.7.1 T14.2.10.2 L16.2.6.4",
        "mtb_reviews": f"{_FUNNEL} {_GUIDED} T14.1.6 T14.1.7 F14.1.6 T14.2.7.1 T14.2.7.2 "
        "T14.2.10.1 L16.2.6.3",
        "mtb_recommendations": f"{_FUNNEL} {_GUIDED} T14.1.6 F14.1.6 T14.2.7.2 T14.2.10.1 "
        "L16.2.6.3",
        "mtb_decisions": "T14.1.6",
        "treatments": f"{_FUNNEL} {_GUIDED} {_RESPONSE} {_PFS} {_SURVIVAL} T14.1.6 F14.1.6 T14.1.9 "
        "T14.1.10 T14.1.11 F14.2.1.1 F14.2.1.2 F14.2.1.3 T14.3.1.1 T14.3.1.2 T14.3.1.3 F14.3.1 "
        "L16.2.5",
        "tumour_lesions": f"{_RESPONSE} F14.2.1.1 F14.2.1.3",
        "tumour_responses": f"{_RESPONSE} {_PFS}",
        "adverse_events": _SAFETY,
        "promis29": "T14.2.8.1 T14.2.8.2 T14.2.8.3 T14.2.8.4 T14.2.8.5 F14.2.8.1 L16.2.6.5",
        "ecog": "T14.2.9.1 T14.2.9.2",
        "disposition": f"{_SURVIVAL} T14.2.5.2 T14.3.2 L16.2.8",
    }.items()
}
#: Of the other outputs, where groups of treatment would be read as what they are not.
_UNGUIDED = {
    "mtb_reviews": "nobody counts as guided, and all targeted therapy as not guided",
    "mtb_recommendations": "nobody counts as guided, and all targeted therapy as not guided",
}


def lacking(output_id: str, received: Mapping[str, int], rules) -> dict[str, str]:
    """Tables that an output needs and that have no row, with what is said of them.

    Parameters
    ----------
    output_id : str
    received : mapping of str to int
        Rows of each raw table as it was received, before the data cut.
    rules : Rules
        ``extracts.not_collected``, ``response.source``.

    Returns
    -------
    dict of str to str
        Empty where nothing is lacking, or where nobody is enrolled yet.
    """
    if not received.get("patients", 0):
        return {}
    found = {}
    for table, outputs in NEEDED_BY.items():
        if table == "tumour_responses" and rules.response.source == "derived":
            outputs = outputs - frozenset(_PFS.split())
        if output_id in outputs and not received.get(table, 1):
            collected = table not in rules.extracts.not_collected
            found[table] = NOT_RECEIVED if collected else NOT_COLLECTED
    return found


def emptied(rows: EstimateRows, lacks: Mapping[str, str]) -> EstimateRows:
    """The rows of an output with no number in them, and why; nobody is a member of any."""
    said = sentence(lacks)
    text = next(iter(lacks.values()))
    return rows.without_numbers(text, said)


def sentence(lacks: Mapping[str, str]) -> str:
    """What is shown instead of an output."""
    parts = [
        f"{', '.join(t for t, said in lacks.items() if said == words)}: {words}"
        for words in dict.fromkeys(lacks.values())
    ]
    return f"{'; '.join(parts)}. Nothing is known of it, which is not that nothing happened."


def said_beside(output_id: str, received: Mapping[str, int], rules) -> str:
    """What is said under an output that is shown, and whose groups lack a table; else nothing."""
    if not received.get("patients", 0):
        return ""
    grouped = output_id.startswith(("T14.2", "F14.2", "T14.3", "F14.3"))
    for table, why in _UNGUIDED.items():
        if grouped and not received.get(table, 1):
            collected = table not in rules.extracts.not_collected
            return f"{table}: {NOT_RECEIVED if collected else NOT_COLLECTED}, so {why}."
    return ""
