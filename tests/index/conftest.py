"""What the tests of the index share."""

from __future__ import annotations

from functools import cache

import pytest


@pytest.fixture(scope="session", autouse=True)
def _bands_once():
    """Grouping copies starts with the same numerical integration each time: 0.1 s a build."""
    from datasketch import lsh

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lsh, "_optimal_param", cache(lsh._optimal_param))
        yield
