"""The browser that the tests of the page drive."""

from __future__ import annotations

import contextlib
import os
import shutil

import pytest

from tests.e2e.browsing import SECONDS

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.fail("no chromium on this machine; install it, or set ONRECORD_SKIP_BROWSER=1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=ARGUMENTS, timeout=5 * SECONDS
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def visits(chromium):
    contexts = []

    def open_page(address, script="", **options):
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = chromium.new_context(**options)
        context.set_default_timeout(SECONDS)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(script)
        page.requested, page.dialogs = [], []
        page.on("request", lambda request: page.requested.append(request.url))
        page.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def visit(chromium):
    """Opens an address in a browser of its own; what it requested is in ``page.requested``."""
    with visits(chromium) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def visit_once(chromium):
    """The same for a page that many tests of a file share: coming up, it costs most of a test."""
    with visits(chromium) as open_page:
        yield open_page
