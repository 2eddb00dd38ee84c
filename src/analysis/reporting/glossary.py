"""Every code of a report in words, and every rule with its value and comment."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from analysis.endpoints.time_parameters import CENSORINGS, TIMES
from analysis.params import Rules
from analysis.rule_comments import rule_comments
from analysis.sap import Study
from analysis.tabulation.groups import GROUP_LABELS, SET_LABELS

GLOSSARY_PAGE = "glossary.html"
_RESPONSES = {
    "CR": "complete response",
    "PR": "partial response",
    "SD": "stable disease",
    "NON-CR/NON-PD": "neither complete response nor progression, without target lesions",
    "PD": "progressive disease",
    "NE": "not evaluable; of an estimate: it does not exist",
    "NR": "not reached",
    "MISSING": "no assessment, for the reason beside it",
    "SAE": "serious adverse event",
    "CI": "confidence interval",
    "MTB": "molecular tumour board",
    "NGS": "next-generation sequencing",
    "ORR": "objective response rate",
    "BOR": "best overall response",
    "PFS": "progression-free survival",
    "OS": "overall survival",
    "ECOG": "performance status of the Eastern Cooperative Oncology Group",
    "PROMIS-29": "29 questions on health, Patient-Reported Outcomes Measurement Information System",
}


@cache
def glossary() -> dict[str, tuple[str, str]]:
    """Code -> words and what kind of code it is, in alphabetical order of the codes."""
    from schemas.derived import DATASETS

    found: dict[str, tuple[str, str]] = {}
    for name, dataset in DATASETS.items():
        for spec in dataset.fields.values():
            found.setdefault(spec.name, (spec.description, f"column of {name.upper()}"))
    found |= {time.paramcd: (time.label, "time to event") for time in TIMES}
    found |= {
        f"CNSR {code}": (str(words), "reason of censoring") for code, words in CENSORINGS.items()
    }
    found |= {flag: (label, "analysis set") for flag, label in SET_LABELS.items()}
    found |= {code: (label, "group") for code, label in GROUP_LABELS.items()}
    found |= {code: (words, "term") for code, words in _RESPONSES.items()}
    return dict(sorted(found.items()))


def _value(value: Any) -> str:
    """A value as it is written in the plan, whatever the order in which its parts were read."""
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    return str(value)


def rules_in_words(study: Study) -> list[tuple[str, str, str]]:
    """Every rule: name, value, what the plan says of it."""
    comments = rule_comments(study.root / "params" / "sap.yaml")
    found = []
    for group in Rules.model_fields:
        held = getattr(study.rules, group)
        for name in type(held).model_fields:
            text = _value(held.model_dump(mode="json")[name])
            shown = text if len(text) < 80 else f"{text[:77]}..."
            found.append((f"{group}.{name}", shown, comments.get((group, name), "")))
    return found
