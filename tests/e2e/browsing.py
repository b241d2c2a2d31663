"""What every test that drives the page needs."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import pytest

SECONDS = 30_000  # the longest wait for something that must come

browser_wanted = [
    pytest.mark.browser,
    pytest.mark.skipif(
        os.environ.get("ONRECORD_SKIP_BROWSER") == "1", reason="ONRECORD_SKIP_BROWSER=1"
    ),
]


def ask(page, question):
    """Asks a question, and waits for the whole answer."""
    box = page.get_by_role("textbox", name="Question")
    box.wait_for()
    before = page.locator("#chat .asked").count()
    box.fill(question)
    box.press("Enter")
    page.locator("#chat .asked").nth(before).wait_for()
    page.get_by_role("button", name="Retry").wait_for()


def elsewhere(page):
    """The hosts that the page wanted something from, this machine left out."""
    hosts = {urlsplit(url).hostname for url in page.requested if url.startswith(("http", "ws"))}
    return hosts - {"127.0.0.1", "localhost"}
