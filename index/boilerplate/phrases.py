"""Phrases by which texts are recognised: the patterns of a package's ``phrases.toml``.

Those of this package are what news pages say around an article, in many languages, for
``rules.plain`` lines: small letters, single spaces, straight apostrophes.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files


class Phrases:
    """The patterns of one file; line breaks in them do not count, ``<<other>>`` is another one."""

    def __init__(self, package: str, **given: str) -> None:
        """Those of a package, beside patterns that are given."""
        told = tomllib.loads((files(package) / "phrases.toml").read_text("utf-8"))
        self.told = {**told, **given}

    def filled(self, pattern: str) -> str:
        """A pattern with the others that it names in their places."""
        bare = pattern.replace("\n", "")
        return re.sub(r"<<(\w+)>>", lambda found: self.filled(self.told[found[1]]), bare)

    def compiled(self, name: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
        """The pattern of a name."""
        return re.compile(self.filled(self.told[name]), flags)

    def words(self, name: str) -> frozenset[str]:
        """The words of a name."""
        return frozenset(self.told[name].split())


_PHRASES = Phrases("index.boilerplate")


def _pattern(name: str) -> str:
    return _PHRASES.filled(_PHRASES.told[name])


# Parts of longer patterns.
BY = _pattern("by")
PUBLISHED = _pattern("published")
UPDATED = _pattern("updated")
ALSO = _pattern("also")
RELATED = _pattern("related")

SIGN_UP = _PHRASES.compiled("sign_up")
SIGN_UP_LATE = _PHRASES.compiled("sign_up_late")
READERS = _PHRASES.compiled("readers")
NEWSLETTER = _PHRASES.compiled("newsletter")
FOLLOW = _PHRASES.compiled("follow")
FOLLOW_LATE = _PHRASES.compiled("follow_late")
NETWORK = _PHRASES.compiled("network")
SUPPORT = _PHRASES.compiled("support")
CAUSE = _PHRASES.compiled("cause")
COOKIES = _PHRASES.compiled("cookies")
OURS = _PHRASES.compiled("ours")
CONSENT = _PHRASES.compiled("consent")
RIGHTS = _PHRASES.compiled("rights")
APP = _PHRASES.compiled("app")
JOB = _PHRASES.compiled("job")
MISSING = _PHRASES.compiled("missing")
SCRIPTS = _PHRASES.compiled("scripts")
ROBOTS = _PHRASES.compiled("robots")
PAID = _PHRASES.compiled("paid")
WITHDRAW = _PHRASES.compiled("withdraw")
ANYWHERE = _PHRASES.compiled("anywhere")
AT_THE_ENDS = _PHRASES.compiled("at_the_ends")
LABELLED = _PHRASES.compiled("labelled")
PICTURE_CREDIT = _PHRASES.compiled("picture_credit")
LISTS = _PHRASES.compiled("lists")
WEAK_LISTS = _PHRASES.compiled("weak_lists")

SHARE, SOCIAL, SECTIONS = (_PHRASES.words(name) for name in ("share", "social", "sections"))
FOOTER = set(_pattern("footer").split("|"))
