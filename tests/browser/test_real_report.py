"""The report of the last shipped cut in a real browser: read, asked, reached by keyboard, printed.

`make report` has made it where the whole suite is run; it is made here where it is not there or not
what the code would make now.
"""

import re
import subprocess

import pytest

from analysis.reporting.project import Project
from analysis.reporting.staleness import pages
from analysis.sap import read_study
from tests.machine import registry
from tests.study_folder import PROJECT

pytestmark = pytest.mark.browser

MOST_BYTES, MOST_ELEMENTS = 3_000_000, 12_000
_SHORT = ("tbody", "tr", "th", "td")


@pytest.fixture(scope="module")
def report():
    """Folder of the report of DC04."""
    study = read_study(PROJECT, "DC04")
    if pages(study, Project.installed()).reason() is not None:
        done = registry("run", "DC03", "DC04", "--study", PROJECT, timeout=900)
        assert done.returncode == 0, done.stderr
    return study.reports


@pytest.fixture(scope="module")
def names(report):
    """Pages of the cut, and one of each other kind."""
    listing = sorted(path.name for path in report.glob("listings/*.html"))[0]
    own = sorted(path.name for path in report.glob("*.html"))
    others = [f"listings/{listing}", "patients/index.html", "patients/P0003.html", "../index.html"]
    return [*own, *others]


@pytest.fixture
def page(browser, report):
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    opened.noise, opened.asked = [], []
    opened.on("console", lambda message: opened.noise.append(message.text))
    opened.on("pageerror", lambda error: opened.noise.append(str(error)))
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.read = lambda name: opened.goto((report / name).as_uri())
    yield opened
    opened.close()


def test_every_link_leads_somewhere(report, names):
    ids = {}

    def ids_of(path):
        if path not in ids:
            ids[path] = set(re.findall(r'\bid="([^"]+)"', path.read_text(encoding="utf-8")))
        return ids[path]

    followed = 0
    for name in names:
        here = report / name
        text = here.read_text(encoding="utf-8")
        for target in set(re.findall(r'<a [^>]*href="([^"]+)"', text)):
            assert not target.startswith(("http:", "https:", "//", "javascript:")), (name, target)
            file, _, anchor = target.partition("#")
            path = (here.parent / file).resolve() if file else here
            assert path.is_file(), (name, target)
            if anchor and path.suffix == ".html":
                assert anchor in ids_of(path), (name, target)
            followed += 1
    assert followed > 800


def test_pages_are_light_silent_and_complete(page, report, names):
    for name in names:
        page.read(name)
        assert (report / name).stat().st_size <= MOST_BYTES, name
        assert page.evaluate("document.querySelectorAll('*').length") <= MOST_ELEMENTS, name
        timing = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
        assert page.evaluate(timing) < 1000, name
    assert page.noise == []
    assert all(url.startswith("file:") for url in page.asked)


def test_no_summary_table_scrolls(page, names):
    script = """() => [...document.querySelectorAll('.table-region:not(.listed)')]
      .filter(e => e.scrollWidth > e.clientWidth + 1)
      .map(e => e.ariaLabel + ' ' + e.scrollWidth + '/' + e.clientWidth)"""
    for name in names:
        page.read(name)
        assert page.evaluate(script) == [], name


@pytest.mark.parametrize("width", [360, 768, 1400])
def test_no_page_is_wider_than_its_window(page, names, width):
    page.set_viewport_size({"width": width, "height": 900})
    for name in names:
        page.read(name)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (name, wide)


def test_a_phone_shows_intervals(page):
    page.set_viewport_size({"width": 360, "height": 800})
    page.read("s03_response.html")
    outside = """() => [...document.querySelectorAll('[data-output="T14.2.1.2"] td')]
      .filter(e => e.textContent.includes('(') && e.getBoundingClientRect().right > 361).length"""
    assert page.evaluate(outside) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page, names, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    axe = Axe()
    for name in names:
        page.read(name)
        found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        told = [(v["id"], v["impact"], v["nodes"][0]["html"][:160]) for v in found]
        assert told == [], name


def test_a_number_of_every_table_explains_itself(page, names):
    """Hover shows numerator, method and key; a click the patients; a patient's page follows."""
    asked = clicked = 0
    for name in [n for n in names if n.startswith("s")]:
        page.read(name)
        regions = page.locator(".table-region:not(.listed):has(td[data-n])")
        for number in range(regions.count()):
            region = regions.nth(number)
            cell = region.locator("td[data-n]").first
            cell.scroll_into_view_if_needed()
            cell.hover()
            panel = page.locator(".explained")
            assert panel.is_visible()
            output = region.get_attribute("data-output")
            assert f"{output} / " in panel.inner_text()
            asked += 1
            cell.click()
            if panel.locator(".members a").count():
                href = panel.locator(".members a").first.get_attribute("href")
                assert re.fullmatch(r"patients/P\d+\.html", href)
                clicked += 1
            page.keyboard.press("Escape")
            assert panel.is_hidden()
    assert asked > 45
    assert clicked > 25


def test_by_keyboard_alone(page):
    page.read("s03_response.html")
    cell = page.locator("td[data-n]").first
    cell.focus()
    page.keyboard.press("ArrowRight")
    moved = page.evaluate("document.activeElement.cellIndex")
    assert moved == cell.evaluate("e => e.cellIndex") + 1
    page.keyboard.press("Enter")
    assert page.locator(".explained").is_visible()
    assert page.evaluate("document.activeElement.closest('.explained') !== null")
    page.keyboard.press("Escape")
    assert page.locator(".explained").is_hidden()
    assert page.evaluate("document.activeElement.cellIndex") == moved


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("guided enrolled", "s04_guided_therapy.html#output-T14.2.2.1"),
        ("T14.2.4.1", "s05_progression_and_survival.html#output-T14.2.4.1"),
        ("P0003", "patients/P0003.html"),
        ("confirm_days", "glossary.html#rule-response.confirm_days"),
        ("NON-CR", "glossary.html#NON-CR/NON-PD"),
    ],
)
def test_search_finds(page, words, first):
    page.read("index.html")
    page.fill("#search", words)
    found = [link.get_attribute("href") for link in page.locator("#search-results a").all()]
    assert first in found


def test_without_scripts_the_pages_still_read(browser, report):
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto((report / "s03_response.html").as_uri())
    assert plain.locator("#search").is_hidden()
    assert plain.locator('[data-output="T14.2.1.2"] table').first.is_visible()
    assert plain.locator("nav[aria-label='Pages of this cut'] a").count() > 10
    context.close()


A4_UPRIGHT, A4_LYING = 672, 1001  # px between the margins


@pytest.mark.parametrize(("width", "kind"), [(A4_UPRIGHT, ":not(.listed)"), (A4_LYING, ".listed")])
def test_no_column_is_lost_in_print(page, names, width, kind):
    """Tables fit an upright page, listings one on its side: nothing stands beyond the paper."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": width, "height": 900})
    script = f"""() => [...document.querySelectorAll('.table-region{kind}')]
      .flatMap(region => [...region.querySelectorAll('th, td')]
        .filter(e => e.getBoundingClientRect().right > {width} + 2)
        .slice(0, 1).map(e => region.ariaLabel + ': ' + e.textContent.trim()))"""
    for name in names:
        page.read(name)
        assert page.evaluate(script) == [], name


def test_paper_has_the_cut_the_commit_and_page_numbers(page, tmp_path):
    page.read("s04_guided_therapy.html")
    paper = tmp_path / "page.pdf"
    page.pdf(path=paper, prefer_css_page_size=True)
    command = ["pdftotext", "-layout", str(paper), "-"]
    try:
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        pytest.skip("no pdftotext on this machine")
    assert re.search(r"DC04, data to 2023-11-30; code \S+", text)
    assert re.search(r"\b2/\d+", text)
