"""The pages of a toy report in a real browser: readable, reachable, silent, self-contained."""

import itertools
import sys
from types import SimpleNamespace

import pytest

from tests.reporting import toy as toys

pytestmark = pytest.mark.browser

PAGES = ("index.html", "DC01/index.html", "DC01/s01_toy.html", "DC01/s02_toy.html")
CONTRAST = """() => {
  const channel = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 };
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || element.closest('svg') || element.closest('.skip')) continue;
    const a = light(rgb(getComputedStyle(element).color)), b = light(ground(element));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push([element.tagName, element.textContent.trim(), ratio]);
  }
  return poor;
}"""


@pytest.fixture(scope="module")
def reports(browser, tmp_path_factory):
    """Folder of the reports of a toy study."""
    toy = toys.make_toy(tmp_path_factory.mktemp("toy"))
    with pytest.MonkeyPatch.context() as patch:
        build = SimpleNamespace(derive_cut=toys.derive_toy)
        patch.setitem(sys.modules, "analysis.datasets.build", build)
        status, said = toys.run(toy)
    assert status == 0, said.text
    return toy.root / "reports"


@pytest.fixture(scope="module", params=PAGES)
def page(request, browser, reports):
    """An open page, with what it asked for and what it complained of."""
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    opened.noise, opened.requested = [], []
    opened.on("console", lambda message: opened.noise.append(message.text))
    opened.on("pageerror", lambda error: opened.noise.append(str(error)))
    opened.on("request", lambda asked: opened.requested.append(asked.url))
    opened.goto((reports / request.param).as_uri())
    yield opened
    opened.close()


def test_a_page_asks_for_nothing_but_itself_and_is_silent(page):
    assert page.requested == [page.url]
    assert page.noise == []
    allowed = page.locator("meta[http-equiv]").get_attribute("content")
    ran = page.evaluate("""async () => Promise.all(
      [...document.scripts].filter(s => s.type !== 'application/json').map(async s => {
        const bytes = new TextEncoder().encode(s.textContent);
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
        return btoa(String.fromCharCode(...digest));
      }))""")
    assert len(ran) == 1
    assert f"script-src 'sha256-{ran[0]}'" in allowed
    assert "unsafe" not in allowed.replace("style-src 'unsafe-inline'", "")


def test_a_page_has_one_heading_of_the_first_level_and_its_landmarks(page):
    assert page.locator("h1").count() == 1
    for landmark in ("main", "header", "footer"):
        assert page.locator(landmark).count() == 1
    assert page.get_attribute("html", "lang") == "en-GB"


def test_every_page_says_synthetic_and_where_it_comes_from(page):
    assert page.locator(".banner").is_visible()
    text = page.inner_text("body")
    for word in ("31 May 2022", "15 June 2022", "no commit", "SHA-256", "Look <DC01>"):
        assert word in text


def test_headings_do_not_skip_a_level(page):
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_ids_stand_once_and_links_lead_somewhere(page):
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    targets = page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href').slice(1))"
    )
    assert set(targets) <= set(ids)
    for link in page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)"):
        path = link.removeprefix("file://").split("#")[0]
        assert toys.Path(path).is_file(), link


def test_text_stands_out_from_its_ground(page):
    assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_a_page_never_scrolls_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_reaches_the_content_first(page):
    page.reload()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_figures_and_tables_have_names(page):
    for selector in ("svg", ".table-region"):
        for element in page.locator(selector).all():
            assert element.get_attribute("aria-label")
            assert element.get_attribute("role") in ("img", "region")


def test_free_text_is_shown_as_it_was_recorded(browser, reports):
    opened = browser.new_page()
    opened.goto((reports / "DC01/s01_toy.html").as_uri())
    assert toys.FREE_TEXT in opened.inner_text("main")
    assert "Toys <owned>" in opened.inner_text("main")
    opened.close()
