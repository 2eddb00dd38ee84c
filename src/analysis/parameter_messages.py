"""What is wrong with a parameter file, in the words of who wrote it.

`pydantic` finds what is wrong; its own words speak of types and of places inside of unions, which
stand in no file.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from analysis.parameter_rules import suggestion
from analysis.parameter_types import CUT_NAME, LONGEST_DAYS, LONGEST_INTERVAL, LONGEST_MONTHS
from analysis.yaml_source import YamlSource

_IN_WORDS = {LONGEST_DAYS: "ten years", LONGEST_INTERVAL: "one year", LONGEST_MONTHS: "ten years"}
_LIMITS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}
_SHAPES = {
    rf"^{CUT_NAME.pattern}$": "a cut is DC and two digits, like DC04",
    r"^A[1-9][0-9]*$": "an amendment is A and a number, like A3",
    r"^[TFL]?[A-Z0-9.]+$": "an output is called like T14.2.1.1",
}
_WANTED = {
    "int": "a whole number",
    "float": "a number",
    "finite": "a number with an end",
    "decimal": "a number",
    "bool": "true or false",
    "tuple": "a list in brackets, like [4, 8, 12]",
    "list": "a list in brackets, like [4, 8, 12]",
    "dict": "a group of keys below it",
    "model": "a group of keys below it",
    "date": "a day, written without quotes like 2023-11-30",
    "none": "nothing, or null",
    "string": "a text",
}


def explain(error: ValidationError, model: type[BaseModel], source: YamlSource, at: tuple) -> str:
    """One line for each problem: file, line, key, value, what would be right.

    Parameters
    ----------
    error : ValidationError
        Of `model`.
    source : YamlSource
        The file that is blamed; the values stand below `at` in it.
    """
    found: dict[tuple, Any] = {}
    for problem in error.errors():
        found.setdefault(_steps_of_the_file(problem["loc"]), problem)
    inside = {where[:n] for where in found for n in range(len(where))}
    messages = set()
    for where, problem in found.items():
        if problem["type"] == "too_short" and where in inside:
            continue  # its items are the problem, and are told
        place, text = _worded(problem, where, model, source, at)
        line = source.line_of(place)
        messages.add((line, f"{source.path}, line {line}: {text}"))
    return "\n".join(text for _, text in sorted(messages))


# Steps that stand in no file: of a union (``tuple[str, ...]``), or of a key (``[key]``).
_OF_A_TYPE = re.compile(r"\[key\]|str|(literal|tuple|list|constrained-|function-).*\[.*")


def _steps_of_the_file(loc: tuple) -> tuple:
    """The keys and places on the way to a problem."""
    return tuple(s for s in loc if not (isinstance(s, str) and _OF_A_TYPE.fullmatch(s)))


def _worded(problem: dict, where: tuple, model, source: YamlSource, at: tuple) -> tuple[tuple, str]:
    """Place of a problem in the file, and what is said of it."""
    kind, place = problem["type"], (*at, *where)
    if kind == "value_error":
        return _agreement(problem, source, place)
    if kind == "missing":
        if isinstance(where[-1], int):
            few = f"'{_name(place[:-1])}' has {where[-1]} values; one more is needed"
            return place[:-1], few
        return place, f"the key '{_name(place)}' is missing"
    if kind == "extra_forbidden" or problem["loc"][-1:] == ("[key]",):
        names = _literals(problem) or _fields_at(model, where[:-1])
        hint = suggestion(str(where[-1]), names) if names else "give a name"
        return place, f"unknown key '{_name(place)}'; {hint}"
    said = _said(problem["input"], source.plain.get(place))
    return (
        place,
        f"'{_name(place) or 'the file'}'{said}: {_remedy(problem, source.plain.get(place))}",
    )


def _agreement(problem: dict, source: YamlSource, place: tuple) -> tuple[tuple, str]:
    """A rule of one or of several keys, whose text may name the key it is about before a colon."""
    text, given = problem["msg"].removeprefix("Value error, "), problem["input"]
    inner, _, rest = text.partition(": ")
    steps = tuple(int(step) if step.isdigit() else step for step in inner.split("."))
    value = _value(given, steps)
    if rest and value is not _ABSENT:
        place, text, given = (*place, *steps), rest, value
    key = f"'{_name(place)}'"
    if place[:1] == ("overrides",) and place not in source.lines:
        key = f"'{_name(('rules', *place[1:]))}' of params/sap.yaml, with these overrides,"
    return place, f"{key}{_said(given, source.plain.get(place))}: {text}"


_ABSENT = object()


def _value(values: Any, steps: tuple) -> Any:
    """The value at `steps` below `values`, or `_ABSENT`."""
    for step in steps:
        if isinstance(values, BaseModel):
            values = dict(values)
        try:
            values = values[step]
        except (KeyError, IndexError, TypeError):
            return _ABSENT
    return values


def _name(path: tuple) -> str:
    return ".".join(str(step) for step in path)


def _said(given: Any, plain: str | None) -> str:
    """What stands there, as it is written."""
    if isinstance(given, (dict, BaseModel)):
        return ""
    if given is None:
        return " is empty"
    if isinstance(given, (Decimal, dt.date)):
        return f" is {given}"
    if plain is not None and not isinstance(given, (list, tuple)):
        return f" is {plain}"
    return f" is {given!r}"


def _remedy(problem: dict, plain: str | None) -> str:
    """What would be right instead of a value, which is written `plain` where it has no quotes."""
    kind, given, more = problem["type"], problem["input"], problem.get("ctx", {})
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        limit = more[name]
        known = _IN_WORDS.get(limit) if isinstance(limit, int) else None
        shown = f"{limit:g}" if isinstance(limit, (int, float)) else limit
        return f"give {words} {shown}" + (f" ({known})" if known else "")
    if kind == "literal_error":
        names = _literals(problem)
        hint = suggestion(str(given), names)
        return f"one of {', '.join(names)}" + (f"; {hint}" if hint.startswith("did") else "")
    if kind == "string_pattern_mismatch":
        return _SHAPES.get(more["pattern"], f"of the form {more['pattern']}")
    if kind == "string_too_short":
        return "give a text"
    if kind == "too_short":
        return f"give at least {more.get('min_length', 1)}, or nobody and nothing would be left"
    if kind == "too_long":
        return f"give at most {more['max_length']} values, there are {more['actual_length']}"
    wanted = _WANTED.get(kind.split("_")[0])
    if wanted is None:
        return problem["msg"]
    return f"give {wanted}{_written(kind, given, plain)}"


def _written(kind: str, given: Any, plain: str | None) -> str:
    """How a value is written that is right but for its quotes."""
    if kind == "string_type" and plain is not None:
        read = f"; YAML reads {plain} as {str(given).lower()}" if isinstance(given, bool) else ""
        return f', written in quotes like "{plain}"{read}'
    if kind.startswith("decimal") and not isinstance(given, str):
        return ', written in quotes like "1.3"'
    if kind.startswith(("int", "float")) and isinstance(given, str) and _is_number(given):
        mantissa, letter, exponent = given.lower().partition("e")
        if plain is not None and letter and "." not in mantissa:
            return f" with a decimal point like {mantissa}.0e{exponent}: YAML reads {given} as text"
        return f", written without quotes like {given}"
    return ""


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _literals(problem: dict) -> list[str]:
    """The names that a choice offers."""
    return re.findall(r"'([^']*)'", problem.get("ctx", {}).get("expected", ""))


def _fields_at(model: type[BaseModel], path: tuple) -> list[str]:
    """Names of the keys that are right at `path` below `model`."""
    for step in path:
        if isinstance(step, int):  # a place in a list of groups
            continue
        field = model.model_fields.get(step)
        inner = field.annotation if field else None
        inner = next(iter(get_args(inner)), inner) if get_origin(inner) is tuple else inner
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)
