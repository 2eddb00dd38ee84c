"""What is taken away: the table as it is, all text harmless, the same bytes for the same table."""

import io
import re
import zipfile

import pytest
from docx import Document

from analysis.displays.style import canvas
from analysis.displays.table import Column, Row, Table
from analysis.downloads.figures import files
from analysis.downloads.parts import Sheet
from analysis.downloads.rich_text import escaped, rich_text
from analysis.downloads.word import with_one_date, word

TABLE = Table(
    "T14.9.9",
    "Patients",
    (
        Column("A", "N = 3", span="Both"),
        Column("B", "N = 4", span="Both"),
        Column("Note", text=True),
    ),
    (
        Row("Response", heading=True),
        Row("CR <&> \\par {x}", ("1 (33.3)", "2 (50.0)", "ä–≥ =SUM(A1)"), indent=1),
        Row("All", ("3", "4", ""), strong=True),
    ),
    ("A note with ≤ 5.",),
    title="Part one",
)
SHEET = Sheet(
    "Table 14.9.9", "A title & more", (("Analysis set", "Treated (TRTFL)"),), (TABLE, TABLE),
    ("Of the plan.",), "DC04, data to 2023-11-30",
)  # fmt: skip


def test_word_has_the_cells_the_head_and_the_words():
    document = Document(io.BytesIO(word(SHEET)))
    assert len(document.tables) == 2
    table = document.tables[0]
    texts = [[cell.text for cell in row.cells] for row in table.rows]
    assert texts[0][1] == "Both"
    assert texts[1] == ["Patients", "A\nN = 3", "B\nN = 4", "Note"]
    assert texts[3] == ["CR <&> \\par {x}", "1 (33.3)", "2 (50.0)", "ä–≥ =SUM(A1)"]
    repeated = [row._tr.xpath("./w:trPr/w:tblHeader") for row in table.rows]
    assert [bool(found) for found in repeated] == [True, True, False, False, False]
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    assert "Table 14.9.9\nA title & more" in paragraphs
    assert "Analysis set: Treated (TRTFL)" in paragraphs
    assert {"A note with ≤ 5.", "Of the plan.", "Part one"} <= set(paragraphs)
    assert document.sections[0].footer.paragraphs[0].text.startswith("DC04, data to 2023-11-30")
    assert document.core_properties.author == ""


def test_a_wide_table_lies_on_its_side():
    wide = Table("T1", "x", tuple(Column(str(n)) for n in range(9)), (Row("a", ("1",) * 9),))
    section = Document(io.BytesIO(word(Sheet("T", "t", (), (wide,), (), "f")))).sections[0]
    assert section.page_width > section.page_height
    assert "\\landscape" in rich_text(Sheet("T", "t", (), (wide,), (), "f"))


def test_the_same_table_has_the_same_bytes():
    assert word(SHEET) == word(SHEET)
    assert rich_text(SHEET) == rich_text(SHEET)
    with zipfile.ZipFile(io.BytesIO(word(SHEET))) as archive:
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(2000, 1, 1)}


def test_an_archive_is_written_again_in_order_of_names():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("b", "2")
        archive.writestr("a", "1")
    with zipfile.ZipFile(io.BytesIO(with_one_date(made.getvalue()))) as archive:
        assert archive.namelist() == ["a", "b"]
        assert archive.read("b") == b"2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\\b{c}", "a\\\\b\\{c\\}"),
        ("é", "\\u233?"),
        ("−", "\\u8722?"),
        ("😀", "\\u-10179?\\u-8704?"),
        ("a\nb", "a\\line b"),
    ],
)
def test_rich_text_escapes_everything(text, said):
    assert escaped(text) == said


def test_rich_text_is_one_group_of_ascii_with_repeated_heads():
    text = rich_text(SHEET)
    assert text.isascii()
    bare = re.sub(r"\\[\\{}]", "", text)
    assert bare.count("{") == bare.count("}")
    assert text.count("\\trhdr") == 4  # two lines of the head, twice
    assert text.count("\\row") == 10
    assert "CR <&> \\\\par \\{x\\}" in text


def test_figures_have_the_widths_of_a_journal():
    from PIL import Image

    drawing = canvas()
    drawing.subplots().plot([0, 1], [0, 1], label="a")
    before = drawing.get_size_inches().tolist()
    made = files(drawing, "F1", ("pdf", "png"))
    assert sorted(made) == ["F1-85mm.pdf", "F1-85mm.png", "F1.pdf", "F1.png"]
    for name, millimetres in (("F1.png", 174), ("F1-85mm.png", 85)):
        picture = Image.open(io.BytesIO(made[name]))
        assert abs(picture.width / 600 * 25.4 - millimetres) < 0.2
        assert round(picture.info["dpi"][0]) == 600
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+)", made["F1.pdf"])
    assert abs(float(box.group(1)) / 72 * 25.4 - 174) < 0.2
    assert b"CreationDate" not in made["F1.pdf"]
    assert drawing.get_size_inches().tolist() == before
    assert files(drawing, "F1", ("pdf", "png")) == made
