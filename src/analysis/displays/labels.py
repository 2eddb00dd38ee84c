"""What codes are called where a reader sees them; estimates and datasets keep their codes."""

from __future__ import annotations

import re

from analysis.tabulation.groups import GROUP_LABELS
from schemas.terminology import RECOMMENDATION_GROUP

RECOMMENDATION_LABELS = dict(
    zip(
        RECOMMENDATION_GROUP[:3],
        (
            "Targeted or immunotherapy recommended",
            "Other therapy recommended",
            "Nothing recommended",
        ),
        strict=True,
    )
)
#: Columns of listings that hold codes, and not what somebody wrote.
CODED = frozenset(
    {
        "TRTGRP1",
        "TRTGRP",
        "GROUP",
        "RECGRP",
        "THERCLS",
        "STOPRSN",
        "DECISN",
        "DECRSN",
        "CONCL",
        "EOSSTT",
        "ALTTYPE",
        "GUIDRSN",
        "AESCRIT",
        "AEREL",
        "AEACN",
        "AEOUT",
        "DTHCAUS",
        "WHY",
    }
)
_LEVEL = re.compile(r"LEVEL_(\w+)")
_SNAKE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")


def in_words(code: str) -> str:
    """A code as a reader sees it: groups and levels by name, ranges and ≥ as they are printed.

    Free text stays as it was reported: only what is a code from end to end is changed.
    """
    if code in GROUP_LABELS:
        return GROUP_LABELS[code]
    if code in RECOMMENDATION_LABELS:
        return RECOMMENDATION_LABELS[code]
    if level := _LEVEL.fullmatch(code):
        return f"Level {level.group(1)}"
    if _SNAKE.fullmatch(code):
        return code.replace("_", " ")
    if "LEVEL_" in code:
        return _LEVEL.sub(r"Level \1", code)
    if code.startswith(">="):
        return f"≥{code[2:]}"
    return re.sub(r"^(\d+)-(\d+)$", r"\1–\2", code)


def level_order(level: object) -> tuple:
    """Order of the levels of a characteristic: numbers, ``<65``, ``65-74``, ``>=75``, words."""
    text = str(level)
    found = re.match(r"(<|>=)?(\d+)", text)
    if found is None or not re.fullmatch(r"(<|>=)?\d+(-\d+)?", text):
        return (1, 0, 0, text)
    return (0, float(found.group(2)), {"<": -1, None: 0, ">=": 1}[found.group(1)], text)
