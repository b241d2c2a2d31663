"""What every test that drives the page needs."""

from __future__ import annotations

import contextlib
import os
import time
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import TimeoutError as NotInTime
from playwright.sync_api import expect

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}  # what WCAG 1.4.10 asks for

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SECONDS = 90_000  # milliseconds: the longest wait for something that must come
expect.set_options(timeout=SECONDS)

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
    rest(page)
    before = page.locator("#chat .asked").count()
    box.fill(question)
    box.focus()
    page.keyboard.press("Enter")
    page.locator("#chat .asked").nth(before).wait_for()
    page.get_by_role("button", name="Retry").wait_for()


def anew(page):
    """Begins a new chat in a page that tests share, with nothing left of the test before."""
    page.mouse.move(0, 0)
    page.set_viewport_size(DESK)
    page.emulate_media(
        media="screen", color_scheme="light", reduced_motion="no-preference", forced_colors="none"
    )
    rest(page)
    if page.locator("#chat .asked").count():  # else nobody could tell when it has begun
        page.get_by_role("button", name="New chat").click()
        page.locator("#chat .asked").first.wait_for(state="detached")
    page.locator("#reader .sheet").wait_for(state="hidden")
    return page


def chats_shown(page, shown=True):
    """Has the sidebar of earlier chats stand open, or closed."""
    if (page.locator("#chats.open").count() == 1) != shown:
        page.get_by_role("button", name="Toggle Sidebar").click()
    page.locator("#chats.open" if shown else "#chats:not(.open)").wait_for(state="attached")


def rest(page):
    """Waits until no answer grows."""
    page.wait_for_function("!document.querySelector('#conversation .state.growing')")


def elsewhere(page):
    """The hosts that the page wanted something from, this machine left out."""
    hosts = {urlsplit(url).hostname for url in page.requested if url.startswith(("http", "ws"))}
    return hosts - {"127.0.0.1", "localhost"}


def violations(page, rules=RULES):
    """What axe finds, without what is of little weight."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    alike = {"exclude": ["#reader .text p:not(:has(mark))"]}  # eighty paragraphs of filler
    options = {"resultTypes": ["violations"], "runOnly": list(rules)}
    asked = "([context, options]) => axe.run(context, options)"
    found = page.evaluate(asked, [alike, options])["violations"]
    return [
        f"{each['id']}: {node['target']} {node['html'][:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
        if not _is_scrolled(node)
    ]


def _is_scrolled(node):
    """Whether axe finds a target small as part of it has been scrolled under the question box."""
    checks = [check["data"] for check in node["any"] if isinstance(check["data"], dict)]
    return any("artiallyObscured" in str(data.get("messageKey")) for data in checks)


def darken(page, scheme="dark"):
    """Has the system turn dark, or light again; the page follows without being loaded anew."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        "dark => document.body.classList.contains('dark') === dark", arg=scheme == "dark"
    )


OVERFLOWING = """() => {
    const scrolls = (e) => e && (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX)
        && e.id !== "desk" && e.tagName !== "BODY" || scrolls(e.parentElement));
    const out = [...document.querySelectorAll("#masthead *, #desk *")].filter((e) => {
        const box = e.getBoundingClientRect();
        return box.width > 1 && e.checkVisibility({ visibilityProperty: true })
            && (box.right > innerWidth + 1 || box.left < -1) && !scrolls(e.parentElement);
    });
    const root = document.documentElement;
    return [...out, ...(root.scrollWidth > root.clientWidth ? [root] : [])]
        .map((e) => e.outerHTML.slice(0, 120));
}"""
SMALL = """() => [...document.querySelectorAll("a, button, input, textarea, [role=option]")]
    .map((e) => e.type === "radio" ? e.closest("label") : e)
    .filter((e) => {
        const { width, height } = e.getBoundingClientRect();
        return e.checkVisibility({ visibilityProperty: true }) && !e.closest(".visually-hidden")
            && width > 1 && height > 1 && (width < 24 || height < 24);
    })
    .map((e) => `${e.outerHTML.slice(0, 120)} ${JSON.stringify(e.getBoundingClientRect())}`)"""


def until(holds):
    """Waits for what the page cannot tell of."""
    ends = time.monotonic() + SECONDS / 1000
    while not holds():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.02)


def found_by(script, page):
    """What a script finds, if it does not stop to find it: the page may not stand still yet."""
    with contextlib.suppress(NotInTime):
        page.wait_for_function(f"!({script})().length")
    return page.evaluate(script)


def faults_on_a_phone(page, states):
    """What is wrong in each state: by axe, too small to press, or over the edge."""
    found = {}
    for state in states:
        problems = violations(page) + found_by(SMALL, page) + found_by(OVERFLOWING, page)
        page.set_viewport_size(NARROW)
        problems += found_by(OVERFLOWING, page)
        page.set_viewport_size(PHONE)
        if problems:
            found[state] = problems
    return found
