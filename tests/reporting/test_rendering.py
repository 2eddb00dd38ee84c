"""Pages from executed notebooks: what is shown, what is escaped, what is left out."""

import nbformat.v4 as nb
import pytest

from analysis.reporting.rendering import inline_svg, render_body, render_template, spoken_date

HARM = "<script>alert(1)</script>"


def output(data, metadata=None):
    return nb.new_output("display_data", data=data, metadata=metadata or {})


def notebook(*cells):
    return nb.new_notebook(cells=list(cells))


def code(*outputs):
    return nb.new_code_cell("secret = 1", outputs=list(outputs))


def test_code_and_standard_error_are_not_shown():
    stream = nb.new_output("stream", name="stderr", text="/a/machine/path: UserWarning")
    body = render_body(notebook(code(stream, output({"text/plain": "an answer"}))))
    assert "secret" not in body
    assert "UserWarning" not in body
    assert "an answer" in body


def test_a_failed_notebook_shows_both():
    stream = nb.new_output("stream", name="stderr", text="UserWarning: x")
    error = nb.new_output(
        "error",
        ename="ValueError",
        evalue="broken",
        traceback=[f"\x1b[31mValueError\x1b[0m {HARM}"],
    )
    body = render_body(notebook(code(stream, error)), show_code=True)
    assert "secret = 1" in body
    assert "UserWarning: x" in body
    assert "ValueError" in body
    assert "<script" not in body


@pytest.mark.parametrize(
    "cell",
    [
        nb.new_markdown_cell(f"A {HARM} <img src=x onerror=alert(1)>"),
        nb.new_markdown_cell("[link](javascript:alert(1))"),
        code(output({"text/markdown": f"# {HARM}"})),
        code(output({"text/plain": HARM})),
        code(nb.new_output("execute_result", data={"text/plain": HARM}, execution_count=1)),
        code(nb.new_output("stream", name="stdout", text=HARM)),
        code(output({"application/javascript": "alert(1)", "text/plain": "fine"})),
        code(output({"image/svg+xml": "<svg></svg>"}, {"image/svg+xml": {"alt": f'"{HARM}'}})),
        nb.new_raw_cell(HARM),
    ],
)
def test_text_made_from_data_is_shown_not_obeyed(cell):
    body = render_body(notebook(cell))
    assert "<script" not in body
    assert "<img" not in body
    assert "javascript:" not in body


def test_a_heading_of_an_output_is_left_to_its_definition():
    cells = [
        nb.new_markdown_cell("## T14.1.1 A title"),
        nb.new_markdown_cell("## T14.1.1\n\nA word on it."),
        nb.new_markdown_cell("## Another"),
    ]
    body = render_body(notebook(*cells), ["T14.1.1"])
    assert "A title" not in body
    assert "A word on it." in body
    assert "Another" in body


def test_figures_are_images_to_a_screen_reader_with_ids_of_their_own():
    svg = '<?xml version="1.0"?>\n<svg><metadata>x</metadata><g id="a"/><use href="#a"/></svg>'
    shown = output({"image/svg+xml": svg}, {"image/svg+xml": {"alt": "Two < three"}})
    body = render_body(notebook(code(shown), code(shown)))
    assert body.count('role="img"') == body.count('aria-label="Two &lt; three"') == 2
    assert 'id="f1-a"' in body
    assert 'href="#f2-a"' in body
    assert "<?xml" not in body
    assert "<metadata" not in body


def test_clip_paths_follow_their_ids():
    made = inline_svg('<svg><clipPath id="p1"/><g clip-path="url(#p1)"/></svg>', "x", "f1-")
    assert 'id="f1-p1"' in made
    assert "url(#f1-p1)" in made


def test_dates_are_spoken_in_one_language():
    assert spoken_date("2023-11-30") == "30 November 2023"


def test_a_page_escapes_its_context_and_forbids_scripts():
    page = render_template(
        "failed.html.j2", title=HARM, synthetic=True, body="<b>not marked as made by us</b>"
    )
    assert HARM not in page
    assert "&lt;b&gt;not marked" in page
    assert "default-src 'none'" in page
    assert "Synthetic data." in page
    assert "http://" not in page
    assert "https://" not in page
