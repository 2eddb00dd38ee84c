"""Not received is not zero: what an output reads where a table it needs has no row.

A registry that does not collect adverse events has not had none. An extract without a row says
nothing: the outputs that need it are made like all others and then emptied, every number of them,
so that no zero, no percentage and no limit stands for what nobody knows. The plan may declare
tables as not collected (``rules.extracts.not_collected``); an empty one that is not declared is a
finding, and reads "not received".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analysis.estimates.rows import EstimateRows
from analysis.outputs.catalogue import MODULE_OF, module_of
from analysis.params import Rules
from schemas.raw import RAW_TABLES
from schemas.terminology import OPTIONAL_TABLES

NOT_RECEIVED, NOT_COLLECTED = "not received", "not collected"
#: Of the other outputs, where groups of treatment would be read as what they are not.
_UNGUIDED = {
    "mtb_reviews": "nobody counts as guided, and all targeted therapy as not guided",
    "mtb_recommendations": "nobody counts as guided, and all targeted therapy as not guided",
}


def needed(output_id: str, rules: Rules) -> tuple[str, ...]:
    """Raw tables without which an output says nothing, as its room declares them.

    Of an output that has no room nothing is known to be needed.
    """
    if output_id not in MODULE_OF:
        return ()
    room = module_of(output_id)
    if rules.response.source == "derived":
        return room.NEEDS
    return (*room.NEEDS, *getattr(room, "NEEDS_IF_RECORDED", ()))


def lacking(needs: Iterable[str], received: Mapping[str, int], rules: Rules) -> dict[str, str]:
    """Tables that an output needs and that have no row, with what is said of them.

    Parameters
    ----------
    needs : iterable of str
        What `needed` gives.
    received : mapping of str to int
        Rows of each raw table as it was received, before the data cut.
    rules : Rules
        ``extracts.not_collected``.

    Returns
    -------
    dict of str to str
        Empty where nothing is lacking, or where nobody is enrolled yet.
    """
    if not received.get("patients", 0):
        return {}
    found = {}
    for table in RAW_TABLES:
        if table in needs and not received.get(table, 1):
            collected = table not in (*rules.extracts.not_collected, *OPTIONAL_TABLES)
            found[table] = NOT_RECEIVED if collected else NOT_COLLECTED
    return found


def emptied(rows: EstimateRows, lacks: Mapping[str, str]) -> EstimateRows:
    """The rows of an output with no number in them, and why; nobody is a member of any."""
    said = sentence(lacks)
    text = next(iter(lacks.values()))
    return rows.without_numbers(text, said)


def as_received(rows: EstimateRows, received: Mapping[str, int], rules: Rules) -> EstimateRows:
    """The rows of an output as a report has them: emptied where a table it needs was not received.

    Parameters
    ----------
    rows : EstimateRows
        What its room gives.
    received : mapping of str to int
        Rows of each raw table, before the data cut.
    rules : Rules
    """
    lacks = lacking(needed(rows.output_id, rules), received, rules)
    return emptied(rows, lacks) if lacks else rows


def sentence(lacks: Mapping[str, str]) -> str:
    """What is shown instead of an output."""
    parts = [
        f"{', '.join(t for t, said in lacks.items() if said == words)}: {words}"
        for words in dict.fromkeys(lacks.values())
    ]
    return f"{'; '.join(parts)}. Nothing is known of it, which is not that nothing happened."


def said_beside(output_id: str, received: Mapping[str, int], rules: Rules) -> str:
    """What is said under an output that is shown, and whose groups lack a table; else nothing."""
    if not received.get("patients", 0):
        return ""
    grouped = output_id.startswith(("T14.2", "F14.2", "T14.3", "F14.3"))
    for table, why in _UNGUIDED.items():
        if grouped and not received.get(table, 1):
            collected = table not in rules.extracts.not_collected
            return f"{table}: {NOT_RECEIVED if collected else NOT_COLLECTED}, so {why}."
    return ""
