"""A turn of a chat that leans on the turns before it, completed from them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from index.text.dates import MONTH, WEEKDAY, dates_in
from index.text.names import Name, groups, names_in
from index.text.words import Phrases, content_stems
from rag.dialogue.leaning import leans, pointing
from rag.dialogue.referents import (
    claims_of,
    is_titled,
    listed_in,
    people_in,
    person_in,
    place_in,
    plural_in,
    subject_in,
)
from rag.dialogue.small_talk import is_small_talk
from rag.periods import day_text
from rag.types import Answer, Turn

# Turns that are looked back at, and characters of them that are searched for with a question: the
# models must still read the question.
TURNS = 3
EARLIER_CHARS = 500

# A turn of fewer content words that leans on the one before it is not searched for with the next.
# MTRAGUN, nDCG@10: 0.913 with all turns, 0.914 so, 0.909 with 2 or with no turn between.
ASIDE = 1

# Words of a short answer that can stand in the next question: "Ada Lund of the Harbour Union".
NAMED = 6

# Words of a fragment that can be the subject of the request before: "and the ferry strike?"
MOST_WORDS = 4

_NUMBERS = ("first", "second", "third", "fourth", "fifth", "last")
_PHRASES = Phrases("rag.dialogue")
MORE, _CHECKS, SOURCES, WHEN, WHY, _FRAGMENT, _ASKS, _BESIDE, _FORM, _REQUEST, _MEANT = (
    _PHRASES.compiled(name, re.I)
    for name in "more checks sources when why fragment asks beside form request meant".split()
)
_OF_ARTICLES = {
    name: _PHRASES.compiled(name, re.I) for name in ("author", "list_them", "sum_it_up")
}
_ASPECT, _ASKED_FOR, _ACTS = (
    _PHRASES.compiled(name, re.I) for name in ("aspect", "asked_for", "acts")
)
_PART = Phrases("rag").compiled("part", re.I)
ASKS_FOR = re.compile(rf"(?:(?:and|but|so|ok)\b,? )*{_PHRASES.filled('<<wh>>')}", re.I)
"""What asks who, what, when or the like, not whether."""
_IS_WHO = re.compile(r"who(?:[’']s| is| was| are| were)\b", re.I)
# "Who is Anna Berg?" asks of her herself.
_OF_WHOM = re.compile(r"(?i:who(?:[’']s| is| was)) (?P<whom>(?:[A-Z][\w-]*[ ?.!]*)+)")
_DETERMINED = re.compile(r"(?:the|an?|his|her|its|their|any|all|this|that)\b|[A-Z]")
_DOUBTS = _PHRASES.compiled("doubts", re.I)
_ELSE = re.compile(r"(?:and )?(?P<who>\w+) else\W*$", re.I)
_WHAT_ELSE = re.compile(r"\b(?:what|anything) else\b", re.I)
_TIMES = [
    re.compile(r"\b(?:1\d|20)\d\d\b"),
    re.compile(rf"\b(?:{MONTH})\b"),
    re.compile(rf"\b(?:{WEEKDAY})\b"),
]
_AGES = re.compile(r"\b(?:newest|latest|most recent|oldest|earliest)\b", re.I)
_ORDINAL = re.compile(
    rf"\bthe (?P<which>{'|'.join(_NUMBERS)})(?: (?:one|option|point|item|claim|quote)\b|(?=\W*$))",
    re.I,
)
# What somebody said, and of what: it ends with that, or says nothing of it.
_ABOUT = re.compile(r"(?<= about )(?:[\w’'-]+ ?){1,4}(?=\W*$)")
_SAID = re.compile(r"(?:sa(?:y|id)|tell|told|think|thought|write|written)(?=\W*$)", re.I)
_ONLY_IN = re.compile(rf"(?<=only |just )(?=(?:{MONTH}|(?:19|20)\d\d)\b)", re.I)
SHORTER = re.compile(r"\b(?:shorter|briefer|short(?: version| one)?)\W*$", re.I)
"""What ends a question whose reply is to be shorter."""
# What says something is named behind one of these: "did Merz say", "has Kyiv agreed".
_SUBJECT = re.compile(r"\b(?:did|does|do|has|have|had|will|would) (?:the )?$", re.I)
_AFTER_THE = re.compile(r"\bthe $", re.I)
_THE_ACTS = re.compile(r"\b(?:did|does|will) (?P<who>the [\w-]+)(?= [a-z])", re.I)
_NOUNS = re.compile(r" (?:government|administration|party|team|plan|deal|talks|case|war|family)\b")


@dataclass(frozen=True, slots=True)
class Completed:
    """A turn as meant."""

    question: str  # the turn, with what it stands for filled in
    before: str = ""  # what was asked before, if the question cannot be understood without
    said: str = ""  # the replies so far, if it asks for what they left unsaid and for nothing else
    form: str = ""  # the words at its end that ask for the reply before in another form
    given: str = ""  # the short answer before, if the turn asks for another thing than that


def complete(question: str, history: Sequence[tuple[str, Answer | str]]) -> Completed:
    """Completes a question, politeness taken off, from the turns before it, oldest first.

    >>> complete("And Macron?", [("What did Merz say about sanctions?", "")]).question
    'What did Macron say about sanctions?'
    """
    known = (Turn(*turn) for turn in history)
    turns = [turn for turn in known if not (turn.is_talk or is_small_talk(turn.question))][-TURNS:]
    meant, before = Completed(question), Turn("")
    for number, turn in enumerate([*turns, Turn(question)]):
        asked = turn.question
        meant = _after(asked, meant, before) if number else Completed(asked)
        before = turn
    return meant


def form_in(question: str) -> str:
    """The words of a turn that ask for nothing but another form of the reply before; "" if none.

    >>> form_in("make it shorter please"), form_in("only the last week"), form_in("who else?")
    ('make it shorter', 'only the last week', '')
    """
    found = _FORM.fullmatch(question)
    return found["form"] if found else ""


def asked_of(question: str, reply: Answer | str) -> str:
    """What a turn asks of the reply before it and of nothing else; "" for no such.

    Returns:
        "doubts" asks which of the accounts holds; of articles that were found or counted, "author"
        asks who wrote them, "list_them" which they are, "sum_it_up" what they tell.
    """
    if not isinstance(reply, Answer):
        return ""
    if _DOUBTS.match(question):
        return "doubts"
    names = _OF_ARTICLES if reply.kind in ("search", "count") else ()
    return next((name for name in names if _OF_ARTICLES[name].match(question)), "")


def _after(question: str, known: Completed, before: Turn) -> Completed:
    """A turn completed from the turn before it, and from that one completed itself."""
    reply, said = before.reply, before.said
    if form := form_in(question):
        form = f"{known.form} {_ONLY_IN.sub('in ', form)}".strip()
        asked = known.question.removesuffix(known.form).rstrip(" ?.!")
        return replace(known, question=f"{asked} {form}", form=form, said="")
    other = _ELSE.match(question)
    if MORE.match(question) or (other and known.question.lower().startswith(other["who"].lower())):
        return replace(known, said=f"{known.said} {said}".strip())
    if SOURCES.match(question) or asked_of(question, reply):
        return known
    if _CHECKS.match(question) and (isinstance(reply, str) or reply.kind in ("fact", "quotes")):
        return Completed(question, next(iter(claims_of(reply)), known.question))
    if (back := _MEANT.match(question)) and (instead := question[back.end() :]):
        if swapped := _instead(instead, known.question):
            return Completed(swapped, known.before)
        return _after(instead, known, before)
    if swapped := _swapped(question, known.question):
        return Completed(swapped, known.before)
    refused = isinstance(reply, Answer) and not reply.answered
    if not leans(question, "" if refused else f"{known.question} {said}"):
        return Completed(question)
    return (
        _item(question, reply) or _anew(question, known, reply) or _filled(question, known, before)
    )


def _anew(question: str, known: Completed, reply: Answer | str) -> Completed | None:
    """The question before asked for another thing; None if the turn asks for more or the same."""
    # What was asked aside is passed over: "is there a timetable for that? and when was that?"
    aside = bool(known.before and {*_pointers(question)} & {*_pointers(known.question)})
    base = known.before.rsplit("? ", 1)[-1] if aside else known.question
    asked = asked_otherwise(question, base, _named_by(reply))
    if not asked or (not aside and asked.lower() == base.rstrip(" ?").lower()):
        return None
    return (
        Completed(asked) if aside else Completed(asked, known.before, given=_given(question, reply))
    )


def _filled(question: str, known: Completed, before: Turn) -> Completed:
    """A turn with what a word of it stands for in its place, else with what was asked before."""
    whole, given = joined(known.before, known.question), _given(question, before.reply)
    for asked in (known.question, whole):
        if meant := resolved(question, asked, before.reply):
            said = before.said if _WHAT_ELSE.search(question) else ""
            return Completed(meant, said=said, given=given)
    # What names nothing is passed over: "how many died? who were they? how many got out?".
    aside = known.before and len(content_stems(known.question)) < ASIDE
    earlier = known.before if aside else whole
    return Completed(question, earlier[-EARLIER_CHARS:].lstrip(), given=given)


def _given(question: str, reply: Answer | str) -> str:
    """What the reply before answered, if a turn asks what, who, when or the like."""
    return _short_of(reply) if ASKS_FOR.match(question) else ""


def joined(before: str, question: str) -> str:
    """Two questions as they are read as one text.

    >>> joined("who resigned", "when was that")
    'who resigned? when was that'
    """
    stop = "" if before[-1:] in (*".?!", "") else "?"
    return f"{before}{stop} {question}".strip()


def asked_otherwise(question: str, before: str, short: str = "") -> str:
    """The question before asked for another thing of the same: "and why?"; "" for no such.

    Args:
        question: The turn, or a further part of a question.
        before: The question before it, completed, or the part before.
        short: What answers that in few words.

    >>> asked_otherwise("and when was that?", "How many prisoners will be swapped?")
    'when will the prisoners be swapped'
    >>> asked_otherwise("why not?", "did Kyiv accept the offer")
    'why did not Kyiv accept the offer'
    """
    aspect, first = _ASPECT.fullmatch(question), _PART.split(before)[0].rstrip(" ?.!")
    if not aspect:
        return ""
    ask = aspect["ask"]
    if not (found := _ASKED_FOR.fullmatch(first)):
        acts = _ACTS.fullmatch(first)
        told = acts and (acts["told"] or _does(acts, short))
        return f"{ask} {told}" if told else ""
    wh, noun, rest = (found["wh"] or "").strip(), found["noun"] or "", found["rest"]
    aux = f"{found['aux'].lower()}{aspect['not'] or ''}"
    if not wh or re.match(r"(?:when|where|why|how$)", wh, re.I):
        return f"{ask} {aux} {rest}"
    noun = f"the {noun}" if noun else ""
    counted = _counted(wh, noun, short)
    if aux.startswith(("did", "do")) or _DETERMINED.match(rest):  # another acts than is asked for
        return f"{ask} {aux} {rest} {counted}".strip()
    it = "they" if re.match(r"(?:are|were|have|do)\b", aux, re.I) else "it"
    acting = noun or short or it * (not wh.lower().startswith("who"))
    return f"{ask} {aux} {acting} {rest}" if acting else ""


def _counted(wh: str, noun: str, short: str) -> str:
    """What a question asked for, as the next one names it."""
    if noun and re.match(r"(?:which|what|how m)", wh, re.I):
        return noun
    return (short or "that") if wh.lower() == "what" else ""


def _does(acts: re.Match[str], short: str) -> str:
    """What somebody does who is asked for; "" if they are not known."""
    who = f"the {acts['noun']}" if acts["noun"] else short
    return f"{who} {acts['does']}" if who else ""


def _pointers(question: str) -> list[str]:
    return [question[start:end].lower() for start, end in pointing(question)]


def _who(before: str, reply: Answer | str) -> str:
    """Who or which it is that a question asks for, as the reply has it; "" for no such."""
    first = _PART.split(before)[0]
    if named := _OF_WHOM.fullmatch(first):
        return named["whom"].rstrip(" ?.!")
    return _named_by(reply) if _ACTS.fullmatch(first) or _IS_WHO.match(first) else ""


def _short_of(reply: Answer | str) -> str:
    """The short answer that a reply gives first; "" if it gives none."""
    return reply.shorts[0].text if isinstance(reply, Answer) and reply.shorts else ""


def _named_by(reply: Answer | str) -> str:
    """The same, if it may stand in a question: it has few words."""
    short = _short_of(reply)
    return short if len(short.split()) <= NAMED else ""


def _instead(new: str, before: str) -> str:
    """The question before with what was meant in the place of what was said; "" if it is not clear.

    That is the one name, or whoever acts; else what is called the same but for a word.
    """
    fragment = _FRAGMENT.match(new)
    if not fragment or fragment["in"] or _ASKS.match(new) or len(new.split()) > MOST_WORDS:
        return ""
    new = fragment["what"]
    names = names_in(before)
    names = names if len(names) < 2 else [name for name in names if _acts(name, before)]
    if len(names) == 1:
        return _put_name(before, names[0], new)
    said = [*re.finditer(rf"\bthe (?:[\w’'-]+ )?{re.escape(new.split()[-1])}\b", before, re.I)]
    return _put(before, said[0].span(), new) if len(said) == 1 else ""


def _swapped(question: str, before: str) -> str:
    """The question before with one name or date in another's place: "And Macron?"; "" if none.

    Only if it is clear which: the only one, the only one behind the same preposition, or, without
    one, whoever does what is asked about; behind "about" what the question ends with.
    """
    found = _FRAGMENT.match(question)
    if not found or not (found["opened"] or found["in"]):
        return ""
    new, preposition = re.sub(r"^the (?=\w+est$)", "", found["what"]), found["in"]
    if preposition in (None, "on", "about") and (request := _of_another(new, before)):
        return request
    if day := _day_beside(question, before) or _month_instead(new, preposition, before):
        return day
    for kind in (*_TIMES, _AGES):
        places = list(kind.finditer(before))
        if kind.fullmatch(new):
            return _put(before, places[0].span(), new) if len(places) == 1 else ""
    # "What about energy?" is as good as "and about energy?" after "say about sanctions".
    about = preposition == "about" or (new.islower() and found["opened"].endswith("about "))
    if about and not _ASKS.match(new):
        if topic := _ABOUT.search(before):
            return _put(before, topic.span(), new)
        if preposition and (said := _SAID.search(before)):
            return f"{before[: said.end()]} about {new}"
    return _named_instead(re.sub(r"[’']s$", "", new), preposition, before)


def _named_instead(new: str, preposition: str | None, before: str) -> str:
    """The question before with a name in the place of another; "" if it is not clear of which."""
    bare = re.sub(r"^the ", "", new, flags=re.I)
    the = [*_THE_ACTS.finditer(before)] if before.lower().count("the ") == 1 else []
    if new.startswith("the ") and not preposition and the and bare.islower():
        return _put(before, the[0].span("who"), new)
    if bare in before or [name.text for name in names_in(f"x {bare}")] != [bare]:
        return ""
    names = names_in(before)
    if preposition:
        marked = re.compile(rf"\b{preposition} (?:the )?$", re.I)
        names = [name for name in names if marked.search(before[: name.start])]
    elif len(names) > 1:
        acting = [name for name in names if _acts(name, before)]
        state = groups(bare.lower().removesuffix("s"))  # "the American line", "and the Kremlin's?"
        names = acting or [name for name in names if state and groups(name.text.lower())]
    return _put_name(before, names[0], new) if len(names) == 1 else ""


def _month_instead(new: str, preposition: str | None, before: str) -> str:
    """The question before of a month or year in the place of its one day; "" for no such."""
    told, other = dates_in(before), dates_in(f"in {new}")
    if preposition != "in" or [d.exact is None for d in (*told, *other)] != [False, True]:
        return ""
    start = told[0].start - len("on ") * before[: told[0].start].endswith("on ")
    year = f" {told[0].year}" if told[0].year and not re.search(r"\d{4}", new) else ""
    return _put(before, (start, told[0].start + len(told[0].text)), f"in {new}{year}")


def _day_beside(question: str, before: str) -> str:
    """The question before, of the day after or before the one that it names; "" for no such."""
    asked = _BESIDE.fullmatch(question)
    told = [date for date in dates_in(before) if date.exact] if asked else []
    if not asked or len(told) != 1 or not (day := told[0].exact):
        return ""
    other = day + timedelta(days=-1 if asked["earlier"] else 1)
    return _put(before, (told[0].start, told[0].start + len(told[0].text)), day_text(other))


def _of_another(new: str, before: str) -> str:
    """The request before, of another subject; "" if it was none, or that cannot be one."""
    request = _REQUEST.match(before)
    short = len(new.split()) <= MOST_WORDS and not _ASKS.match(new)
    return request["head"] + new if request and short else ""


def _acts(name: Name, text: str) -> bool:
    """Whether a name is what does something: "did Merz say"."""
    return bool(_SUBJECT.search(text[: name.start]) and re.match(r" [a-z]", text[name.end :]))


def _put(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]


def _put_name(text: str, name: Name, new: str) -> str:
    """A name in the place of another and of its article."""
    start = name.start
    article = _AFTER_THE.search(text[:start])
    if article and _NOUNS.match(text[name.end :]):
        new = re.sub(r"^the ", "", new, flags=re.I)
    elif article:
        start = article.start()
    return _put(text, (start, name.end), new)


def _item(question: str, reply: Answer | str) -> Completed | None:
    """A turn with what "the second one" is in the reply; None if that lists nothing."""
    if not (found := _ORDINAL.search(question)):
        return None
    items = listed_in(reply)
    number = _NUMBERS.index(found["which"].lower())
    if number == len(_NUMBERS) - 1:  # of what is no list "the last one" is that before
        number = len(items) - 1 if items != claims_of(reply) else -1
    if not 0 <= number < len(items) > 1:
        return None
    named = isinstance(reply, Answer) and items[number] in {c.label for c in reply.claims}
    return (
        Completed(_put(question, found.span(), items[number]))
        if named
        else Completed(question, items[number])
    )


def resolved(question: str, before: str, reply: Answer | str = "") -> str:
    """The question with its first pronoun replaced; "" if that may stand for more than one.

    Args:
        question: The turn.
        before: The question before it, completed.
        reply: What was replied to that.
    """
    who = _who(before, reply)
    for start, end in pointing(question):
        word = question[start:end].lower()
        after = question[end:].lstrip().split(" ")[0].rstrip("?.,!")
        owned = word in ("his", "its", "their") or (word == "her" and bool(content_stems(after)))
        if word in ("he", "him", "his", "she", "her"):
            meant = "".join(people_in(who)[:1]) or person_in(before, reply)
        elif word in ("they", "them", "their"):
            meant = plural_in(before)
        elif word in ("it", "its"):
            meant = who if len(names_in(f"x {who}")) == 1 else subject_in(before)
            meant = "" if is_titled(meant, reply) else meant
        elif word == "there":
            meant = place_in(before)
        else:
            continue
        mark = ("’" if meant.endswith("s") and word == "their" else "’s") if owned else ""
        return _put(question, (start, end), meant + mark) if meant else ""
    return ""
