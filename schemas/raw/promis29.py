"""Raw extract `promis29`: items of the PROMIS-29 Profile v2.1."""

from typing import Any

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Day, Text, Whole, about, patient_id, source_visit
from schemas.tables import RawExtract


def _item(domain: str) -> Any:
    """Declare an item that is scored from 1 to 5."""
    return Field(
        title=f"Item of {domain}, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )


class Promis29(RawExtract):
    """One row per completed form."""

    patient_id: Text = patient_id()
    visit: Text = Field(
        title="Visit as labelled",
        description="analysis visits come from dates",
        isin=codes.VISIT,
        metadata=about(adam="VISIT"),
    )
    completion_date: Day = Field(
        title="Day on which the form was completed", metadata=about(adam="ADT")
    )
    pfa11: Whole = _item("physical function")
    pfa21: Whole = _item("physical function")
    pfa23: Whole = _item("physical function")
    pfa53: Whole = _item("physical function")
    edanx01: Whole = _item("anxiety")
    edanx40: Whole = _item("anxiety")
    edanx41: Whole = _item("anxiety")
    edanx53: Whole = _item("anxiety")
    eddep04: Whole = _item("depression")
    eddep06: Whole = _item("depression")
    eddep29: Whole = _item("depression")
    eddep41: Whole = _item("depression")
    hi7: Whole = _item("fatigue")
    an3: Whole = _item("fatigue")
    fatexp41: Whole = _item("fatigue")
    fatexp40: Whole = _item("fatigue")
    sleep109: Whole = _item("sleep disturbance")
    sleep116: Whole = _item("sleep disturbance")
    sleep20: Whole = _item("sleep disturbance")
    sleep44: Whole = _item("sleep disturbance")
    srpper11_caps: Whole = _item("social roles")
    srpper18_caps: Whole = _item("social roles")
    srpper23_caps: Whole = _item("social roles")
    srpper46_caps: Whole = _item("social roles")
    painin9: Whole = _item("pain interference")
    painin22: Whole = _item("pain interference")
    painin31: Whole = _item("pain interference")
    painin34: Whole = _item("pain interference")
    global07: Whole = Field(
        title="Item of pain intensity, in scored direction",
        description="empty = not answered",
        ge=0,
        le=10,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    source_visit: Text = source_visit()

    class Config:
        """Key of the table."""

        name = "promis29"
        metadata = {"key": ("patient_id", "completion_date")}
