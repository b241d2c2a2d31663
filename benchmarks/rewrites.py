"""Makes claims out of a text by rule: true ones, and ones that say something else.

Nothing in here comes from the verifier: what a rule changes is found by patterns of its own.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

# Each is said for the other where it stands alone; written down apart from the verifier's list.
SYNONYMS = dict(
    pair.split(": ")
    for pair in (
        "began: started, started: began, large: big, used: employed, built: constructed, began"
        " to: started to, announced: made public, many: numerous, also: in addition, became:"
        " turned into, because: since, important: significant, known as: called, received: got,"
        " said: stated, several: a number of, although: even though, however: nevertheless,"
        " often: frequently, usually: generally, near: close to, main: principal, around: about,"
        " such as: like, approximately: about, due to: because of, created: made, primarily:"
        " mainly, following: after, attempted: tried, purchased: bought, required: needed,"
        " located: situated, allowed: permitted, led to: resulted in, whole: entire, throughout:"
        " all over, within: inside, people: persons, talks: negotiations, conflict: war,"
        " agreement: deal, include: comprise, includes: comprises, provide: supply, show:"
        " demonstrate, children: kids, help: assist, obtained: acquired, chosen: selected,"
        " leading: foremost, entire: whole, finally: in the end"
    ).split(", ")
)
OPPOSITES = [
    tuple(pair.split("/"))
    for pair in (
        "increased/decreased increase/decrease rose/fell more/less most/least before/after"
        " higher/lower high/low largest/smallest larger/smaller first/last early/late"
        " accepted/rejected approved/rejected supported/opposed support/oppose won/lost"
        " northern/southern north/south eastern/western east/west began/ended gained/lost"
        " above/below allowed/prohibited strong/weak oldest/youngest older/younger public/private"
        " majority/minority open/closed included/excluded includes/excludes better/worse"
        " positive/negative major/minor long/short many/few upper/lower inside/outside"
        " best/worst success/failure rich/poor same/different easy/difficult young/old"
        " improved/worsened ahead/behind permanent/temporary agreed/disagreed safe/dangerous"
    ).split()
    for pair in [pair, "/".join(reversed(pair.split("/")))]
]
INVENTED = [
    "after a fire destroyed the archive",
    "which cost taxpayers a fortune",
    "despite protests from local farmers",
    "and was later awarded a prize for it",
    "according to a leaked internal memo",
    "because the weather was unusually cold",
    "and sold the rights to a Canadian broadcaster",
    "while journalists were kept away from the scene",
    "which surprised most observers at the time",
    "and apologised for it in a television interview",
    "following a long quarrel over money",
    "thanks to a donation by an anonymous sponsor",
]
_SPELT = "two three four five six seven eight nine ten eleven twelve".split()
_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_MONTH = "|".join(_MONTHS)
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_NAME = re.compile(r"\b[A-Z][a-zà-ÿ]+(?:[ -](?:(?:of|de|von) )?[A-Z][a-zà-ÿ]+)*\b")
_NO_NAMES = {*_MONTHS, *_DAYS, "The", "In", "On", "At", "It", "He", "She", "They", "This", "I"}
_AUX = r"(?:is|was|were|are|will|can|could|has been|have been|had been)"
_VERB = (
    r"(?:[a-z]{2,}ed|led|won|built|wrote|made|took|gave|told|sent|sold|bought|held|left|beat"
    r"|founded|saw|caught|fought|taught|paid|met)"
)
_SAID = r"(?:said|told|stated|argued|claimed|announced|added|warned|explained|insisted|noted)"
_PREPOSITION = (
    r"(?:In|On|At|During|After|Before|By|From|Since|Until|Under|For|With|Despite|Throughout)"
)


def names(text: str) -> list[re.Match[str]]:
    """The names in a text that do not open a sentence."""
    return [
        m
        for m in _NAME.finditer(text)
        if m.start() and text[: m.start()].rstrip()[-1:] not in '.!?:"“' and m[0] not in _NO_NAMES
    ]


def true_claims(
    text: str, before: str, after: str, rng: random.Random
) -> Iterator[tuple[str, str]]:
    """What can be said in other words of a sentence, as (kind, claim).

    Args:
        text: The sentence.
        before: The one before it in its paragraph, or "".
        after: The one after it, or "".
        rng: Chooses where there is a choice.
    """
    for kind, made in (
        ("reordered", reordered(text)),
        ("compressed", compressed(text)),
        ("synonym", synonym(text, rng)),
        ("format", reformatted(text)),
        ("passive", passive(text)),
        ("surname", surname(text)),
        ("indirect", indirect(text)),
        ("resolved", resolved(text, before)),
        ("joined", joined(text, after)),
    ):
        if made and made != text:
            yield kind, made


def reordered(text: str) -> str:
    """An opening phrase put last."""
    m = re.match(rf"^({_PREPOSITION} [^,;:“”\"]{{3,60}}), ([^,;:“”\"]+)\.$", text)
    if not m or re.search(r"ing\b", m[1]):
        return ""
    rest = m[2]
    return f"{rest[0].upper()}{rest[1:]} {m[1][0].lower()}{m[1][1:]}."


def compressed(text: str) -> str:
    """Brackets, appositions and trailing clauses left out."""
    out = re.sub(r" ?\([^()]*\)| ?\[[^\]]*\]", "", text)
    out = re.sub(r", (?:which|who|whose|where) [^,;]*, ", " ", out)
    out = re.sub(r", (?:a|an|the) [^,;]{3,60}, (?=(?:was|is|were|are|had|has|said)\b)", " ", out)
    out = re.sub(
        r",? (?:which|who|whose|where|although|whereas|while|as well as|including) [^.]*\.$",
        ".",
        out,
    )
    out = re.sub(r"; [^;]*\.$", ".", out)
    out = re.sub(
        r"^(?:However|Moreover|Therefore|Thus|Instead|Furthermore|Additionally), ", "", out
    )
    out = out[:1].upper() + out[1:]
    return out if len(out.split()) >= 6 else ""


def synonym(text: str, rng: random.Random) -> str:
    """Up to two words replaced."""
    found = [word for word in SYNONYMS if re.search(rf"(?<![-\w]){word}(?![-\w])", text)]
    rng.shuffle(found)
    for word in found[:2]:
        text = re.sub(rf"(?<![-\w]){word}(?![-\w])", SYNONYMS[word], text, count=1)
    return text


def reformatted(text: str) -> str:
    """Numbers and dates written another way."""
    out = re.sub(r"\b(\d{1,3}),(\d{3})\b(?!,)", r"\1\2", text)
    out = re.sub(rf"(?<!and )\b(\d\d?) ({_MONTH})\b", r"\2 \1", out)
    if out == text:
        out = re.sub(rf"\b({_MONTH}) (\d\d?)(?:,(?= \d{{4}}))?\b", r"\2 \1", out)
    out = re.sub(r"(\d) ?%", r"\1 percent", out)
    for number, word in enumerate(_SPELT, 2):
        out = re.sub(rf"(?<=[a-z] ){word}(?= [a-z]+s\b)", str(number), out)
    return out


def passive(text: str) -> str:
    """Who did it put last."""
    m = re.match(
        rf"^((?:The )?{_NAME.pattern}|The [a-z]+) ([a-z]+ed) ((?:the|a|an) [a-z]+(?: [a-z]+)?|"
        rf"{_NAME.pattern})(?: (?:in|on|at|during|after) [^,;]+)?\.?$",
        text,
    )
    if not m or m[1] in _NO_NAMES or m[2] in ("remained", "seemed", "appeared", "happened"):
        return ""
    agent, verb, patient = m[1], m[2], m[3]
    agent = agent[0].lower() + agent[1:] if agent.startswith("The ") else agent
    return f"{patient[0].upper()}{patient[1:]} was {verb} by {agent}."


def surname(text: str) -> str:
    """Of a person's two names only the last."""
    m = re.search(rf"\b[A-Z][a-z]+ ([A-Z][a-z]+)(?= (?:{_SAID}|was born|was|had|has)\b)", text)
    return text.replace(m[0], m[1], 1) if m and " " in m[0] else ""


def indirect(text: str) -> str:
    """What is quoted, told."""
    m = re.match(r"^[“\"]([^“”\"]{20,}),[”\"] (?:said )?([A-Z][\w .]+?)(?: said)?\.$", text)
    return f"{m[2]} said that {m[1][0].lower()}{m[1][1:]}." if m else ""


def resolved(text: str, before: str) -> str:
    """A pronoun replaced by the only name that it can stand for."""
    m = re.match(r"^(?:He|She) (?=[a-z])", text)
    opening = re.match(rf"^{_NAME.pattern}", before)
    if not m or not opening or opening[0] in _NO_NAMES or names(before):
        return ""
    return f"{opening[0]} {text[m.end() :]}"


def joined(text: str, after: str) -> str:
    """Two sentences made one."""
    if not re.match(r"^(?:The|A|An|It|They|He|She|This|These)\b", after) or not text.endswith("."):
        return ""
    one, other = compressed(text) or text, compressed(after) or after
    if len(one.split()) + len(other.split()) > 50:
        return ""
    return f"{one[:-1]}, and {other[0].lower()}{other[1:]}"


def declared(question: str, answer: str) -> str:
    """A question and its answer as one statement, or "" for a form that no rule knows."""
    answer = answer.strip(" .,;")
    asked = question.strip().rstrip("? ")
    if not answer or re.search(r"[.;]", answer):
        return ""
    if m := re.match(
        r"^(?:Who|What|Which [\w ]+?|What [\w ]+?) ((?:\w+ed|had|led|won|has|made|held|"
        r"wrote|gave|took|became|ran|began|came|stood|built|beat|lost|sang) .+)$",
        asked,
    ):
        made = f"{answer} {m[1]}"
    elif m := re.match(r"^(?:What|Who) (is|was|are|were) ((?:the|a|an|[A-Z]) ?[^,]+)$", asked):
        made = f"{m[2]} {m[1]} {answer}"
    elif m := re.match(
        r"^(When|Where|In what year|In which year) (was|were|is|are) (.+) (\w+ed|born|built|"
        r"held|made|won|written|taken)(.*)$",
        asked,
    ):
        link = "" if re.match(r"^(?:in|on|at|from|between|near)\b", answer, re.I) else "in "
        link = "on " if m[1] == "When" and re.search(rf"\b(?:{_MONTH}) \d", answer) else link
        made = f"{m[3]} {m[2]} {m[4]}{m[5]} {link}{answer}"
    elif m := re.match(
        r"^How many ([\w ]+?) ((?:are|were|have|had|live|lived|make|took|was|is)\b.+)$", asked
    ):
        made = f"{answer} {m[1]} {m[2]}"
    else:
        return ""
    return f"{made[0].upper()}{made[1:]}."


def answer_kind(answer: str) -> str:
    """Whether an answer is a date, a number or a name; "" for anything else."""
    if re.search(rf"\b(?:{_MONTH})\b|^(?:1\d|20)\d\d$", answer):
        return "date"
    if re.search(r"\d", answer) or answer.lower() in _SPELT:
        return "number"
    return "name" if _NAME.fullmatch(answer.removeprefix("the ")) else ""


def changed_claims(
    text: str, around: str, foreign: Sequence[str], rng: random.Random
) -> Iterator[tuple[str, str]]:
    """What a claim is no longer when one thing in it is changed, as (kind, claim).

    Args:
        text: A true claim.
        around: The text that it is made from, whose names are put for others.
        foreign: Sentences from elsewhere in the same article.
        rng: Chooses where there is a choice.
    """
    for kind, made in (
        ("number", number(text, rng)),
        ("date", dated(text, rng)),
        ("name", renamed(text, around, rng)),
        ("negation", negated(text, rng)),
        ("opposite", opposed(text, rng)),
        ("roles", exchanged(text)),
        ("speaker", attributed(text, around, rng)),
        ("addition", added(text, foreign, rng)),
        ("hedge", unhedged(text)),
    ):
        if made and made != text:
            yield kind, made


def number(text: str, rng: random.Random) -> str:
    """One number that is no date changed, or its scale."""
    if (m := re.search(r"(?<=\d )(million|billion)\b", text)) and rng.random() < 0.5:
        return text[: m.start()] + ("billion" if m[0] == "million" else "million") + text[m.end() :]
    spelt = "|".join(_SPELT)
    pattern = rf"(?<![\d.,:–-])\d+(?:[.,]\d+)*(?![\d:–-])|(?<= )(?:{spelt})(?= [a-z]+s\b)"
    found = [
        m
        for m in re.finditer(pattern, text)
        if not re.fullmatch(r"(?:1\d|20)\d\d", m[0])
        and not re.search(rf"\b(?:{_MONTH}) $", text[: m.start()])
        and not re.match(rf"\s(?:{_MONTH})|[a-z]", text[m.end() :])
    ]
    if not found:
        return ""
    m = rng.choice(found)
    if m[0] in _SPELT:
        other = rng.choice([w for w in _SPELT if w != m[0]])
    else:
        at = rng.choice([i for i, c in enumerate(m[0]) if c.isdigit()])
        other = m[0][:at] + rng.choice([c for c in "123456789" if c != m[0][at]]) + m[0][at + 1 :]
    return text[: m.start()] + other + text[m.end() :]


def dated(text: str, rng: random.Random) -> str:
    """A year, a month, a day or a weekday changed."""
    found = list(
        re.finditer(
            rf"\b(?:{_MONTH})\b(?=,? \d)|(?<=\d )(?:{_MONTH})\b|\b(?:{'|'.join(_DAYS)})\b"
            rf"|(?<![\d.,$£€–-])(?:1[4-9]|20)\d\d(?![\d,%–-])",
            text,
        )
    )
    if not found:
        return ""
    m = rng.choice(found)
    if m[0].isdigit():
        other = str(int(m[0]) + rng.choice([-11, -2, -1, 1, 2, 10]))
    else:
        other = rng.choice([w for w in (_MONTHS if m[0] in _MONTHS else _DAYS) if w != m[0]])
    return text[: m.start()] + other + text[m.end() :]


def renamed(text: str, around: str, rng: random.Random) -> str:
    """A name put for another of the same text that stands elsewhere, after the same word if any."""
    mine = names(text)
    if not mine:
        return ""
    m = rng.choice(mine)
    held = text.lower()
    others = [
        o
        for o in names(around)
        if not any(part.lower() in held for part in re.split(r"[ -]", o[0]))
        and not any(part in o[0] for part in m[0].split())
    ]

    def led(source: str, at: re.Match[str]) -> str:
        return (source[: at.start()].split() or [""])[-1].lower()

    alike = [o for o in others if led(around, o) == led(text, m)] or others
    if not alike:
        return ""
    return text[: m.start()] + rng.choice(alike)[0] + text[m.end() :]


def negated(text: str, rng: random.Random) -> str:
    """A "not" taken away, or put in where the main verb is."""
    for pattern, plain in ((r"\b(did|does|do) not (\w+)", ""), (r" (?:not|never)\b(?! only)", "")):
        if (m := re.search(pattern, text)) and not plain:
            if m.lastindex:
                continue
            return text[: m.start()] + text[m.end() :]
    if re.search(r"\b(?:not?|never|none|nor|neither)\b|n[’']t\b", text):
        return ""
    if m := re.search(rf"\b{_AUX}\b(?! (?:not|also|the most))", text):
        first = m[0].split()[0]
        at = m.start() + len(first)
        return text[:at] + rng.choice([" not", " not", " never"]) + text[at:]
    if m := re.search(r"(?<=[a-z] )([a-z]{3,})ed\b(?= (?:the|a|an|to|in|that)\b)", text):
        stem = m[1] if not re.search(r"([bdgmnprt])\1$", m[1]) else m[1][:-1]
        stem += (
            "e" if re.search(r"(?:[cgsuvz]|[aiou][rtkdl]|at|us)$", stem) and len(stem) > 3 else ""
        )
        how = rng.choice(["did not {}", "never {}ed", "failed to {}", "refused to {}"])
        made = how.format(m[1] if "{}ed" in how else stem)
        return text[: m.start()] + made + text[m.end() :]
    return ""


def opposed(text: str, rng: random.Random) -> str:
    """A word put for its opposite."""
    found = [
        (m, other)
        for one, other in OPPOSITES
        for m in re.finditer(rf"(?<![-\w]){one}(?![-\w])", text)
        if other not in text
    ]
    if not found:
        return ""
    m, other = rng.choice(found)
    return text[: m.start()] + other + text[m.end() :]


def exchanged(text: str) -> str:
    """Who does it and to whom it is done exchanged."""
    phrase = rf"(?:[Tt]he )?(?:{_NAME.pattern})|[Tt]he [a-z]+(?: [a-z]+s)?"
    m = re.search(
        rf"(?:^|(?<=, )|(?<=; )|(?<= that )|(?<= when )|(?<= after ))((?:{phrase})) "
        rf"((?:had |has |have )?{_VERB}(?: by)?) ((?:{phrase}))(?=[ .,;])",
        text,
    )
    if not m or m[2] in ("met", "married") or m[1].lower() == m[3].lower():
        return ""
    if m[1] in _NO_NAMES or m[2].endswith(("ed by", "named", "called", "remained", "included")):
        return ""
    one, other = m[1], m[3]
    one = one[0].lower() + one[1:] if one.startswith("The ") else one
    other = other if m.start() else f"{other[0].upper()}{other[1:]}"
    return f"{text[: m.start()]}{other} {m[2]} {one}{text[m.end() :]}"


def attributed(text: str, around: str, rng: random.Random) -> str:
    """Words put into another's mouth."""
    m = re.search(
        rf"\b({_NAME.pattern})(?= {_SAID}\b)|(?<=[Aa]ccording to )({_NAME.pattern})", text
    )
    if not m or m[0] in _NO_NAMES:
        return ""
    others = [o[0] for o in names(around) if not set(o[0].split()) & set(re.findall(r"\w+", text))]
    if not others:
        return ""
    return text[: m.start()] + rng.choice(others) + text[m.end() :]


def added(text: str, foreign: Sequence[str], rng: random.Random) -> str:
    """A clause that nothing tells, invented or from elsewhere in the article."""
    tails = [
        m[1]
        for s in foreign
        if (m := re.search(r", ((?:which|while|and|after) [^,]{15,70})\.$", s))
    ]
    clause = rng.choice(tails) if tails and rng.random() < 0.5 else rng.choice(INVENTED)
    return f"{text.rstrip('.')}, {clause}."


def unhedged(text: str) -> str:
    """What may be, stated as what is going to be."""
    if m := re.search(r"\b(?:may|might|could)\b(?= (?!not|have)[a-z]+)|\bplans to\b", text):
        return text[: m.start()] + "will" + text[m.end() :]
    return re.sub(r" ?\b(?:reportedly|allegedly|possibly|probably|perhaps)\b", "", text, count=1)
