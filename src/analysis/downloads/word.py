"""A sheet as a Word document, by python-docx: real tables, heads repeated, page numbers."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from analysis.displays.table import Table
from analysis.downloads.parts import Line, Sheet, body_lines, head_lines, is_text

#: The day that every document names, so that the same table has the same bytes.
DAY = dt.datetime(2000, 1, 1)
_A4 = (210, 297)
_HALF_POINTS = 16


def word(sheet: Sheet) -> bytes:
    """The document as bytes, the same for the same sheet."""
    document = Document()
    _page(document, sheet)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(9)
    style.paragraph_format.space_after = Pt(2)
    _heading(document, f"{sheet.number}\n{sheet.title}", 11)
    for term, text in sheet.definition:
        _keep(document.add_paragraph(f"{term}: {text}"))
    for table in sheet.tables:
        if table.title:
            _heading(document, table.title, 9)
        body = document.element.body
        body.insert(len(body) - 1, parse_xml(_table(table)))
        for note in table.notes:
            _note(document, note)
        document.add_paragraph()
    for note in sheet.notes:
        _note(document, note)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = sheet.title, "", ""
    properties.created = properties.modified = DAY
    properties.revision = 1
    return _same_bytes(document)


def _page(document: Any, sheet: Sheet) -> None:
    section = document.sections[0]
    short, long = _A4
    if sheet.wide:
        section.orientation = WD_ORIENT.LANDSCAPE
        short, long = long, short
    section.page_width, section.page_height = Mm(short), Mm(long)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(18))
    foot = section.footer.paragraphs[0]
    foot.add_run(f"{sheet.foot} · page ").font.size = Pt(7)
    run = foot.add_run()
    run.font.size = Pt(7)
    for kind in ("begin", None, "end"):
        if kind is None:
            field = OxmlElement("w:instrText")
            field.set(qn("xml:space"), "preserve")
            field.text = "PAGE"
        else:
            field = OxmlElement("w:fldChar")
            field.set(qn("w:fldCharType"), kind)
        run._r.append(field)


def _heading(document: Any, text: str, size: int) -> None:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    run.bold, run.font.size = True, Pt(size)
    _keep(paragraph)


def _keep(paragraph: Any) -> None:
    """Number, title and table stay on one page."""
    paragraph.paragraph_format.keep_with_next = True


def _note(document: Any, text: str) -> None:
    document.add_paragraph().add_run(text).font.size = Pt(7)


def _table(table: Table) -> str:
    rows = [_row(table, line, head=True) for line in head_lines(table)]
    rows += [_row(table, line) for line in body_lines(table)]
    grid = "<w:gridCol/>" * (len(table.columns) + 1)
    return (
        f"<w:tbl {nsdecls('w')}><w:tblPr><w:tblW w:w='5000' w:type='pct'/>"
        "<w:tblBorders><w:top w:val='single' w:sz='6' w:color='5a5a5a'/>"
        "<w:bottom w:val='single' w:sz='6' w:color='5a5a5a'/></w:tblBorders>"
        "<w:tblLayout w:type='autofit'/></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(table: Table, line: Line, head: bool = False) -> str:
    kept = "<w:cantSplit/>" + ("<w:tblHeader/>" if head else "")
    cells = "".join(_cell(table, line, number, head) for number in range(len(line.texts)))
    return f"<w:tr><w:trPr>{kept}</w:trPr>{cells}</w:tr>"


def _cell(table: Table, line: Line, number: int, head: bool) -> str:
    side = "left" if is_text(table, number) else "right"
    indent = f"<w:ind w:left='{200 * line.indent}'/>" if number == 0 and line.indent else ""
    bold = "<w:b/>" if line.strong or line.heading else ""
    look = f"<w:rPr>{bold}<w:sz w:val='{_HALF_POINTS}'/></w:rPr>"
    pieces = line.texts[number].split("\n")
    runs = "<w:br/>".join(f"<w:t xml:space='preserve'>{escape(piece)}</w:t>" for piece in pieces)
    rule = (
        "<w:tcPr><w:tcBorders><w:bottom w:val='single' w:sz='4' w:color='5a5a5a'/>"
        "</w:tcBorders></w:tcPr>"
    )
    return (
        f"<w:tc>{rule if head else ''}<w:p><w:pPr>{'<w:keepNext/>' if head else ''}"
        f"<w:spacing w:before='10' w:after='10'/>{indent}<w:jc w:val='{side}'/></w:pPr>"
        f"<w:r>{look}{runs}</w:r></w:p></w:tc>"
    )


def _same_bytes(document: Any) -> bytes:
    """The saved document with one date for every entry of its archive."""
    made = io.BytesIO()
    document.save(made)
    return with_one_date(made.getvalue())


def with_one_date(archive: bytes) -> bytes:
    """A ZIP archive written again: entries in order of their names, all of one date."""
    rewritten = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in sorted(old.namelist()):
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            new.writestr(entry, old.read(name))
    return rewritten.getvalue()
