"""What users do to a question: typing errors, headlines, requests, other words and names."""

from __future__ import annotations

import random
import re
import tarfile
from collections import defaultdict
from pathlib import Path

REQUESTS = (
    "tell me {}",
    "can you tell me {}",
    "do you know {}",
    "please tell me {}",
    "i would like to know {}",
    "i want to know {}",
    "hi, {}",
    "so {}",
    "according to the articles, {}",
    "what do the articles say: {}",
    "could you find out {}",
    "remind me {}",
)
STATES = [
    [name.split("/") for name in line.split(", ")]
    for line in """\
United States/US/U.S./USA/America, Washington/the White House, American/Americans
United Kingdom/UK/Britain/Great Britain, London/Downing Street, British/British
European Union/EU, Brussels, European/Europeans
Soviet Union/USSR, Moscow/the Kremlin, Soviet/Soviets
Russia, Moscow/the Kremlin, Russian/Russians
France, Paris/the Elysee, French/French
Germany, Berlin, German/Germans
China, Beijing, Chinese/Chinese
Japan, Tokyo, Japanese/Japanese
India, Delhi/New Delhi, Indian/Indians
Iran, Tehran, Iranian/Iranians
Iraq, Baghdad, Iraqi/Iraqis
Israel, Jerusalem, Israeli/Israelis
Egypt, Cairo, Egyptian/Egyptians
Turkey, Ankara, Turkish/Turks
Greece, Athens, Greek/Greeks
Portugal, Lisbon, Portuguese/Portuguese
Spain, Madrid, Spanish/Spaniards
Italy, Rome, Italian/Italians
Poland, Warsaw, Polish/Poles
Austria, Vienna, Austrian/Austrians
Hungary, Budapest, Hungarian/Hungarians
Sweden, Stockholm, Swedish/Swedes
Norway, Oslo, Norwegian/Norwegians
Denmark, Copenhagen, Danish/Danes
Ukraine, Kyiv/Kiev, Ukrainian/Ukrainians
Canada, Ottawa, Canadian/Canadians
Australia, Canberra, Australian/Australians
Pakistan, Islamabad, Pakistani/Pakistanis
Cuba, Havana, Cuban/Cubans
South Korea, Seoul, Korean/Koreans""".splitlines()
]
"""Names of a state, of its government as news calls it, and of its people (one, and all)."""
_STATES = {name: state for state in STATES for name in (*state[0], state[2][1])}
_STATE = re.compile(
    r"\b(?P<does>(?:did|does|do|has|have|had|will|would|could|can|should) )(?:the )?(?P<name>"
    + "|".join(sorted(map(re.escape, _STATES), key=len, reverse=True))
    + r")(?= [a-z]+)(?! (?:of|and|or) )"
)
_SMALL = set(
    "the a an of to in on at for by with and or is are was were be been do does did has have had"
    " what which who whom whose when where why how that this these those it its as from".split()
)
_WORD = re.compile(r"[A-Za-z]+")
_KEYS = {
    key: "".join(
        row[i + step]
        for step in (-1, 1)
        for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
        for i, c in enumerate(row)
        if c == key and 0 <= i + step < len(row)
    )
    for key in "qwertyuiopasdfghjklzxcvbnm"
}


def synonyms(wordnet: Path) -> dict[str, list[str]]:
    """WordNet's words for the first sense of a word, with the same ending where it has one.

    Args:
        wordnet: The folder ``dict`` of WordNet 3.0's database, or the archive that holds it.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for pos in ("verb", "noun", "adj"):
        senses = {}
        for line in _lines(wordnet, f"data.{pos}"):
            fields = line.split(" | ")[0].split()
            words = [fields[4 + 2 * i] for i in range(int(fields[3], 16))]
            senses[fields[0]] = [re.sub(r"\(.*", "", w).lower() for w in words]
        for line in _lines(wordnet, f"index.{pos}"):
            fields = line.split()
            word, pointers = fields[0], int(fields[3])
            tagged = int(fields[5 + pointers])
            if not tagged or "_" in word or len(word) < 4:
                continue
            others = [w for w in senses[fields[6 + pointers]] if w != word and w.isalpha()]
            for ending, cut in _endings(pos, word):
                found[word[: len(word) - cut] + ending] += [
                    inflected for o in others if (inflected := _inflected(o, pos, ending))
                ]
    return {word: sorted(set(others)) for word, others in found.items() if others}


def _endings(pos: str, word: str) -> list[tuple[str, int]]:
    if pos == "adj":
        return [("", 0)]
    if pos == "noun":
        return [("", 0), ("s", 0)]
    cut = 1 if word.endswith("e") else 0
    return [("", 0), ("s", 0), ("ed", cut), ("ing", cut)]


def _inflected(word: str, pos: str, ending: str) -> str:
    if not ending:
        return word
    if pos == "noun" or ending == "s":
        return word + "s" if word[-1] not in "sxyz" and word[-2:] not in ("ch", "sh") else ""
    if word in _IRREGULAR or re.search(r"[^aeiou][aeiou][bdgklmnprt]$|[^aeiou]y$", word):
        return ""
    return (word[:-1] if word.endswith("e") else word) + ending


_IRREGULAR = set(
    "be have do go make take get give find think tell become leave feel put bring begin keep hold"
    " write stand hear let mean set meet run pay sit speak lie lead read grow lose fall send build"
    " understand draw break spend cut rise drive buy wear choose win teach catch fight seek throw"
    " show see come know say sell bear beat bind bite blow breed cast cling deal dig drink eat"
    " feed flee fly forbid forget forgive freeze grind hang hide hit hurt kneel lay lend light"
    " ride ring shake shed shine shoot shrink shut sing sink sleep slide spin split spread spring"
    " steal stick sting strike swear sweep swim swing tear wake weave weep wind".split()
)


def _lines(wordnet: Path, name: str) -> list[str]:
    if wordnet.is_dir():
        text = (wordnet / name).read_text("utf-8")
    else:
        with tarfile.open(wordnet) as archive:
            member = next(m for m in archive.getmembers() if m.name.endswith(f"/{name}"))
            text = archive.extractfile(member).read().decode()  # type: ignore[union-attr]
    return [line for line in text.splitlines() if line[:1] != " "]


def reworded(question: str, known: dict[str, list[str]], rng: random.Random) -> str:
    """The question with up to two of its lower-case words put for others of the same sense."""
    places = [m for m in _WORD.finditer(question) if m[0] in known]
    for m in sorted(rng.sample(places, min(2, len(places))), key=lambda m: -m.start()):
        question = question[: m.start()] + rng.choice(known[m[0]]) + question[m.end() :]
    return question


def other_name(question: str, rng: random.Random) -> str:
    """A question on what a state does, with the state called by its government's seat or people."""
    m = _STATE.search(question)
    if not m:
        return question
    names, seats, people = _STATES[m["name"]]
    new = rng.choice([n for n in (*names, *seats, f"the {people[1]}") if m["name"] not in n])
    if new in names and (new.isupper() or " " in new):
        new = f"the {new}"
    return f"{question[: m.end('does')]}{new}{question[m.end() :]}"


def noisy(question: str, known: dict[str, list[str]], rng: random.Random) -> str:
    """A question as somebody might type it; as it stands for about a third of them."""
    if rng.random() < 0.3:
        question = reworded(question, known, rng)
    if rng.random() < 0.7:
        question = other_name(question, rng)
    dice = rng.random()
    if dice < 0.08:
        bare = question.rstrip("? ")
        question = rng.choice(REQUESTS).format(bare[:1].lower() + bare[1:])
    elif dice < 0.14:
        words = [w for w in question.rstrip("? ").split() if w.lower() not in _SMALL]
        question = " ".join(words) if len(words) > 2 else question
    if rng.random() < 0.35:
        question = question.rstrip("? ")
    if rng.random() < 0.15:
        for _ in range(rng.choice((1, 1, 2))):
            question = mistyped(question, rng)
    return question


def mistyped(text: str, rng: random.Random) -> str:
    """One letter of one longer word doubled, dropped, exchanged with the next or missed."""
    places = [m for m in _WORD.finditer(text) if len(m[0]) > 3]
    if not places:
        return text
    m = rng.choice(places)
    word, at = m[0], rng.randrange(1, len(m[0]) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    elif kind == 1:
        word = word[:at] + word[at + 1 :]
    elif kind == 2:
        word = word[:at] + word[at] + word[at:]
    else:
        near = _KEYS.get(word[at].lower(), "")
        word = word[:at] + (rng.choice(near) if near else word[at]) + word[at + 1 :]
    return text[: m.start()] + word + text[m.end() :]
