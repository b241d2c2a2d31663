"""Requests and follow-ups in German, French, Spanish and Russian."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.requests.in_languages import language_of_request, meant_in, request_in
from rag.requests.request import Request
from rag.types import Turn

GOLDEN = Path(__file__).parent.parent.parent / "golden"


def lines(name):
    return [json.loads(line) for line in (GOLDEN / name).read_text("utf-8").splitlines()]


ASKED = lines("requests_in_languages.jsonl")


@pytest.mark.parametrize("line", ASKED, ids=lambda line: line["request"])
def test_a_request_is_told_by_a_few_words_of_its_language(line):
    expected = Request(
        line["kind"], line["subject"], tuple(line.get("sides", ())), line.get("speaker", "")
    )
    assert request_in(line["request"], line["language"]) == expected
    told = line["language"] if line["kind"] != "fact" else ""
    assert language_of_request(line["request"]) == told


def test_no_english_request_is_taken_for_one_in_another_language():
    asked = [line["request"] for line in lines("kinds.jsonl")]
    asked += [line["question"] for name in ("sample", "users") for line in lines(f"{name}.jsonl")]
    assert [text for text in asked if language_of_request(text)] == []


@pytest.mark.parametrize(
    ("before", "turn", "language", "meant", "shorter"),
    [
        ("Was sagte Merz über Zölle?", "und Macron?", "de", "Was sagte Macron über Zölle?", False),
        ("Zeitleiste des Streiks", "und was ist mit der Fähre?", "de",
         "Zeitleiste der Fähre", False),
        ("Fasse den Streik zusammen", "bitte kürzer", "de", "Fasse den Streik zusammen", True),
        ("Résume la grève", "et le ferry ?", "fr", "Résume le ferry", False),
        ("articles sur Ilsay", "plus court", "fr", "articles sur Ilsay", True),
        ("Cronología de la huelga", "¿y Halloway?", "es", "Cronología de Halloway", False),
        ("Что сказал Песков о Крыме?", "а Путин?", "ru", "Что сказал Путин о Крыме?", False),
        ("статьи о Пескове", "короче", "ru", "статьи о Пескове", True),
        ("Wer führt die Gewerkschaft?", "Fasse den Streik zusammen", "de",
         "Fasse den Streik zusammen", False),
    ],
)  # fmt: skip
def test_a_turn_that_leans_is_completed(before, turn, language, meant, shorter):
    # The language is found whether the articles are in it or not.
    begun = "en" if language_of_request(before) or language_of_request(turn) else language
    assert meant_in(turn, before, begun) == (language, meant, shorter)


def test_english_articles_are_found_by_their_names(story_corpus):
    first = story_corpus.ask("Zeitleiste von Gerrit Halloway")
    assert (first.kind, first.heading[:9]) == ("timeline", "Timeline:")
    assert "Gerrit Halloway resigned on Monday" in first.text
    second = story_corpus.ask(
        "und Bettina Crane?", history=[Turn("Zeitleiste von Gerrit Halloway", first)]
    )
    assert second.kind == "timeline"
    assert "named Bettina Crane" in second.text
    counted = story_corpus.ask("Combien d'articles mentionnent Oyelowe ?")
    assert counted.heading.startswith("12 of 40 articles mention Oyelowe")
    said = story_corpus.ask("¿Qué dijo Marta Oyelowe?")
    assert (said.kind, said.answered) == ("quotes", True)


def test_a_name_in_another_script_is_found(sample_corpus):
    answer = sample_corpus.ask("статьи о Пескове")
    assert {c.key for c in answer.citations} >= {"2025-05-18-kremlin-conditions"}
