"""Who said what: the words that articles give to a speaker, dated and cited."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.ledger import StoredArticle
from index.text.names import Name, groups, names_in
from index.text.words import ENGLISH, code_of, content_stems
from rag.extractive import says_the_same
from rag.quote_context import words_of
from rag.reading.evidence import Evidence
from rag.requests.material import Line, Material, order_of, published_by, share, telling
from rag.requests.roles import callings, spokesmen
from rag.requests.speech import Said, is_of, office_of, speech
from rag.types import Scope

# Statements that are shown, and that are compared with the subject: those of the nearest articles.
MOST, COMPARED = 10, 150

# What a paper does that others cite.
_REPORTS = r"(?:report(?:s|ed)|wr(?:ites|ote)|revealed|suggest(?:s|ed))"

# How near a statement must be to what is asked about, as a share of the nearest: half its own
# cosine, half that of its article's best passage.
NEAR = 0.6
# How much of what is asked about a statement must hold, with its article's title and the sentences
# around it: what somebody said about another thing is no answer.
HELD, AROUND = 0.5, 2


@dataclass(frozen=True, slots=True)
class Statement:
    """What an article gives to a speaker."""

    article: StoredArticle
    said: Said

    @property
    def text(self) -> str:
        """The words of the sentence."""
        return words_of(self.article, self.said.index)


def statements(material: Material, speaker: str) -> list[Statement]:
    """All that the articles give to a speaker; to everybody, if none is named."""
    said = [Statement(article, each) for article in material.articles for each in speech(article)]
    if whose := office_of(speaker):
        return [s for s in said if is_of(office_of(s.said.speaker), whose)]
    if not speaker:  # what is said about somebody others say
        about = material.subject
        return [s for s in said if not (about and is_of(s.said.speaker, about))]
    own = [s for s in said if is_of(s.said.speaker, speaker)]
    if is_person(speaker, material.articles):
        return own
    speak = spokesmen(speaker, callings(material.articles))
    theirs = [s for s in said if s not in own and any(is_of(s.said.speaker, n) for n in speak)]
    return own + theirs + _reported(material, speaker)


def _reported(material: Material, speaker: str) -> list[Statement]:
    """What a paper is said to report: "The Washington Post had reported that", "CNN reports"."""
    if " " not in speaker and not speaker.isupper():
        return []
    name = re.escape(speaker)
    pattern = re.compile(
        rf"\breports? (?:by|in|from) (?:the )?(?P<by>{name})\b"
        rf"|\b(?P<who>{name})(?: (?:had|has|also|first))* {_REPORTS}\b",
        re.I,
    )
    return [
        Statement(article, Said(index, found["by"] or found["who"], False))
        for article in material.articles
        for index in telling(article)
        if (found := pattern.search(words_of(article, index)))
    ]


def speaks_there(material: Material, speaker: str) -> bool:
    """Whether an article gives anything to a speaker."""
    return any(is_of(s.speaker, speaker) for stored in material.articles for s in speech(stored))


def quotes(material: Material, speaker: str, most: int = MOST) -> list[Line]:
    """What a speaker said about the subject: nearest first chosen, by day shown.

    Args:
        material: The articles on the subject of the request.
        speaker: As the request names them.
        most: How many statements at most.
    """
    found = statements(material, speaker)[:COMPARED]
    if not found:
        return []
    if material.subject:
        found = [s for s in found if held(material, around(s)) >= HELD]
        if not found:
            return []
        near = [material.nearness.get(s.article.pk, 0.0) for s in found]
        vectors = material.encode([s.text for s in found])
        nearness = vectors @ material.embedder.encode_query(material.subject) + near
        least = NEAR * float(nearness.max())
        kept = (n for n in range(len(found)) if nearness[n] >= least)
        order = sorted(kept, key=lambda n: -nearness[n])
    else:
        order = sorted(range(len(found)), key=lambda n: not found[n].said.verbatim)
    chosen: list[Statement] = []
    for number in order:
        one = found[number]
        if len(chosen) < most and not any(says_the_same(one.text, c.text) for c in chosen):
            chosen.append(one)
    return [
        Line(s.article, s.said.index, label_of(s))
        for s in sorted(chosen, key=lambda s: order_of(s.article, s.said.index))
    ]


def held(material: Material, text: str) -> float:
    """How much of the subject a text holds, from 0 to 1.

    A word that no article holds counts like the rarest; what most articles hold tells none apart.
    """
    words = material.now.search_index.article_words
    rarest = max(material.weights.values(), default=1.0)
    stems = [w for w in content_stems(material.subject) if 2 * words.frequency(w) <= len(words)]
    return share({w: material.weights.get(w, rarest) for w in stems}, text) if stems else 1.0


def around(one: Statement) -> str:
    """The title of a statement's article, the sentence, and those about it."""
    indexes = range(one.said.index - AROUND, one.said.index + AROUND + 1)
    near = (words_of(one.article, n) for n in indexes if 0 <= n < len(one.article.sentences))
    return " ".join((one.article.article.title, *near))


def is_person(speaker: str, articles: Sequence[StoredArticle]) -> bool:
    """Whether articles name somebody so, and no state, body or thing."""
    capital = re.compile(rf"\b{re.escape(_last(speaker).title())}\b")
    named = any(capital.search(stored.article.text) for stored in articles)
    return named and not is_thing(speaker, articles)


def is_thing(speaker: str, articles: Sequence[StoredArticle]) -> bool:
    """Whether a speaker is a state or body, or called by a word that articles write small."""
    last = _last(speaker).lower()
    small = re.compile(rf"\b{re.escape(last)}\b")
    return bool(groups(last)) or any(small.search(stored.article.text) for stored in articles)


def _last(speaker: str) -> str:
    return next(iter(re.findall(r"[^\W_]+", speaker)[-1:]), speaker)


_PLACED = re.compile(
    r"\b(?:in|at|on|near|from|to|into|for|of|after|before|since|with|by|about|against) (?:the )?$",
    re.I,
)


def _beside(name: Name, text: str) -> bool:
    """Whether a name cannot be that of who acts: "in Lorne", "with Berg", "Berg's standing"."""
    return bool(_PLACED.search(text[: name.start]) or re.match(r"[’']s?\b", text[name.end :]))


def by_others(speaker: str) -> Callable[[Evidence], bool]:
    """Tells whether an article gives a sentence to somebody else than a speaker.

    It does where another acts: "the minister is ready to meet Berg", "it dents Berg's standing".
    """
    known: dict[int, dict[int, str]] = {}  # each article is gone through once

    def given_away(item: Evidence) -> bool:
        pk = item.article.pk
        if pk not in known:
            known[pk] = {said.index: said.speaker for said in speech(item.article)}
        if said := known[pk].get(item.index, ""):
            return not is_of(said, speaker)
        if code_of(item.article.article.language) != ENGLISH:
            return False
        names = names_in(item.text)
        if not any(is_of(name.text, speaker) for name in names):
            return False
        acts = [name for name in names if not _beside(name, item.text)]
        return not acts or not is_of(acts[0].text, speaker)

    return given_away


def label_of(one: Statement) -> str:
    """Who said it, and who reports it and when: "Dmitry Peskov (The Post, 3 March 2026)"."""
    known = published_by(one.article)
    return f"{one.said.speaker} ({known})" if known else one.said.speaker


def is_publisher(speaker: str, confined: Scope) -> bool:
    """Whether whose words are asked for is the publisher that the question is confined to."""
    said, known = ({*content_stems(text)} for text in (speaker, confined.publisher or ""))
    return bool(said) and said <= known
