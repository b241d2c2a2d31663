"""Opens the chat in Chromium, cold again and again, and reports how soon it can be used.

    python benchmarks/paint.py [--times 10] [--address URL] [--pictures docs]

The chat is started on the sample corpus, unless an address names one that is up. Each time the page
is opened by a browser context of its own, with nothing cached. Chromium is the one of the path, or
of ``CHROMIUM``. The pictures of the README are taken anew into the folder that is named.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from served import served

WATCH = """new MutationObserver((_, watch) => {
    const box = document.querySelector("#ask textarea");
    if (!box || box.disabled || !box.checkVisibility()) return;
    window.boxAt = performance.now();
    watch.disconnect();
}).observe(document, { childList: true, subtree: true, attributes: true });"""
TOLD = """() => ({
    "first contentful paint, ms":
        performance.getEntriesByName("first-contentful-paint")[0].startTime,
    "question box can be typed in, ms": window.boxAt,
    "server answered, ms": performance.getEntriesByType("navigation")[0].responseEnd,
})"""


def opened(browser: Browser, address: str) -> dict[str, float]:
    """What one cold opening took: times from the navigation on, in ms, and what came."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(WATCH)
    sizes: list[int] = []
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))
    page.goto(address)
    page.wait_for_function("window.boxAt")
    page.wait_for_load_state("load")
    found: dict[str, float] = page.evaluate(TOLD)
    context.close()
    return found | {"requests": len(sizes), "kB over the network": sum(sizes) / 1000}


def pictures(browser: Browser, address: str, folder: Path) -> None:
    """Takes the README's: an answer beside its source, and the corpus page."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(address)
    for question in ("Who resigned, and why?", "What preconditions did the Kremlin set?"):
        page.locator("#fresh").click()
        page.locator(".suggestion", has_text=question).click()
        page.locator("#chat .asked", has_text=question).wait_for()
        page.locator("#further .suggestion").first.wait_for()
    page.locator("#reader mark").first.wait_for()
    page.mouse.move(0, 0)  # off what was pressed
    page.screenshot(path=folder / "chat.png")
    page.get_by_role("tab", name="Corpus").click()
    page.locator(".library table").wait_for()
    page.screenshot(path=folder / "corpus.png")


def main() -> None:
    """Measures, and prints a table for README.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--address")
    parser.add_argument("--pictures", type=Path)
    asked = parser.parse_args()
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright, ExitStack() as started:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        if not (address := asked.address):
            folder = started.enter_context(tempfile.TemporaryDirectory())
            address, _ = started.enter_context(served(Path(folder)))
        runs = [opened(browser, address) for _ in range(asked.times)]
        if asked.pictures:
            pictures(browser, address, asked.pictures)
        browser.close()
    print(f"| {asked.times} cold openings | median | most |\n|---|---|---|")
    for name in runs[0]:
        each = [run[name] for run in runs]
        print(f"| {name} | {statistics.median(each):,.0f} | {max(each):,.0f} |")


if __name__ == "__main__":
    main()
