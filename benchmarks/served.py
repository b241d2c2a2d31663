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
START = [sys.executable, "-c", "from ui.cli import main; main()", "chat", "--sample", "--port", "0"]


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The server's address and process; its index and what it logs, ``log``, are in the folder.

    Raises:
        RuntimeError: it did not start; with what it logged.
    """
    log = folder / "log"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ONRECORD_")}
    command = [*START, "--index", str(folder / "index")]
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
