"""The command line: what scripts depend on."""

import csv
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.types import Answer
from tests.fakes import FakeEmbedder
from tests.ui.printed import only, sentence
from ui import cli
from ui.conversation_store.store import ConversationStore

ROOT = Path(__file__).parents[2]
RAIN = "Rain fell on Kyiv on Friday. Trams stood still for three hours in the whole city."
SNOW = "Snow lay in Oslo on Monday. The harbour froze, and boats stayed at the quay all day."
HAIL = "Hail hit Paris in May. Farmers lost their wheat, and prices doubled within a week."
COUNTS = ("added", "changed", "unchanged", "removed", "duplicates", "skipped")

pytestmark = pytest.mark.usefixtures("model")


@pytest.fixture
def news(workplace):
    folder = workplace / "news"
    folder.mkdir()
    (folder / "rain.txt").write_text(RAIN)
    (folder / "snow.md").write_text(
        f"---\ntitle: Snow\npublisher: The Post\npublished: 2026-03-01\n---\n\n{SNOW}\n"
    )
    return folder


@pytest.fixture
def index(news, onrecord):
    """The folder of an index of rain and snow, at its usual place."""
    assert onrecord("add", news)[0] == 0
    return Path(".onrecord")


def counts(out):
    """What ``add`` and ``remove`` print, by name."""
    lines = [line.split(": ") for line in out.splitlines()]
    assert [name for name, _ in lines] == list(COUNTS)
    return {name: int(count) for name, count in lines if count != "0"}


# add and remove


def test_add_counts_what_it_did(news, onrecord):
    status, out, err = onrecord("add", news)
    assert (status, counts(out), err) == (0, {"added": 2}, "")


def test_add_in_json(news, onrecord):
    status, out, _ = onrecord("add", news, "--json")
    assert status == 0
    assert only(out) == {
        "added": 2,
        "changed": 0,
        "unchanged": 0,
        "removed": 0,
        "duplicates": 0,
        "skipped": [],
        "missing": [],
        "embedded": 2,
        "generation": 1,
        "mended": [],
        "lost": [],
        "kept": None,
    }


def test_add_explains_what_it_read(news, onrecord):
    (news / "rain.txt").write_text(f"Rain in Kyiv again\n\nShare on X\n\n{RAIN}")
    told = [
        "rain.txt",
        "  title: Rain in Kyiv again (found in the text)",
        "  language: en (by its words)",
        "  removed: the page's own words: Share on X",
        "snow.md",
        "  title: Snow (as the source says)",
        "  published: 2026-03-01 (as the source says)",
        "  publisher: The Post (as the source says)",
        "  language: en (by its words)",
    ]
    status, out, _ = onrecord("add", news, "--explain")
    assert status == 0
    assert out.splitlines()[-len(told) :] == told
    status, out, err = onrecord("add", news, "--explain", "--json")
    assert only(out)["unchanged"] == 2
    assert err.splitlines() == told


def test_adding_again_does_nothing(index, news, onrecord, model):
    calls = model.calls
    status, out, _ = onrecord("add", news)
    assert (status, counts(out)) == (0, {"unchanged": 2})
    assert model.calls == calls


def test_add_sees_what_changed_came_and_went(index, news, onrecord):
    (news / "rain.txt").write_text(RAIN.replace("Friday", "Sunday"))
    (news / "hail.txt").write_text(HAIL)
    (news / "snow.md").unlink()
    status, out, _ = onrecord("add", news)
    assert (status, counts(out)) == (0, {"added": 1, "changed": 1, "removed": 1})
    listed = only(onrecord("articles", "--json")[1])
    assert [(a["uri"], a["revision"]) for a in listed] == [("hail.txt", 1), ("rain.txt", 2)]


def test_a_copy_is_counted_and_named(news, onrecord):
    (news / "wire.txt").write_text(RAIN)
    assert counts(onrecord("add", news)[1]) == {"added": 3, "duplicates": 1}
    rain, _, wire = only(onrecord("articles", "--json")[1])
    assert (rain["copy_of"], wire["copy_of"]) == (None, rain["id"])


def test_what_adds_nothing_says_why_and_counts_nothing(news, onrecord):
    (news / "empty.txt").write_text("")
    status, out, err = onrecord("add", news / "empty.txt")
    assert (status, out) == (1, "")
    assert err.startswith("skipped empty.txt: the file is empty; ")
    assert onrecord("add", news / "none.txt")[:2] == (1, "")


def test_a_faulty_file_is_skipped_and_the_rest_is_added(news, onrecord):
    (news / "wire.jsonl").write_text(f'{{"id": "a", "text": "{HAIL}"}}\n{{"id": "b", "text"\n')
    status, out, err = onrecord("add", news)
    assert (status, counts(out)) == (1, {"added": 3, "skipped": 1})
    assert err.startswith("skipped wire.jsonl:2: ")
    assert len(err.splitlines()) == 1


def test_an_image_in_a_folder_is_told_and_is_no_failure(news, onrecord):
    (news / "map.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    status, out, err = onrecord("add", news)
    assert (status, counts(out)) == (0, {"added": 2, "skipped": 1})
    assert err.startswith("skipped map.png: files ending in .png are not read; onrecord reads ")


def test_a_source_that_is_missing_is_told_and_the_rest_is_added(news, onrecord):
    status, out, err = onrecord("add", "nowhere", news)
    assert (status, counts(out)) == (1, {"added": 2, "skipped": 1})
    assert sentence(err).startswith("nowhere: there is no such file or folder; check the spelling")


def test_only_missing_sources_make_no_index(onrecord):
    status, out, _ = onrecord("add", "nowhere", "*.txt", "--json")
    assert status == 1
    assert [line.partition(":")[0] for line in only(out)["missing"]] == ["nowhere", "*.txt"]
    assert not Path(".onrecord").exists()


@pytest.mark.parametrize("name", ["snow.md", "snow", "id"])
def test_remove(index, onrecord, name):
    listed = only(onrecord("articles", "--json")[1])
    named = next(a["id"] for a in listed if a["key"] == "snow") if name == "id" else name
    status, out, err = onrecord("remove", named)
    assert (status, counts(out), err) == (0, {"removed": 1}, "")
    assert [a["uri"] for a in only(onrecord("articles", "--json")[1])] == ["rain.txt"]


def test_a_name_that_means_nothing_removes_nothing(index, onrecord):
    status, out, err = onrecord("remove", "snow.md", "sleet")
    assert (status, out) == (1, "")
    assert sentence(err).startswith("sleet: no article has this uri, key or id; see which there")
    assert len(only(onrecord("articles", "--json")[1])) == 2


def test_the_index_is_where_the_option_or_the_variable_says(news, onrecord, monkeypatch):
    monkeypatch.setenv("ONRECORD_INDEX", "by-variable")
    onrecord("add", news / "rain.txt")
    onrecord("add", news / "snow.md", "--index", "by-option")
    assert [a["key"] for a in only(onrecord("articles", "--json")[1])] == ["rain"]
    assert [a["key"] for a in only(onrecord("articles", "--json", "--index", "by-option")[1])] == [
        "snow"
    ]
    assert not Path(".onrecord").exists()


# articles


def test_articles_in_json(index, onrecord):
    status, out, err = onrecord("articles", "--json")
    rain, snow = only(out)
    assert (status, err) == (0, "")
    assert re.fullmatch("[0-9a-f]{16}", snow.pop("id"))
    assert snow == {
        "key": "snow",
        "uri": "snow.md",
        "title": "Snow",
        "publisher": "The Post",
        "author": None,
        "published": "2026-03-01",
        "language": "en",
        "url": None,
        "revision": 1,
        "characters": len(SNOW),
        "copy_of": None,
    }
    assert (rain["key"], rain["publisher"], rain["published"]) == ("rain", None, None)


def test_articles_for_people(index, onrecord):
    out = onrecord("articles")[1]
    assert out.split()[0] == "id"
    assert "snow.md" in out
    assert "2026-03-01" in out


# ask


def test_ask_for_people(index, onrecord):
    status, out, err = onrecord("ask", "When did snow lay in Oslo?")
    assert (status, err) == (0, "")
    assert out.startswith("The Post, 1 March 2026: Snow lay in Oslo on Monday. [1]")
    assert "\n[1] Snow, The Post, 2026-03-01 (snow.md)\n" in out


def test_ask_in_json_prints_one_value_and_nothing_else(index, onrecord):
    status, out, err = onrecord("ask", "When did snow lay in Oslo?", "--json")
    answer = only(out)
    assert (status, err) == (0, "")
    assert answer["answered"]
    assert answer["citations"][0]["quote"] == "Snow lay in Oslo on Monday."
    assert answer["id"] is None


def test_an_abstention_is_done(index, onrecord, monkeypatch):
    monkeypatch.setenv("ONRECORD_THRESHOLD", "1")
    status, out, err = onrecord("ask", "Who leads the Harbour Union?")
    assert (status, err) == (0, "")
    why = "The articles found do not speak of Harbour Union."
    assert out.startswith(f"The articles do not answer this. {why}\nNearest passages:\n")


@pytest.mark.parametrize(
    ("options", "uris"),
    [
        (["--publisher", "the post"], {"snow.md"}),
        (["--after", "2026-03-01"], {"snow.md"}),
        (["--before", "2026-02-28"], set()),
        (["--after", "2026-03-02"], set()),
    ],
)
def test_ask_under_filters(index, onrecord, options, uris):
    status, out, _ = onrecord("ask", "When did rain fall and snow lay?", "--json", *options)
    assert status == 0
    assert {c["uri"] for c in only(out)["citations"]} == uris


LAST_WEEK = "When did snow lay in Oslo last week?"


def test_the_scope_of_a_question_is_shown_and_can_be_lifted(index, onrecord):
    out = onrecord("ask", LAST_WEEK, "--today", "2026-03-05")[1]
    assert out.startswith(
        "Only articles published 23 February – 1 March 2026 (“last week”); --no-scope asks all.\n"
        "\nThe Post, 1 March 2026: Snow lay in Oslo on Monday. [1]"
    )
    out = onrecord("ask", LAST_WEEK, "--today", "2026-03-05", "--no-scope")[1]
    assert "The Post, 1 March 2026: Snow lay in Oslo on Monday. [1]" in out
    assert not out.startswith("Only articles")


def test_a_scope_that_does_not_answer_is_told(index, onrecord, monkeypatch):
    monkeypatch.setenv("ONRECORD_THRESHOLD", "1")
    out = onrecord("ask", "Where did rain fall in the Post?")[1]
    assert out.startswith(
        "Nothing of The Post answers this; all articles were searched.\n"
        "\nThe articles do not answer this."
    )


def test_the_scope_in_json(index, onrecord):
    value = only(onrecord("ask", LAST_WEEK, "--today", "2026-03-05", "--json")[1])
    assert value["scope"] == {
        "after": "2026-02-23",
        "before": "2026-03-01",
        "publisher": None,
        "because": ["last week"],
        "counted_from": None,
        "applied": True,
    }
    value = only(onrecord("ask", LAST_WEEK, "--json", "--no-scope")[1])
    assert value["scope"] is None
    value = only(onrecord("ask", LAST_WEEK, "--json", "--after", "2026-01-01")[1])
    assert value["scope"] is None


def test_a_line_of_a_file_says_what_day_it_is(index, onrecord):
    lines = [{"text": LAST_WEEK}, {"text": LAST_WEEK, "today": "2026-03-12"}]
    Path("q.jsonl").write_text("\n".join(map(json.dumps, lines)))
    options = ("--input", "q.jsonl", "--json")
    out = onrecord("ask", *options, "--today", "2026-03-05")[1]
    first, second = (json.loads(line)["scope"] for line in out.splitlines())
    assert first["after"] == "2026-02-23"
    assert second is None  # nothing was published in the week before
    out = onrecord("ask", *options, "--today", "2026-03-05", "--no-scope")[1]
    assert [json.loads(line)["scope"] for line in out.splitlines()] == [None, None]


@pytest.mark.parametrize("today", ["tomorrow", "2026-02-30", 20260305, ["2026-03-05"]])
def test_a_day_that_is_none_is_told(index, onrecord, today):
    Path("q.jsonl").write_text(json.dumps({"text": LAST_WEEK, "today": today}))
    status, out, err = onrecord("ask", "--input", "q.jsonl", "--json")
    assert (status, out) == (1, "")
    assert sentence(err).startswith("q.jsonl:1: today: ")


def test_an_unusable_question_is_one_sentence(index, onrecord):
    status, out, err = onrecord("ask", "what is it?")
    assert (status, out) == (1, "")
    assert sentence(err).startswith("the question holds only words like “the” and “what”; name")


def test_ask_a_file_of_questions(index, onrecord, workplace):
    lines = [
        {"_id": "q b", "text": "When did snow lay?"},
        {"id": "a", "question": "what is it?"},
        {
            "id": "c",
            "question": "And snow?",
            "history": [{"role": "user", "content": "Where did rain fall in the whole city?"}],
        },
    ]
    Path("q.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    status, out, err = onrecord("ask", "--input", "q.jsonl", "--json")
    first, second, third = map(json.loads, out.splitlines())
    assert status == 1
    assert (first["id"], first["query"]) == ("q b", "When did snow lay?")
    assert list(second) == ["id", "question", "error"]
    assert (second["id"], second["question"]) == ("a", "what is it?")
    assert second["error"].startswith("the question holds only words")
    assert (third["id"], third["question"]) == ("c", "And snow?")
    assert third["query"] == "Where did rain fall in the whole city? And snow?"
    assert sentence(err).startswith("question a (line 2): the question holds only words like")


def test_a_broken_line_names_file_and_line_and_nothing_is_asked(index, onrecord):
    Path("q.jsonl").write_text('{"id": "a", "question": "Rain?"}\n{"id": \n')
    status, out, err = onrecord("ask", "--input", "q.jsonl", "--json")
    assert (status, out) == (1, "")
    assert sentence(err).startswith("q.jsonl:2: not JSON (")


def test_a_file_of_questions_that_is_not_there(index, onrecord):
    status, out, err = onrecord("ask", "--input", "none.jsonl", "--json")
    assert (status, out) == (1, "")
    assert sentence(err) == "none.jsonl: No such file or directory; check the path"


# search


def test_search_in_json(index, onrecord):
    status, out, err = onrecord("search", "snow in Oslo", "--json", "--top-k", "1")
    (found,) = only(out)
    assert (status, err) == (0, "")
    assert list(found) == [
        *("rank", "score", "article_id", "key", "uri", "title", "publisher", "published"),
        *("start", "end", "text"),
    ]
    assert (found["rank"], found["key"], found["published"]) == (1, "snow", "2026-03-01")
    assert found["text"] == SNOW[found["start"] : found["end"]] == SNOW


def test_search_for_people(index, onrecord):
    out = onrecord("search", "snow in Oslo")[1]
    heads = [line for line in out.splitlines() if re.match(r"\d", line)]
    assert heads == [
        "1. Snow (snow.md)",
        "2. Rain fell on Kyiv on Friday. Trams stood still for three hours in the … (rain.txt)",
    ]


def test_a_run_ranks_articles_by_key(index, news, onrecord):
    (news / "old dock.txt").write_text(HAIL)
    onrecord("add", news)
    lines = [{"id": "q1", "text": "snow in Oslo"}, {"_id": "q2", "question": "hail on wheat"}]
    Path("q.jsonl").write_text("\n".join(map(json.dumps, lines)))
    status, out, err = onrecord("search", "--input", "q.jsonl", "--run", "out.run")
    assert (status, out, err) == (0, "", "")
    rows = [line.split(" ") for line in Path("out.run").read_text().splitlines()]
    assert all(len(row) == 6 for row in rows)
    assert [(r[0], r[1], r[3], r[5]) for r in rows] == [
        (q, "Q0", rank, "onrecord") for q in ("q1", "q2") for rank in "123"
    ]
    assert [r[2] for r in rows if r[3] == "1"] == ["snow", "old%20dock"]
    assert {r[2] for r in rows} == {"rain", "snow", "old%20dock"}
    for query in ("q1", "q2"):
        scores = [float(r[4]) for r in rows if r[0] == query]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] > scores[-1]


def test_a_run_is_as_deep_as_wanted(index, onrecord):
    Path("q.jsonl").write_text('{"id": "q", "text": "snow"}')
    onrecord("search", "--input", "q.jsonl", "--run", "out.run", "--top-k", "1")
    assert [line.split()[2] for line in Path("out.run").read_text().splitlines()] == ["snow"]


# check


def damage(index, how):
    (file,) = index.glob("derived/*/chunks.faiss")
    if how == "delete all":
        shutil.rmtree(index / "derived")
    elif how == "delete one":
        file.unlink()
    else:
        data = bytearray(file.read_bytes())
        data[-1] ^= 255
        file.write_bytes(data)


def test_check_of_a_whole_index(index, onrecord):
    assert onrecord("check") == (0, ".onrecord: whole\n", "")
    status, out, _ = onrecord("check", "--json")
    assert status == 0
    assert only(out) == {
        "ok": True, "ledger": [], "derived": [], "chats": [], "repaired": [],
        "mended": [], "lost": [], "kept": None,
    }  # fmt: skip


@pytest.mark.parametrize("how", ["delete all", "delete one", "corrupt"])
def test_check_finds_and_mends_what_is_derived(index, onrecord, model, how):
    expected = only(onrecord("search", "snow in Oslo", "--json")[1])
    damage(index, how)
    calls = model.calls
    status, out, _ = onrecord("check")
    assert status == 1
    assert out.endswith("; make it again with: onrecord check --repair\n")
    status, out, _ = onrecord("check", "--repair", "--json")
    value = only(out)
    assert (status, value["ok"], value["derived"], len(value["repaired"])) == (0, True, [], 1)
    assert onrecord("check")[:2] == (0, ".onrecord: whole\n")
    assert model.calls == calls
    assert only(onrecord("search", "snow in Oslo", "--json")[1]) == expected


def test_check_says_what_is_damaged_and_mends_what_can_be(index, onrecord):
    with sqlite3.connect(index / "ledger.sqlite") as db:
        db.execute("UPDATE manifest SET value = '7' WHERE name = 'articles'")
        db.execute(
            "UPDATE articles SET text = replace(text, 'Kyiv', 'Oslo') WHERE uri = 'rain.txt'"
        )
    db.close()
    assert onrecord("check")[:2] == (
        1,
        "the ledger is damaged: .onrecord/ledger.sqlite is damaged (its manifest is not as it was"
        " written); mend what can be with: onrecord check --repair\n",
    )
    status, out, err = onrecord("check", "--repair")
    assert status == 1
    assert out.startswith("mended: the ledger is damaged: ")
    assert "lost: rain.txt was damaged in the index; add its source again, or bring back a" in err
    kept = next(index.glob("ledger.before-*.sqlite"))
    assert f"the ledger as it was, damaged, is kept as {kept}" in err
    assert onrecord("check") == (0, ".onrecord: whole\n", "")
    status, out, _ = onrecord("add", "news")
    assert (status, counts(out)) == (0, {"added": 1, "unchanged": 1})


# errors


@pytest.mark.parametrize("command", [["remove", "x"], ["check"], ["check", "--repair"]])
def test_without_an_index_the_command_that_makes_one_is_named(onrecord, command):
    status, out, err = onrecord(*command, "--index", "none")
    assert (status, out) == (1, "")
    assert sentence(err) == (
        "none: there is no index here; make one with: onrecord add SOURCE --index none"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["add"],
        ["remove"],
        ["ask"],
        ["ask", "Rain?", "--input", "q.jsonl"],
        ["ask", "Rain?", "--after", "yesterday"],
        ["ask", "Rain?", "--colour"],
        ["search"],
        ["search", "rain", "--top-k", "0"],
        ["search", "rain", "--run", "out.run"],
        ["search", "--input", "q.jsonl"],
        ["launch"],
    ],
)
def test_wrong_usage(onrecord, arguments):
    status, out, err = onrecord(*arguments)
    assert (status, out) == (2, "")
    assert "Usage: " in err
    assert CliRunner().invoke(cli.app, arguments).exit_code == 2


@pytest.mark.parametrize("option", ["--after", "--before", "--today"])
def test_what_is_no_day_is_told_as_people_write_days(onrecord, option):
    status, _, err = onrecord("ask", "Rain?", option, "May 2025")
    assert status == 2
    assert err.endswith(f"value for '{option}': “May 2025” is no day; write it as 2025-05-18\n")


def test_the_index_may_be_named_before_the_command(news, onrecord):
    assert onrecord("--index", "mine", "add", news)[0] == 0
    assert onrecord("--index", "mine", "articles", "--json") == onrecord(
        "articles", "--json", "--index", "mine"
    )
    assert onrecord("--index", "none", "articles", "--json", "--index", "mine")[0] == 0
    assert not Path("none").exists()


def test_the_version_is_told(onrecord):
    assert onrecord("--version") == (0, f"onrecord {version('onrecord')}\n", "")


@pytest.mark.parametrize("command", [["search", "rain"], ["add", "news"], ["check"], ["articles"]])
def test_a_bad_setting_is_one_sentence(index, onrecord, monkeypatch, command):
    monkeypatch.setenv("ONRECORD_TOP_K", "many")
    status, out, err = onrecord(*command)
    assert (status, out) == (1, "")
    assert sentence(err) == (
        "setting top_k: Input should be a valid integer, unable to parse string as an integer;"
        " see --help, ONRECORD_* and onrecord.toml"
    )


@pytest.mark.parametrize("content", [b"top_k = \n", b"top_k = '\xff'\n"])
def test_a_settings_file_that_cannot_be_read_is_one_sentence(onrecord, content):
    Path("onrecord.toml").write_bytes(content)
    status, out, err = onrecord("articles")
    assert (status, out) == (1, "")
    assert sentence(err).startswith("onrecord.toml: ")


def test_a_file_in_place_of_the_index_is_one_sentence(news, onrecord):
    status, out, err = onrecord("add", news, "--index", news / "rain.txt")
    assert (status, out) == (1, "")
    assert "rain.txt" in sentence(err)


def test_a_ledger_past_reading_is_one_sentence(index, onrecord, monkeypatch):
    def damaged(*_):
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr("index.ledger.Ledger.counts", damaged)
    status, out, err = onrecord("ask", "Rain?")
    assert (status, out) == (1, "")
    assert sentence(err) == (
        "the ledger cannot be used: database disk image is malformed; see what is wrong with:"
        " onrecord check"
    )


def test_an_index_of_another_model_is_one_sentence(index, onrecord, all_use):
    all_use(FakeEmbedder("other"))
    for command in (["ask", "Rain?"], ["add", "news"]):
        status, out, err = onrecord(*command)
        assert (status, out) == (1, "")
        assert "made with embedder fake and the model at hand has other" in sentence(err)


# the terminal

STEER = "\x1b]0;owned\x07\x9b31m\x08\x1b[2J"


def test_what_an_article_holds_cannot_steer_the_terminal(onrecord, monkeypatch, workplace):
    record = {
        "id": f"a{STEER}",
        "title": f"Snow{STEER}",
        "publisher": f"The{STEER} Post",
        "text": f"Snow{STEER} lay in Oslo on Monday, and boats stayed at the quay.",
    }
    Path("wire.jsonl").write_text(json.dumps(record))
    onrecord("add", "wire.jsonl")
    for threshold in ("0", "1"):
        monkeypatch.setenv("ONRECORD_THRESHOLD", threshold)
        for command in (["ask", "When did snow lay?"], ["search", "snow"], ["articles"]):
            status, out, _ = onrecord(*command)
            assert status == 0
            assert "Oslo" in out or "Post" in out
            assert [c for c in out if not c.isprintable() and c != "\n"] == []


def test_a_file_name_cannot_steer_the_terminal(news, onrecord):
    (news / f"map{STEER}.png").write_bytes(b"\x89PNG")
    (news / f"hail{STEER}.jsonl").write_text("{")
    status, _, err = onrecord("add", news)
    assert status == 1
    assert len(err.splitlines()) == 2
    assert [c for c in err if not c.isprintable() and c != "\n"] == []


def test_a_question_from_a_file_cannot_steer_the_terminal(index, onrecord):
    turn = {"role": "user", "content": f"Where did rain fall in the {STEER} whole city?"}
    lines = [
        {"id": f"a{STEER}", "question": "what is it?"},
        {"id": "b", "question": "And snow?", "history": [turn]},
    ]
    Path("q.jsonl").write_text("\n".join(map(json.dumps, lines)))
    status, out, err = onrecord("ask", "--input", "q.jsonl")
    assert status == 1
    assert "Searched for: Where did rain fall" in out
    assert [c for c in out + err if not c.isprintable() and c != "\n"] == []


def test_a_space_that_does_not_break_is_still_a_space(news, onrecord):
    (news / "dock.txt").write_text("Boats brought 30\u00a0000 people to the dock on Monday night.")
    onrecord("add", news)
    assert "Boats brought 30 000 people" in onrecord("search", "boats for people")[1]


def test_articles_are_listed_in_their_own_words(news, onrecord):
    (news / "hail.md").write_text(f"---\ntitle: 'a :snake: [b]in[/b] it'\n---\n\n{HAIL}\n")
    onrecord("add", news)
    out = " ".join(onrecord("articles")[1].split())
    assert "a :snake: [b]in[/b] it" in out


# real processes


def process(*arguments, cwd, code="from ui.cli import main; main()", **variables):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_help_imports_nothing_heavy(workplace):
    code = (
        "import sys\nfrom ui.cli import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code, stop.code\n"
        "heavy = {'torch', 'faiss', 'gradio', 'tantivy', 'llama_index', 'numpy', 'pydantic'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    for arguments in (["--help"], ["ask", "--help"]):
        done = process(*arguments, cwd=workplace, code=code)
        assert done.returncode == 0, done.stderr
        assert "Usage: " in done.stdout
        heavy = done.stderr.splitlines()[-1]
        assert not re.search("torch|faiss|gradio|tantivy|llama_index|numpy", heavy), heavy


def test_statuses_of_a_real_process(workplace):
    assert process("ask", cwd=workplace).returncode == 2
    done = process("check", cwd=workplace, ONRECORD_TOP_K="many")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("onrecord: setting top_k: ")
    assert done.stderr.count("\n") == 1


def test_add_and_ask_in_real_processes(news, workplace):
    done = process("add", news, cwd=workplace)
    assert (done.returncode, counts(done.stdout)) == (0, {"added": 2}), done.stderr
    done = process("ask", "When did snow lie in Oslo?", "--json", cwd=workplace)
    assert done.returncode == 0, done.stderr
    answer = only(done.stdout)
    assert answer["citations"][0]["quote"] == "Snow lay in Oslo on Monday."
    assert "Traceback" not in done.stderr


def test_what_readers_thought_becomes_a_golden_set(index, onrecord, workplace):
    chats = ConversationStore(workplace / ".onrecord")
    answer = Answer(question="Was it Macron?", query="Was it Macron?", answered=False, text="No.")
    chats.judge(chats.append(chats.create(), answer), liked=True)
    chats.close()
    status, out, _ = onrecord("feedback", "judged.jsonl")
    assert (status, out) == (0, "judged.jsonl: 1 questions, 0 left out\n")
    value = json.loads((workplace / "judged.jsonl").read_text(encoding="utf-8"))
    assert (value["question"], value["answerable"]) == ("Was it Macron?", False)


# references, tables and revisions


def test_an_answer_as_references_and_as_a_table(index, onrecord):
    question = "Where did snow lay on Monday?"
    status, out, err = onrecord("ask", question, "--bibtex")
    assert (status, err) == (0, "")
    assert out.startswith("@article{snow,\n  title = {{Snow}},\n  journal = {The Post},\n")
    assert onrecord("ask", question, "--ris")[1].split("\r\n")[:2] == ["TY  - NEWS", "TI  - Snow"]
    rows = list(csv.DictReader(io.StringIO(onrecord("ask", question, "--csv")[1])))
    assert {row["uri"] for row in rows} == {"snow.md"}
    assert onrecord("ask", question, "--csv", "--json")[0] == 2


def test_the_revisions_of_an_article_are_listed(index, news, onrecord):
    (news / "rain.txt").write_text(RAIN.replace("Friday", "Sunday"))
    onrecord("add", news)
    first, second = only(onrecord("articles", "--history", "rain.txt", "--json")[1])
    assert [(v["revision"], v["current"]) for v in (first, second)] == [(1, False), (2, True)]
    assert first["changes"] == []
    assert [change["field"] for change in second["changes"]] == ["text"]
    assert second["changes"][0]["before"] == "Rain fell on Kyiv on Friday."
    assert first["ended"] is not None
    assert second["ended"] is None
    text = onrecord("articles", "--history", "rain.txt")[1].splitlines()
    assert text[0] == "rain.txt"
    assert text[-2:] == ["  - Rain fell on Kyiv on Friday.", "  + Rain fell on Kyiv on Sunday."]
    status, _, err = onrecord("articles", "--history", "nothing")
    assert (status, err.count("\n")) == (1, 1)


def test_an_export_is_added_again_with_all_that_is_known(index, onrecord, workplace):
    full = {
        "id": "7", "title": "Frost", "text": "It froze in Metz on Monday.", "author": "Ada Writer",
        "publisher": "The Post", "published": "2026-05-04", "language": "en",
        "url": "https://post.example/frost", "cleaned": True, "sources": ["Agency"],
        "raw": "<p>It froze",
    }  # fmt: skip
    Path("wire.jsonl").write_text(json.dumps(full))
    onrecord("add", "wire.jsonl")
    assert onrecord("export", "all.jsonl")[0] == 0
    assert onrecord("add", "all.jsonl", "--index", "other")[0] == 0
    assert onrecord("export", "again.jsonl", "--index", "other")[0] == 0
    kept = [
        {k: v for k, v in json.loads(line).items() if k != "uri"}
        for name in ("all.jsonl", "again.jsonl")
        for line in sorted(Path(name).read_text().splitlines())
    ]
    by_id = lambda record: record["_id"]  # noqa: E731
    assert sorted(kept[:3], key=by_id) == sorted(kept[3:], key=by_id)
    frost = next(record for record in kept if record["_id"] == "7")
    wanted = {k: v for k, v in full.items() if k != "id"}
    assert {name: frost[name] for name in wanted} == wanted
