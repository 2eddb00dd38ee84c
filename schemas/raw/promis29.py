"""Raw extract `promis29`: items of the PROMIS-29 Profile v2.1."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Day, Text, Whole, about, patient_id
from schemas.tables import RawExtract


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
    pfa11: Whole = Field(
        title="Item of physical function, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    pfa21: Whole = Field(
        title="Item of physical function, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    pfa23: Whole = Field(
        title="Item of physical function, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    pfa53: Whole = Field(
        title="Item of physical function, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    edanx01: Whole = Field(
        title="Item of anxiety, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    edanx40: Whole = Field(
        title="Item of anxiety, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    edanx41: Whole = Field(
        title="Item of anxiety, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    edanx53: Whole = Field(
        title="Item of anxiety, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    eddep04: Whole = Field(
        title="Item of depression, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    eddep06: Whole = Field(
        title="Item of depression, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    eddep29: Whole = Field(
        title="Item of depression, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    eddep41: Whole = Field(
        title="Item of depression, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    hi7: Whole = Field(
        title="Item of fatigue, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    an3: Whole = Field(
        title="Item of fatigue, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    fatexp41: Whole = Field(
        title="Item of fatigue, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    fatexp40: Whole = Field(
        title="Item of fatigue, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    sleep109: Whole = Field(
        title="Item of sleep disturbance, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    sleep116: Whole = Field(
        title="Item of sleep disturbance, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    sleep20: Whole = Field(
        title="Item of sleep disturbance, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    sleep44: Whole = Field(
        title="Item of sleep disturbance, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    srpper11_caps: Whole = Field(
        title="Item of social roles, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    srpper18_caps: Whole = Field(
        title="Item of social roles, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    srpper23_caps: Whole = Field(
        title="Item of social roles, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    srpper46_caps: Whole = Field(
        title="Item of social roles, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    painin9: Whole = Field(
        title="Item of pain interference, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    painin22: Whole = Field(
        title="Item of pain interference, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    painin31: Whole = Field(
        title="Item of pain interference, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    painin34: Whole = Field(
        title="Item of pain interference, in scored direction",
        description="empty = not answered",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )
    global07: Whole = Field(
        title="Item of pain intensity, in scored direction",
        description="empty = not answered",
        ge=0,
        le=10,
        nullable=True,
        metadata=about(adam="RAWSUM", unit="points"),
    )

    class Config:
        """Key of the table."""

        name = "promis29"
        metadata = {"key": ("patient_id", "completion_date")}
