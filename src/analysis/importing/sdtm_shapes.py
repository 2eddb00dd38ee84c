"""Findings of SDTM, one record a test, as rows that a flat mapping can read.

- LESIONS: one row per subject, lesion, date and reader, from TR: each test a field (LDIAM, LPERP,
  DIAMETER, TUMSTATE), with the fields of TU that identify the lesion (TUSTRESC, TULOC, TUMETHOD).
  SIZE is DIAMETER where recorded, else the short axis (LPERP) of a node, else LDIAM (RECIST 1.1,
  4.1); STATE is MEASURED with a size, else TUMSTATE, else TRSTAT; NODAL is Y where the location is
  a lymph node.
- RESPONSES: one row per subject, date and reader, from RS: each test a field.
- QUESTIONNAIRE: one row per subject and date, from QS: each test a field.

READER is the evaluator with its identifier. Two values for one place are refused.
"""

from __future__ import annotations

from analysis.importing.source import Problems, Source, SourceTable

_NODE = "LYMPH NODE"
#: Fields of a record that are those of the whole row.
_CARRIED = ("TRLOC", "TRMETHOD", "RSACPTFL", "TRACPTFL")
_MILLIMETRES = {"mm": 1.0, "MM": 1.0, "": 1.0}


def shaped_tables(source: Source, problems: Problems) -> Source:
    """The shaped tables for which the source has the domain."""
    shaped: Source = {}
    if "TR" in source:
        shaped["LESIONS"] = _lesions(source, problems)
    if "RS" in source:
        of_reader = ("USUBJID", "RSDTC", "VISIT", "READER")
        table = _with_reader(source["RS"])
        shaped["RESPONSES"] = _pivoted("RESPONSES", table, of_reader, "RS", problems)
    if "QS" in source:
        key = ("USUBJID", "QSDTC", "VISIT")
        shaped["QUESTIONNAIRE"] = _pivoted("QUESTIONNAIRE", source["QS"], key, "QS", problems)
    return shaped


def _with_reader(table: SourceTable) -> SourceTable:
    """The table with READER: evaluator and identifier, INVESTIGATOR where neither is given."""
    prefix, size = table.name, len(table)
    who = table.fields.get(f"{prefix}EVAL", [""] * size)
    which = table.fields.get(f"{prefix}EVALID", [""] * size)
    readers = [
        f"{one} {other}".strip() or "INVESTIGATOR" for one, other in zip(who, which, strict=True)
    ]
    return SourceTable(table.name, table.file, {**table.fields, "READER": readers}, table.lines)


def _pivoted(
    name: str, table: SourceTable, key: tuple[str, ...], prefix: str, problems: Problems
) -> SourceTable:
    """One row per key, one field per test; the first record of a row gives its line."""
    size = len(table)
    blank = [""] * size
    keys = list(zip(*(table.fields.get(one, blank) for one in key), strict=True))
    tests = table.fields.get(f"{prefix}TESTCD", blank)
    results = table.fields.get(f"{prefix}STRESC", table.fields.get(f"{prefix}ORRES", blank))
    status = table.fields.get(f"{prefix}STAT", blank)
    rows: dict[tuple[str, ...], int] = {}
    lines: list[int] = []
    fields: dict[str, dict[int, str]] = {test: {} for test in sorted(set(tests) - {""})}
    states: dict[int, str] = {}
    for at, place in enumerate(keys):
        if place not in rows:
            rows[place] = len(rows)
            lines.append(table.lines[at])
        row, test = rows[place], tests[at]
        if not test:
            problems.add(table.file, table.lines[at], f"{prefix}TESTCD", "", "no test is named")
            continue
        if status[at]:
            states[row] = status[at]
        if test in fields and row in fields[test] and fields[test][row] != results[at]:
            message = f"{test} of the same {', '.join(key)} is '{fields[test][row]}' already"
            problems.add(table.file, table.lines[at], test, results[at], message)
            continue
        fields[test][row] = results[at]
    texts = {one: [place[at] for place in rows] for at, one in enumerate(key)}
    texts |= {test: [values.get(row, "") for row in range(len(rows))]
              for test, values in fields.items()}  # fmt: skip
    for one in _CARRIED:
        if one in table.fields:
            first = dict(zip(reversed(keys), reversed(table.fields[one]), strict=True))
            texts[one] = [first[place] for place in rows]
    texts[f"{prefix}STAT"] = [states.get(row, "") for row in range(len(rows))]
    return SourceTable(name, table.file, texts, lines)


def _lesions(source: Source, problems: Problems) -> SourceTable:
    """Lesions with what identifies them."""
    table = _with_reader(source["TR"])
    linked = [at for at, text in enumerate(table.fields.get("TRLNKID", [])) if text]
    of_lesions = SourceTable(
        "TR",
        table.file,
        {name: [texts[at] for at in linked] for name, texts in table.fields.items()},
        [table.lines[at] for at in linked],
    )
    _check_units(of_lesions, problems)
    key = ("USUBJID", "TRLNKID", "TRDTC", "VISIT", "READER")
    shaped = _pivoted("LESIONS", of_lesions, key, "TR", problems)
    fields = dict(shaped.fields)
    identity = _identities(source, problems)
    blank = [""] * len(shaped)
    names = ("TUSTRESC", "TULOC", "TUMETHOD")
    found = [
        identity.get((subject, lesion, reader), identity.get((subject, lesion, ""), {}))
        for subject, lesion, reader in zip(
            fields["USUBJID"], fields["TRLNKID"], fields["READER"], strict=True
        )
    ]
    for name in names:
        fields[name] = [one.get(name, "") for one in found]
    places = zip(fields["TULOC"], fields.get("TRLOC", blank), strict=True)
    fields["NODAL"] = ["Y" if _NODE in (one or other).upper() else "N" for one, other in places]
    size = [
        diameter or (short if node == "Y" else longest)
        for diameter, short, longest, node in zip(
            *(fields.get(name, blank) for name in ("DIAMETER", "LPERP", "LDIAM", "NODAL")),
            strict=True,
        )
    ]
    fields["SIZE"] = size
    fields["STATE"] = [
        "MEASURED" if text else _of_role(role, state) or missing
        for text, role, state, missing in zip(
            size,
            fields["TUSTRESC"],
            fields.get("TUMSTATE", blank),
            fields["TRSTAT"],
            strict=True,
        )
    ]
    return SourceTable("LESIONS", table.file, fields, shaped.lines)


def _of_role(role: str, state: str) -> str:
    """State of a lesion; of a non-target an increase, which is not that of a new lesion."""
    if role == "NON-TARGET" and state in ("UNEQUIVOCAL", "EQUIVOCAL"):
        return f"{state} INCREASE"
    return state


def _check_units(table: SourceTable, problems: Problems) -> None:
    units = table.fields.get("TRSTRESU", [])
    for at, unit in enumerate(units):
        if unit not in _MILLIMETRES:
            problems.add(table.file, table.lines[at], "TRSTRESU", unit, "sizes are in mm")
            return


def _identities(source: Source, problems: Problems) -> dict[tuple[str, str, str], dict[str, str]]:
    """What TU says of each lesion of a subject, by reader and, where they agree, of all."""
    if "TU" not in source:
        return {}
    table = _with_reader(source["TU"])
    known: dict[tuple[str, str, str], dict[str, str]] = {}
    links = table.fields.get("TULNKID", [""] * len(table))
    for at, (subject, lesion, reader) in enumerate(
        zip(table.fields["USUBJID"], links, table.fields["READER"], strict=True)
    ):
        if not lesion:
            continue
        said: dict[str, str] = {
            name: table.fields[name][at]
            for name in ("TUSTRESC", "TULOC", "TUMETHOD")
            if name in table.fields
        }
        for place in ((subject, lesion, reader), (subject, lesion, "")):
            before = known.setdefault(place, said)
            if place[2] and before["TUSTRESC"] != said["TUSTRESC"]:
                message = f"lesion {lesion} of {subject} is {before['TUSTRESC']} already"
                problems.add(table.file, table.lines[at], "TUSTRESC", said["TUSTRESC"], message)
    return known
