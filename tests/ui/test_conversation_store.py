"""Conversations are kept, each for its own reader."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rag.question_files import read_golden
from tests.ui.fake_corpus import PLAIN, QUOTE, cite, claim, reply
from ui.commands.evaluation import write_golden
from ui.conversation_store.database import FILE, ChatsUnusable, NoSuchConversation
from ui.conversation_store.store import ConversationStore

ANSWER = reply("What has to come first?", claim(QUOTE, cite(PLAIN, QUOTE)))
OTHER = reply("Who spoke in Istanbul?", claim("Both sides agreed to an exchange."))
REFUSED = replace(
    reply("Who won?"), answered=False, text="No.", claims=(), nearest=(cite(PLAIN, QUOTE),)
)


@pytest.fixture
def chats(tmp_path):
    return ConversationStore(tmp_path)


def titles(found):
    return [summary.title for summary in found]


def test_turns_come_back_as_they_were_after_a_restart(chats, tmp_path):
    when = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    chat = chats.create("ada")
    chats.append(chat, ANSWER, "ada", when)
    chats.append(chat, REFUSED, "ada")
    first, second = ConversationStore(tmp_path).load(chat, "ada")
    assert (first.question, first.answer, first.asked_at) == (ANSWER.question, ANSWER, when)
    assert second.answer == REFUSED
    assert first.id < second.id


def test_the_list_is_newest_first_by_last_turn_and_named_by_the_first_question(chats):
    one, two, empty = chats.create(), chats.create(), chats.create()
    chats.append(one, ANSWER)
    chats.append(two, OTHER)
    chats.append(one, OTHER)
    found = chats.conversations()
    assert [(s.id, s.title, s.turns) for s in found] == [
        (one, ANSWER.question, 2),
        (two, OTHER.question, 1),
    ]
    assert chats.load(empty) == []


def test_a_long_question_is_cut_for_a_title(chats):
    chat = chats.create()
    chats.append(chat, replace(ANSWER, question="word\n" * 100))
    assert titles(chats.conversations()) == ["word " * 23 + "word…"]


def test_nobody_reaches_what_is_another_readers(chats):
    chat = chats.create("ada")
    turn = chats.append(chat, ANSWER, "ada")
    for call in (
        lambda: chats.load(chat, "bob"),
        lambda: chats.load(chat),
        lambda: chats.append(chat, OTHER, "bob"),
        lambda: chats.rename(chat, "Mine", "bob"),
        lambda: chats.cut(chat, turn, "bob"),
        lambda: chats.delete(chat, "bob"),
    ):
        with pytest.raises(NoSuchConversation, match="there is no such conversation"):
            call()
    with pytest.raises(NoSuchConversation, match="this answer is not kept any more"):
        chats.judge(turn, True, user="bob")
    assert chats.conversations("bob") == chats.search("first", "bob") == []
    assert chats.feedback("bob") == []
    assert titles(chats.conversations("ada")) == [ANSWER.question]


def test_a_name_stays_until_it_is_taken_away(chats):
    chat = chats.create()
    chats.rename(chat, "  The\nsummit ")
    chats.append(chat, ANSWER)
    assert titles(chats.conversations()) == ["The summit"]
    assert titles(chats.search("summit")) == ["The summit"]
    chats.rename(chat, "")
    assert titles(chats.conversations()) == [ANSWER.question]


def test_what_is_deleted_is_gone_with_all_that_was_said_of_it(chats, tmp_path):
    chat = chats.create()
    chats.judge(chats.append(chat, ANSWER), True)
    chats.delete(chat)
    assert (chats.conversations(), chats.search("summit"), chats.feedback()) == ([], [], [])
    with sqlite3.connect(tmp_path / FILE) as db:
        counts = [
            db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("conversations", "turns", "feedback", "words")
        ]
    assert counts == [0, 0, 0, 0]
    with pytest.raises(NoSuchConversation, match="may have been deleted"):
        chats.load(chat)


def test_a_search_wants_every_word_in_title_question_or_answer(chats):
    one, two = chats.create(), chats.create()
    chats.append(one, ANSWER)
    chats.append(two, OTHER)
    assert titles(chats.search("AGREEMENT summits")) == [ANSWER.question]
    assert titles(chats.search("istan")) == [OTHER.question]
    assert titles(chats.search("exchange istanbul")) == [OTHER.question]
    assert chats.search("istanbul summit") == []
    assert "summit" in chats.search("summit")[0].excerpt
    assert titles(chats.search("  ")) == [OTHER.question, ANSWER.question]


@pytest.mark.parametrize(
    "words", ['"', "' OR 1=1 --", "summit*", "(NEAR", "title:x", "\ud800", "-"]
)
def test_a_search_is_only_words(chats, words):
    chat = chats.create()
    chats.append(chat, ANSWER)
    assert len(chats.search(words)) <= 1


def test_asking_again_takes_the_place_of_a_turn_and_all_after_it(chats):
    chat = chats.create()
    first = chats.append(chat, ANSWER)
    chats.append(chat, REFUSED)
    chats.judge(first, False, "Off the point")
    chats.cut(chat, first)
    assert (chats.load(chat), chats.conversations(), chats.search("summit")) == ([], [], [])
    assert chats.append(chat, OTHER) > first
    assert titles(chats.conversations()) == [OTHER.question]
    assert [(f.liked, f.reason) for f in chats.feedback()] == [(False, "Off the point")]


def test_feedback_holds_question_answer_passages_and_what_went_before(chats):
    chat = chats.create("ada")
    chats.append(chat, ANSWER, "ada")
    turn = chats.append(chat, REFUSED, "ada")
    chats.judge(turn, True, user="ada")
    chats.judge(turn, False, "  It is in the article.\n", "ada")
    (given,) = chats.feedback()
    assert (given.user, given.liked, given.reason) == ("ada", False, "It is in the article.")
    assert (given.question, given.answer) == (REFUSED.question, REFUSED)
    assert given.history == (
        {"role": "user", "content": ANSWER.question},
        {"role": "assistant", "content": ANSWER.text},
    )
    shown = chats.load(chat, "ada")
    assert [(t.liked, t.reason) for t in shown] == [(None, ""), (False, "It is in the article.")]
    chats.judge(turn, None, user="ada")
    assert chats.feedback() == []


def test_feedback_is_a_golden_set(chats, tmp_path):
    chat = chats.create()
    for answer, liked in (
        (ANSWER, True),
        (ANSWER, False),
        (REFUSED, True),
        (REFUSED, False),
        (replace(ANSWER, answerer="a-model"), True),
    ):
        chats.judge(chats.append(chat, answer), liked)
    path = tmp_path / "golden.jsonl"
    assert write_golden(path, chats.feedback()) == 4
    liked, disliked, refused, written = read_golden(path)
    assert (liked.docs, liked.facts, liked.kind) == (("kremlin",), ((QUOTE,),), "liked")
    assert (disliked.docs, disliked.answerable, disliked.kind) == ((), False, "disliked")
    assert len(disliked.history) == 2
    assert (refused.question, refused.answerable) == ("Who won?", False)
    assert (written.docs, written.facts, written.answerable) == (("kremlin",), (), True)


def test_threads_and_processes_write_at_once(tmp_path):
    script = (
        "import sys; from pathlib import Path; from rag.types import Answer;"
        "from ui.conversation_store.store import ConversationStore;"
        "chats = ConversationStore(Path(sys.argv[1])); chat = chats.create('p');"
        "[chats.append(chat, Answer(question=str(n), query='', answered=False, text='no'), 'p')"
        " for n in range(20)]"
    )
    others = [subprocess.Popen([sys.executable, "-c", script, tmp_path]) for _ in range(2)]
    chats = ConversationStore(tmp_path)
    chat = chats.create("t")
    with ThreadPoolExecutor(4) as pool:
        turns = list(pool.map(lambda _: chats.append(chat, ANSWER, "t"), range(40)))
    assert [process.wait() for process in others] == [0, 0]
    assert [turn.id for turn in chats.load(chat, "t")] == sorted(turns)
    assert [summary.turns for summary in chats.conversations("p")] == [20, 20]


def test_an_empty_file_is_not_taken_for_a_new_one(tmp_path):
    (tmp_path / FILE).touch()
    with pytest.raises(ChatsUnusable, match="is empty and should hold conversations; bring back"):
        ConversationStore(tmp_path)
    assert (tmp_path / FILE).read_bytes() == b""


def test_the_log_of_a_file_that_is_gone_does_not_become_another_ones(tmp_path):
    chats = ConversationStore(tmp_path)
    chats.append(chats.create(), ANSWER)  # it lies in the log
    (tmp_path / FILE).unlink()
    with pytest.raises(
        ChatsUnusable, match=r"is gone, and its last changes lie in chats\.sqlite3-wal"
    ):
        ConversationStore(tmp_path)
    assert not (tmp_path / FILE).exists()


def test_the_file_is_the_owners_alone(chats, tmp_path):
    chats.append(chats.create(), ANSWER)
    for path in tmp_path.glob(f"{FILE}*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_file_of_another_schema_or_none_at_all_is_told(tmp_path):
    ConversationStore(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("PRAGMA user_version = 7")
    with pytest.raises(ChatsUnusable, match="has schema 7 and this onrecord reads schema 2"):
        ConversationStore(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / FILE).write_bytes(b"no database, but long enough to be looked at" * 40)
    with pytest.raises(ChatsUnusable, match="restore FILE, or move it away"):
        ConversationStore(other)
