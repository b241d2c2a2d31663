"""The verbs of news: their forms, and after which of them what was done is the news."""

from __future__ import annotations

import re

# The verbs of news whose forms are known; "/" before the past tense of an irregular one.
_FORMS = (
    "resign quit/quit order approve propose demand promise recommend reject sign win/won open close"
    " launch build/built buy/bought sell/sold create lose/lost fail pass suspend cancel/cancelled"
    " ban/banned renew accuse arrest appoint elect choose/chose cut/cut raise halt delay sue"
    " fine/fined award receive finalize finalise support back attack announce leave/left call offer"
    " accept flood block refuse deny/denied extend declare"
)
PAST = {
    base: past or (f"{base}d" if base.endswith("e") else f"{base}ed")
    for base, _, past in (form.partition("/") for form in _FORMS.split())
}
BASES = {past: base for base, past in PAST.items()}


def _present(base: str) -> str:
    if base.endswith(("s", "sh", "ch", "x")):
        return f"{base}es"
    return f"{base[:-1]}ies" if re.search(r"[^aeou]y$", base) else f"{base}s"


PRESENT = {_present(base): base for base in PAST}

# Of these it is worth asking what was done: the object is the news.
TELLING = frozenset(
    "order approve propose demand promise recommend reject announce offer launch ban finalize"
    " finalise".split()
)
