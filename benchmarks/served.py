"""A chat on the sample corpus, served by a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
ONRECORD = [sys.executable, "-c", "from ui.cli import main; main()"]


@contextmanager
def served(
    folder: Path, *, sample: bool = True, workers: int = 0
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The server's address and process; its index and what it logs, ``log``, are in the folder.

    Args:
        folder: An empty one.
        sample: Whether the corpus is the sample, which goes when the first article is added; else
            its articles are added as any are.
        workers: How many processes serve the doors for programs; 0 for one with the page.

    Raises:
        RuntimeError: it did not start; with what it logged.
    """
    log = folder / "log"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ONRECORD_")}
    place = ["--index", str(folder / "index")]
    if not sample:
        added = [*ONRECORD, "add", "index/sample", *place]
        subprocess.run(added, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    way = ["serve", "--workers", str(workers)] if workers else ["chat"]
    command = [*ONRECORD, *way, *place, "--port", "0", *(["--sample"] if sample else [])]
    with (
        log.open("w") as file,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file) as server,
    ):
        try:
            while not (found := re.search(r"onrecord is at (\S+)", log.read_text("utf-8"))):
                if server.poll() is not None:
                    raise RuntimeError(f"the server did not start: {log.read_text('utf-8')}")
                time.sleep(0.1)
            yield found[1], server
        finally:
            server.terminate()
