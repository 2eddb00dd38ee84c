"""Raw extract `promis29`: items of the PROMIS-29 Profile v2.1."""

from schemas import terminology as codes
from schemas.fields import code, date, integer, patient_id
from schemas.tables import raw_table


def _item(name: str, domain: str) -> object:
    highest = 10 if domain == "pain_intensity" else 5
    lowest = 0 if domain == "pain_intensity" else 1
    return integer(
        name,
        f"Item of {domain.replace('_', ' ')}, in scored direction; empty = not answered",
        "RAWSUM",
        unit="points",
        required=False,
        minimum=lowest,
        maximum=highest,
    )


TABLE = raw_table(
    "promis29",
    "One row per completed form.",
    [
        patient_id(),
        code("visit", "Visit as labelled; analysis visits come from dates", codes.VISIT, "VISIT"),
        date("completion_date", "Day on which the form was completed", "ADT"),
        *(_item(name, domain) for name, domain in codes.PROMIS29_ITEMS.items()),
    ],
    key=("patient_id", "completion_date"),
)
