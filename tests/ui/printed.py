"""What a command printed, read back."""

from __future__ import annotations

import json


def only(out):
    """The one JSON value that standard output holds."""
    assert out.endswith("\n")
    assert out.count("\n") == 1
    return json.loads(out)


def sentence(err):
    """The one sentence that standard error holds."""
    lines = err.splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("onrecord: ")
    return lines[0].removeprefix("onrecord: ")
