r"""A sheet as Rich Text (RTF 1.9): tables with repeated heads, for word processors of any age.

Written here: no kept library writes RTF tables. Every text is escaped, beyond ASCII as ``\u``.
"""

from __future__ import annotations

from analysis.displays.table import Table
from analysis.downloads.parts import Line, Sheet, body_lines, head_lines, is_text

_UPRIGHT, _LYING = (11906, 16838), (16838, 11906)  # A4 in twips
_MARGIN = 1134  # 2 cm
_STUB_SHARE = 2.2  # of the stub, of a column of text 1.4, of a number 1
_TEXT_SHARE = 1.4


def escaped(text: str) -> str:
    """Text as RTF has it: no control word, no group can be made of it."""
    signs = []
    for sign in text:
        if sign in "\\{}":
            signs.append(f"\\{sign}")
        elif sign == "\n":
            signs.append("\\line ")
        elif " " <= sign <= "~":
            signs.append(sign)
        else:
            signs.extend(f"\\u{_signed(unit)}?" for unit in _units(sign))
    return "".join(signs)


def _units(sign: str) -> list[int]:
    raw = sign.encode("utf-16-le", "replace")
    return [int.from_bytes(raw[i : i + 2], "little") for i in range(0, len(raw), 2)]


def _signed(unit: int) -> int:
    return unit - 65536 if unit > 32767 else unit


def rich_text(sheet: Sheet) -> str:
    """The whole document; ASCII."""
    width, height = _LYING if sheet.wide else _UPRIGHT
    landscape = "\\landscape" if sheet.wide else ""
    parts = [
        "{\\rtf1\\ansi\\ansicpg1252\\deff0\\uc1{\\fonttbl{\\f0\\fswiss Arial;}}",
        f"\\paperw{width}\\paperh{height}{landscape}"
        f"\\margl{_MARGIN}\\margr{_MARGIN}\\margt{_MARGIN}\\margb{_MARGIN}",
        f"{{\\footer\\pard\\fs14 {escaped(sheet.foot)}\\tab \\chpgn\\par}}",
        f"\\pard\\keepn\\sb0\\sa60\\b\\fs22 {escaped(sheet.number)}\\line "
        f"{escaped(sheet.title)}\\b0\\par",
    ]
    parts += [
        f"\\pard\\keepn\\sa40\\fs16 {escaped(term)}: {escaped(text)}\\par"
        for term, text in sheet.definition
    ]
    for table in sheet.tables:
        if table.title:
            parts.append(f"\\pard\\keepn\\sb160\\sa60\\b\\fs18 {escaped(table.title)}\\b0\\par")
        parts.append(_table(table, width - 2 * _MARGIN))
        parts += [f"\\pard\\sa20\\fs14 {escaped(note)}\\par" for note in table.notes]
    parts += [f"\\pard\\sa20\\fs14 {escaped(note)}\\par" for note in sheet.notes]
    return "\n".join(parts) + "\n}\n"


def _edges(table: Table, width: int) -> list[int]:
    shares = [_STUB_SHARE, *(_TEXT_SHARE if c.text else 1.0 for c in table.columns)]
    edges, sum_ = [], 0.0
    for share in shares:
        sum_ += share
        edges.append(round(width * sum_ / sum(shares)))
    return edges


def _table(table: Table, width: int) -> str:
    edges = _edges(table, width)
    rows = [_row(table, line, edges, head=True) for line in head_lines(table)]
    rows += [_row(table, line, edges) for line in body_lines(table)]
    return "\n".join(rows)


def _row(table: Table, line: Line, edges: list[int], head: bool = False) -> str:
    border = "\\clbrdrb\\brdrs\\brdrw10" if head else ""
    cells = "".join(f"{border}\\cellx{edge}" for edge in edges)
    texts = []
    for number, text in enumerate(line.texts):
        align = "\\ql" if is_text(table, number) else "\\qr"
        indent = f"\\li{160 * line.indent}" if number == 0 and line.indent else ""
        bold = "\\b" if line.strong or line.heading else ""
        texts.append(f"\\pard\\intbl{align}{indent}\\fs16{bold} {escaped(text)}\\b0\\cell")
    repeated = "\\trhdr" if head else ""
    return f"\\trowd\\trkeep{repeated}\\trgaph60{cells}\n{''.join(texts)}\\row"
