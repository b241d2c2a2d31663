"""What news pages say around an article, in many languages: ``phrases.toml`` as patterns.

They are for ``rules.plain`` lines: small letters, single spaces, straight apostrophes.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

_TOLD = tomllib.loads((files("index.boilerplate") / "phrases.toml").read_text("utf-8"))


def _pattern(name: str) -> str:
    return str(_TOLD[name]).replace("\n", "")


def _compiled(name: str) -> re.Pattern[str]:
    return re.compile(_pattern(name))


# Parts of longer patterns.
BY = _pattern("by")
PUBLISHED = _pattern("published")
UPDATED = _pattern("updated")
ALSO = _pattern("also")
RELATED = _pattern("related")
MOST_READ = _pattern("most_read")
ADVERTISEMENT = _pattern("advertisement")
BUTTONS = _pattern("buttons")
READING_TIME = _pattern("reading_time")
LISTEN = _pattern("listen")
TAGS = _pattern("tags")
COMMENTS = _pattern("comments")
CREDIT = _pattern("credit")

SIGN_UP = _compiled("sign_up")
SIGN_UP_LATE = _compiled("sign_up_late")
READERS = _compiled("readers")
NEWSLETTER = _compiled("newsletter")
FOLLOW = _compiled("follow")
FOLLOW_LATE = _compiled("follow_late")
NETWORK = _compiled("network")
SUPPORT = _compiled("support")
CAUSE = _compiled("cause")
COOKIES = _compiled("cookies")
OURS = _compiled("ours")
CONSENT = _compiled("consent")
RIGHTS = _compiled("rights")
APP = _compiled("app")
JOB = _compiled("job")
MISSING = _compiled("missing")
SCRIPTS = _compiled("scripts")
ROBOTS = _compiled("robots")
PAID = _compiled("paid")
WITHDRAW = _compiled("withdraw")
SHARE = set(_TOLD["share"].split())
