"""The numbers that a principal investigator looks at first, and what is said of their change."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from analysis.estimates.rows import KEY
from analysis.wording import counted

_DAYS_PER_MONTH = Decimal("30.4375")
_LINES = 10
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Headline:
    """One number by its key, and how it is said: patients, percent or months."""

    words: str
    kind: str
    output_id: str
    analysis_id: str
    group: str
    parameter: str
    category: str
    stat_name: str

    @property
    def key(self) -> tuple[str, ...]:
        """In the order of `KEY`."""
        place = (self.output_id, self.analysis_id, self.group, "", self.parameter)
        return (*place, self.category, self.stat_name)


_RSP = "RSPEVLFL"
HEADLINES = (
    Headline("Patients enrolled", "patients", "T14.1.2", "set", "", "ENRLFL", "Enrolled", "n"),
    Headline(
        "Guided therapy, of all enrolled", "percent", "T14.2.2.1", "any regimen", "",
        "Any guided therapy", "", "estimate",
    ),
    Headline(
        "Confirmed objective response", "percent", "T14.2.1.2", _RSP, "All",
        "Confirmed objective response", "", "estimate",
    ),
    Headline(
        "Disease control", "percent", "T14.2.3.1", _RSP, "All",
        "Disease control", "", "estimate",
    ),
    Headline("Median PFS", "months", "T14.2.4.1", "PFS", "All", "Median", "", "median"),
    Headline("Median OS", "months", "T14.2.5.1", "OS", "All", "Median", "", "median"),
    Headline(
        "Intervenable variant, of all enrolled", "percent", "T14.2.7.1", "of all enrolled (main)",
        "", "Intervenable variant by MTB conclusion", "", "estimate",
    ),
)  # fmt: skip
PARTS = {
    "rule_change": "by a change of rules or code",
    "corrections": "by corrections and late entry",
    "follow_up": "by longer follow-up",
    "new_patients": "by new patients",
}


def said_value(value: str, kind: str) -> str:
    """A number as it is read: patients, percent or months, half up."""
    rounded = _rounded(value, kind)
    return f"{rounded or abs(rounded)}"  # never -0.0


def said_change(value: str, kind: str) -> str:
    """A change with its sign; one that is there and would round to nothing says so."""
    rounded = _rounded(value, kind)
    if rounded:
        return f"+{rounded}" if rounded > 0 else f"{rounded}".replace("-", MINUS)
    if not Decimal(value):
        return "0"
    return f"{'+' if Decimal(value) > 0 else MINUS}less than {_step(kind)}"


def _step(kind: str) -> Decimal:
    return Decimal(1) if kind == "patients" else Decimal("0.1")


def _rounded(value: str, kind: str) -> Decimal:
    number = Decimal(value)
    if kind == "percent":
        number *= 100
    elif kind == "months":
        number /= _DAYS_PER_MONTH
    return number.quantize(_step(kind), ROUND_HALF_UP)


_UNIT = {"patients": "", "percent": "%", "months": " months"}
_DELTA_UNIT = {"patients": "", "percent": " points", "months": " months"}


def headline_rows(estimates: pd.DataFrame) -> pd.DataFrame:
    """The headline rows of CUT.3, in order, with `words` and `kind`."""
    by_key = {key: i for i, key in enumerate(zip(*(estimates[n] for n in KEY), strict=True))}
    found = [(by_key[h.key], h.words, h.kind) for h in HEADLINES if h.key in by_key]
    rows = estimates.iloc[[place for place, *_ in found]].reset_index(drop=True)
    return rows.assign(words=[w for _, w, _ in found], kind=[k for *_, k in found])


def sentences(estimates: pd.DataFrame, movers: pd.DataFrame, records: pd.DataFrame) -> list[str]:
    """Up to ten lines: the headline numbers, deleted rows, and whose times ended in an event."""
    lines = [_sentence(row) for row in headline_rows(estimates).to_dict("records")]
    gone = records[records["change"].eq("deleted")]
    if len(gone):
        where = ", ".join(f"{n} in {t}" for t, n in gone["table"].value_counts(sort=False).items())
        lines.append(
            f"{counted(len(gone), 'row')} of the earlier extract no longer there: {where}."
        )
    ended = movers[
        movers["variable"].isin(["PFS status", "OS status"])
        & movers["old"].str.startswith("censored")
        & movers["new"].str.startswith("event")
    ]
    for row in ended.to_dict("records"):
        if len(lines) >= _LINES:
            break
        place = f", {row['source_file']} line {row['source_line']}" if row["source_line"] else ""
        name = row["variable"].split(" ")[0]
        event = row["new"].removeprefix("event: ")
        moved = f"{name} moved from censored to {event[:1].lower()}{event[1:]}"
        cause = _cause_in_words(row["cause"])
        lines.append(f"{row['USUBJID']}: {moved}{place}, by {cause}.")
    return lines[:_LINES]


def _cause_in_words(causes: str) -> str:
    words = {
        "code": "changed code",
        "rules": "changed rules",
        "corrections": "corrections and late entry",
        "follow_up": "longer follow-up",
        "new_patients": "new patients",
    }
    return ", then ".join(words[cause] for cause in causes.split("; "))


def _sentence(row: dict[Any, Any]) -> str:
    kind, unit = row["kind"], _UNIT[row["kind"]]
    if not row["delta"]:
        return f"{row['words']}: {row['old']}, now {row['new']}. {row['chain']}."
    start = f"{row['words']} {said_value(row['new'], kind)}{unit}"
    if Decimal(row["delta"]) == 0 and all(not row[p] or not Decimal(row[p]) for p in PARTS):
        return f"{start}, unchanged."
    parts = [
        f"{said_change(row[part], kind)}{_DELTA_UNIT[kind]} {why}"
        for part, why in PARTS.items()
        if row[part] and Decimal(row[part])
    ]
    beside = f" Not all causes could be told apart: {row['chain']}." if row["chain"] else ""
    return f"{start}, was {said_value(row['old'], kind)}{unit}: {', '.join(parts)}.{beside}"
