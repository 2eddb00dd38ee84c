import shutil

import pytest

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu"),
    *("--disable-background-networking", "--no-first-run"),
)


@pytest.fixture(scope="module")
def browser():
    """The browser of the operating system; none is downloaded.

    Closed after each file: while it is open its event loop is in the way of kernels run in process.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield started
        started.close()
