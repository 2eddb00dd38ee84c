"""The planted effects and rates: closed where the model is closed, else by simulating the plan."""

from __future__ import annotations

from schemas import terminology

from . import model


def planted() -> dict:
    """Effects and rates for truth.json."""
    groups = terminology.TREATMENT_GROUP
    return {
        "closed_form": {
            "serious_adverse_events_per_patient_month": {
                **dict(zip(groups, model.SAE_PER_MONTH, strict=True)),
            },
        },
    }
