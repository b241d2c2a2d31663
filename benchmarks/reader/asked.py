"""Questions made by rule from the sentences of a text: yes or no, who said it, what was said."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

_NAME = r"(?:(?:the|The|a|A|an|An) )?(?:[A-Z][\w.’'-]*|[a-z]+)(?: (?:of |the |de )?[\w.’'-]+){0,5}?"
_AUX = r"is|was|are|were|has|have|had|will|can|could|would|must|should|may|might"
_PROPER = r"(?:[A-Z][\w.’'-]+)(?: (?:of |de |von |bin )?[A-Z][\w.’'-]+){0,3}"
_SAID = (
    r"said|says|stated|states|told reporters|argued|argues|claimed|claims|announced|added|warned"
    r"|explained|insisted|noted|declared|remarked|wrote|replied|commented|concluded|suggested"
    r"|believed|believes|reported|stressed|admitted|acknowledged|promised|confirmed|denied"
)
_QUOTE = r"[\"“]([^\"”“]{18,160})[\"”]"
_OPENS = re.compile(
    r"(?:while|when|if|as|there|although|though|this|these|beyond|in|on|at|for|by|since|because"
    r"|however|it|he|she|they|his|her|their|its|that|some|most|many|both|such)\b",
    re.I,
)
_E_ENDING = re.compile(r"(?:[cgsuvz]|[aiou][rtkdl]|at|us|bl|pl|tl)$")
_SMALL = set(
    "that this with from have been were their they which would could there about after before other"
    " into over than then them these those some such more most only also when where while being"
    " because between during through under against".split()
)


def base_form(verb: str) -> str:
    """A regular verb without its "ed"; "" if it does not look like one."""
    if not re.fullmatch(r"[a-z]{2,}[a-z]ed", verb) or verb.endswith("eed"):
        return ""
    stem = verb[:-2]
    if stem.endswith("i"):
        return stem[:-1] + "y"
    if re.search(r"([bdgmnprt])\1$", stem):
        return stem[:-1]
    return stem + "e" if _E_ENDING.search(stem) else stem


def yes_or_no(sentence: str) -> tuple[str, int, int] | None:
    """A question that the sentence answers with yes, and where the words stand that say so."""
    if len(sentence) > 260 or re.search(r"[\"“”;:\[]", sentence) or _OPENS.match(sentence):
        return None
    m = re.match(rf"^({_NAME}) ({_AUX}) ((?:not )?[a-z].+?)[.!]?$", sentence)
    if m and not re.search(r"\b(?:who|which|that|when|where|if|as|what|there)\b", m[1]):
        rest = _clause(m[3])
        question = f"{m[2].capitalize()} {_lowered(m[1])} {rest.removeprefix('not ')}?"
        return question, m.start(2), m.start(3) + len(rest)
    m = re.match(
        rf"^({_NAME}) ([a-z]+ed) ((?:the|a|an|to|in|on|its|his|her|their|that) .+?)[.!]?$", sentence
    )
    if m and (verb := base_form(m[2])) and not re.search(r"\b(?:who|which|that|was|were)\b", m[1]):
        rest = _clause(m[3])
        return f"Did {_lowered(m[1])} {verb} {rest}?", m.start(2), m.start(3) + len(rest)
    return None


def _clause(rest: str) -> str:
    """The first clause of a predicate."""
    return re.split(r", |\b(?:which|who|although|while|whereas)\b| and (?=[a-z]+ed\b)", rest)[
        0
    ].rstrip(" ,.")


def _lowered(subject: str) -> str:
    first = subject.split()[0]
    small = {"The", "A", "An", "It", "They", "He", "She", "This", "These", "Its", "His", "Their"}
    return subject[0].lower() + subject[1:] if first in small else subject


def spoken(text: str, rng: random.Random) -> Iterator[tuple[str, int, int]]:
    """Questions on who said what, with where the answer stands in the text."""
    for m in re.finditer(rf"{_QUOTE},? (?:{_SAID}) ({_PROPER})", text):
        yield _who(m[1], rng), m.start(2), m.end(2)
    for m in re.finditer(rf"\b({_PROPER}) (?:{_SAID})(?: that|:|,)?[^\".“]{{0,40}}{_QUOTE}", text):
        yield _who(m[2], rng), m.start(1), m.end(1)
    for m in re.finditer(rf"\b({_PROPER}) ({_SAID}) that ([^.;\"“”]{{25,220}})(?=[.;])", text):
        topic = [w for w in re.findall(r"[A-Za-z]{5,}", m[3]) if w.lower() not in _SMALL]
        if not topic:
            continue
        about = rng.choice(topic)
        forms = [
            f"What did {m[1]} say about {about}?",
            f"what does {m[1]} think about {about}",
            f"What is {m[1]}'s view of {about}?",
            f"What did {m[1]} say?",
        ]
        yield rng.choice(forms), m.start(3), m.end(3)
        if rng.random() < 0.5:
            words = m[3].split()
            said = " ".join(words[: rng.randrange(5, 14)])
            yield rng.choice((f"Who said that {said}?", f"who {m[2]} {said}")), m.start(1), m.end(1)


_NUMBER = r"\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty"
_SPAN = re.compile(
    rf"\b((?:{_NUMBER})-(?:day|week|month|year|hour|minute))(?:-long)? ([a-z]{{4,}})\b"
)
_SUM = re.compile(r"([$£€]\d[\d.,]*(?: (?:million|billion|trillion))?+) ([a-z]{4,})\b")
_NO_THING = set(
    "from were with that into between during after before each over under more will worth worldwide"
    " making would could have which while when where annually less than plus including".split()
)


def measured(text: str, rng: random.Random) -> Iterator[tuple[str, int, int]]:
    """How long and how big what a text speaks of is, where it says so before the noun."""
    for pattern, forms in (
        (_SPAN, ("How long was the {}?", "how long is the {}", "how long will the {} last")),
        (_SUM, ("How big was the {}?", "how much is the {}", "how large is the {}")),
    ):
        for m in pattern.finditer(text):
            if m[2] not in _NO_THING:
                yield rng.choice(forms).format(m[2]), m.start(1), m.end(1)


def _who(quote: str, rng: random.Random) -> str:
    words = quote.split()
    length = rng.randrange(4, 12)
    at = rng.randrange(max(1, len(words) - length + 1))
    part = " ".join(words[at : at + length]).strip(" ,.;")
    return rng.choice(
        (
            f'Who said "{part}"?',
            f"who said {part}",
            f'whose words are "{part}"',
            f"who said “{part}”",
        )
    )
