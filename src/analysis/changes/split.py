"""CUT.3: the delta of every number, split by cause so that the parts sum to it exactly.

Parts are differences of written numbers (12 significant digits), taken in decimal arithmetic: what
stands in the file can be added up by hand, without a remainder.
"""

from __future__ import annotations

import itertools
from decimal import Decimal, localcontext
from typing import Any

import pandas as pd

from analysis.estimates.rows import KEY

#: Digits that keep every sum and difference of written numbers exact.
_DIGITS = 1400
#: Digits that whoever adds the parts has without asking for more (IEEE 754 decimal128 has 34,
#: Python's decimal 28). Where a difference needs more (a p value of 1e-175 beside one of 0.05),
#: values are first taken to so many decimals.
_USUAL_DIGITS, _DECIMALS = 28, Decimal("1e-24")
#: States in the order of the causes, and the column of the part that leads to each.
STATES = ("published", "code", "rules", "corrections", "follow_up", "new_patients")
PART_OF = {
    "code": "code_change",
    "rules": "parameter_change",
    "corrections": "corrections",
    "follow_up": "follow_up",
    "new_patients": "new_patients",
}
ESTIMATE_CHANGE_COLUMNS = (
    *KEY,
    "old",
    "new",
    "delta",
    "rule_change",
    "corrections",
    "follow_up",
    "new_patients",
    "chain",
    "code_change",
    "parameter_change",
)
SHARE_COLUMNS = (*KEY, "smallest", "largest")
ABSENT, NOT_SEPARABLE = "no such number", "not separable"


def written(value: Decimal) -> str:
    """A decimal number, exact, without an exponent unless it is very small or large."""
    if not value:
        return "0"
    with localcontext() as context:
        context.prec = _DIGITS
        value = value.normalize()
    if abs(value.adjusted()) < 16:
        return format(value, "f")
    return str(value)


def _words(row: dict[str, str] | None) -> str:
    """A number, or what is printed instead of it with the reason why."""
    if row is None:
        return ABSENT
    if row["stat"]:
        return row["stat"]
    return row["stat_text"] + (f" ({row['warning']})" if row["warning"] else "")


def split_estimates(states: dict[str, pd.DataFrame | None]) -> pd.DataFrame:
    """Old, new, delta and its parts for every key of the first and the last state.

    Parameters
    ----------
    states : dict of DataFrame or None
        By the names of `STATES`: columns of estimates.csv as text. None where a state could not be
        made: its part is left empty, its share is in the next one, and `chain` says so. One that
        is not named does not differ from the one before it.

    Returns
    -------
    DataFrame
        Columns `ESTIMATE_CHANGE_COLUMNS`, sorted by key, every cell text. Wherever old and new are
        numbers, the parts (empty = none of its own) sum to delta exactly; `rule_change` is
        code_change + parameter_change. `chain` holds the values from state to state where one of
        them is not a number: equal neighbours once.
    """
    made = {name: table for name in STATES if (table := states.get(name)) is not None}
    lost = [name for name in STATES[1:] if name in states and states[name] is None]
    lookup = {name: _by_key(table) for name, table in made.items()}
    names = list(made)
    first, last = names[0], names[-1]
    keys = sorted({*lookup[first], *lookup[last]})
    rows = []
    with localcontext() as context:
        context.prec = _DIGITS
        for key in keys:
            cells = {name: lookup[name].get(key) for name in names}
            rows.append((*key, *_split_one(cells, lost)))
    return pd.DataFrame(rows, columns=list(ESTIMATE_CHANGE_COLUMNS), dtype=object)


def _by_key(table: pd.DataFrame | None) -> dict[tuple[str, ...], dict[str, str]]:
    if table is None:
        return {}
    keys = zip(*(table[name] for name in KEY), strict=True)
    cells: Any = table[["stat", "stat_text", "warning"]].to_dict("records")
    return dict(zip(keys, cells, strict=True))


def _split_one(cells: dict[str, dict[str, str] | None], lost: list[str]) -> tuple[str, ...]:
    names = list(cells)
    stats = {row["stat"] if row else "" for row in cells.values()}
    if len(stats) == 1 and not lost and len(names) == len(STATES):
        [same] = stats
        if same:  # as most numbers
            return (same, same, *["0"] * 5, "", "0", "0")
    numbers = {
        name: Decimal(row["stat"]) for name, row in cells.items() if row is not None and row["stat"]
    }
    first, last = names[0], names[-1]
    old, new = _words(cells[first]), _words(cells[last])
    if first not in numbers or last not in numbers:
        return (old, new, "", "", "", "", "", _chain(cells, lost), "", "")
    whole = _parts(numbers)
    if any(len(value.normalize().as_tuple().digits) > _USUAL_DIGITS for value in whole.values()):
        whole = _parts({name: value.quantize(_DECIMALS) for name, value in numbers.items()})
    delta = whole.pop("delta")
    text = {name: written(value) for name, value in whole.items()}
    chain = "" if len(numbers) == len(cells) and not lost else _chain(cells, lost)
    return (
        old,
        new,
        written(delta),
        *(text.get(n, "") for n in ("rule_change", "corrections", "follow_up", "new_patients")),
        chain,
        *(text.get(name, "") for name in ("code_change", "parameter_change")),
    )


def _parts(numbers: dict[str, Decimal]) -> dict[str, Decimal]:
    """Delta and its parts; one of a state that is no number is in the next part."""
    names = list(numbers)
    parts = {
        PART_OF[after]: numbers[after] - numbers[before]
        for before, after in itertools.pairwise(names)
    }
    rule = [parts[name] for name in ("code_change", "parameter_change") if name in parts]
    if rule:
        parts["rule_change"] = sum(rule, Decimal(0))
    return {**parts, "delta": numbers[names[-1]] - numbers[names[0]]}


_STEP = {
    "published": "old",
    "code": "code",
    "rules": "parameters",
    "corrections": "corrections and late entry",
    "follow_up": "longer follow-up",
    "new_patients": "new patients",
}


def _chain(cells: dict[str, dict[str, str] | None], lost: list[str]) -> str:
    """Values from state to state, each with its cause; equal neighbours stand once."""
    steps: list[str] = []
    before = None
    for name, row in cells.items():
        value = _words(row)
        if value != before:
            steps.append(value if before is None else f"{value} [{_STEP[name]}]")
        before = value
    text = " -> ".join(steps)
    if lost:
        causes = " and ".join(_STEP[name] for name in lost)
        text += f"; {causes}: {NOT_SEPARABLE}"
    return text


def share_of_rules(
    pairs: list[tuple[pd.DataFrame | None, pd.DataFrame | None]], headlines: pd.DataFrame
) -> pd.DataFrame:
    """Smallest and largest share of a change of parameters over the places where it could stand.

    Parameters
    ----------
    pairs : list of tuple of DataFrame
        Estimates of the same data under the rules of the new cut and of the old, one pair per
        place.
    headlines : DataFrame
        The keys concerned.

    Returns
    -------
    DataFrame
        Key columns, ``smallest`` and ``largest`` (text; empty where a number is missing).
    """
    lookups = [(_by_key(new), _by_key(old)) for new, old in pairs]
    rows = []
    with localcontext() as context:
        context.prec = _DIGITS
        for key in headlines[list(KEY)].itertuples(index=False, name=None):
            shares = []
            for new, old in lookups:
                after, before = new.get(key), old.get(key)
                if after and before and after["stat"] and before["stat"]:
                    shares.append(Decimal(after["stat"]) - Decimal(before["stat"]))
            whole = len(shares) == len(pairs) and shares
            low, high = (written(min(shares)), written(max(shares))) if whole else ("", "")
            rows.append((*key, low, high))
    return pd.DataFrame(rows, columns=list(SHARE_COLUMNS), dtype=object)
