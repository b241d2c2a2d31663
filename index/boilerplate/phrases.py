"""What news pages say around an article, in many languages: ``phrases.toml`` as patterns.

They are for ``rules.plain`` lines: small letters, single spaces, straight apostrophes.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

_TOLD = tomllib.loads((files("index.boilerplate") / "phrases.toml").read_text("utf-8"))


def _pattern(name: str) -> str:
    """The pattern of a name; in it ``<<other>>`` stands for that of another."""
    whole = str(_TOLD[name]).replace("\n", "")
    return re.sub(r"<<(\w+)>>", lambda found: _pattern(found[1]), whole)


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
ANYWHERE = _compiled("anywhere")
AT_THE_ENDS = _compiled("at_the_ends")
LABELLED = _compiled("labelled")
PICTURE_CREDIT = _compiled("picture_credit")
LISTS = _compiled("lists")
WEAK_LISTS = _compiled("weak_lists")

SHARE, SOCIAL, SECTIONS = (set(_TOLD[name].split()) for name in ("share", "social", "sections"))
FOOTER = set(_pattern("footer").split("|"))
