"""Earlier chats: what is kept of the page's turns, and what comes back."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest

from tests.ui.fake_corpus import PLAIN, QUOTE, cite, claim, reply
from ui.conversation_store.database import ChatsUnusable
from ui.conversation_store.store import ConversationStore
from ui.page.chat import Turn
from ui.page.history_panel import copied, delete, exported, keep, listed, reopen, restore
from ui.page.render import boxed_html


@pytest.fixture
def chats(tmp_path):
    kept = ConversationStore(tmp_path)
    yield kept
    kept.close()


def turn(question):
    return Turn.of(reply(question, claim(QUOTE, cite(PLAIN, QUOTE))))


def ids(rows):
    """The chats of a list, in order."""
    return re.findall('data-do="opened" data-id="([0-9a-f]*)"', rows)


def questions(turns):
    return [each.question for each in turns]


def test_turns_are_kept_one_by_one_and_come_back_as_they_were(chats):
    chat, turns = keep(chats, "", [turn("one?")], "")
    again, turns = keep(chats, chat, [*turns, turn("two?")], "")
    assert again == chat
    assert [each.kept for each in turns] == [1, 2]
    assert reopen(chats, chat, "") == turns
    assert keep(chats, chat, turns, "") == (chat, turns)


def test_an_answer_that_cannot_be_kept_is_shown_all_the_same(chats, monkeypatch, caplog):
    def full(*_, **__):
        raise ChatsUnusable("chats.sqlite3: conversations cannot be kept here (disk is full)")

    with monkeypatch.context() as patch:
        patch.setattr(ConversationStore, "append", full)
        asked = [turn("one?")]
        assert keep(chats, "", asked, "") == ("", asked)
    assert [record.getMessage() for record in caplog.records] == [
        "chats.sqlite3: conversations cannot be kept here (disk is full)"
    ]
    chat, _ = keep(chats, "", [*asked, turn("two?")], "")
    assert questions(reopen(chats, chat, "")) == ["one?", "two?"]


def test_a_question_asked_again_takes_the_place_of_what_it_was(chats):
    chat, turns = keep(chats, "", [turn("one?")], "")
    chat, turns = keep(chats, chat, [*turns, turn("two?")], "")
    again, turns = keep(chats, chat, [turns[0], turn("two, then?")], "")
    assert again == chat
    assert questions(reopen(chats, chat, "")) == ["one?", "two, then?"]


def test_a_first_question_asked_again_stays_in_its_chat(chats):
    chat, _ = keep(chats, "", [turn("one?")], "")
    again, _ = keep(chats, chat, [turn("one, then?")], "")
    assert again == chat
    assert questions(reopen(chats, chat, "")) == ["one, then?"]


def test_what_failed_or_was_stopped_is_not_kept(chats):
    failed = Turn("one?", "", boxed_html("problem", "No."))
    assert keep(chats, "", [failed], "") == ("", [failed])
    chat, turns = keep(chats, "", [failed, turn("two?")], "")
    assert questions(turns) == ["one?", "two?"]
    assert questions(reopen(chats, chat, "")) == ["two?"]
    chat, turns = keep(chats, chat, [*turns, failed, turn("three?")], "")
    assert questions(turns) == ["one?", "two?", "one?", "three?"]
    assert questions(reopen(chats, chat, "")) == ["two?", "three?"]


def test_a_chat_that_was_deleted_meanwhile_is_kept_anew(chats):
    chat, turns = keep(chats, "", [turn("one?")], "")
    chats.delete(chat)
    anew, turns = keep(chats, chat, [*turns, turn("two?")], "")
    assert anew != chat
    assert questions(reopen(chats, anew, "")) == ["one?", "two?"]
    assert reopen(chats, chat, "") == []


def test_nobody_sees_another_persons_chat(chats):
    chat, turns = keep(chats, "", [turn("one?")], "ada")
    assert reopen(chats, chat, "bob") == []
    assert ids(listed(chats, "", "bob")) == []
    assert delete(chats, chat, "bob") is None
    assert exported(chats, chat, "bob", "md") == ""
    other, _ = keep(chats, chat, [*turns, turn("two?")], "bob")
    assert other != chat
    assert questions(reopen(chats, chat, "ada")) == ["one?"]


def test_chats_are_found_by_their_words(chats):
    first, _ = keep(chats, "", [turn("harbour?")], "")
    second, _ = keep(chats, "", [turn("tram?")], "")
    assert ids(listed(chats, None, "")) == [second, first]
    assert ids(listed(chats, "harb", "")) == [first]
    assert "harbour&#63;" in listed(chats, "harbour", "")
    assert "No chat holds these words." in listed(chats, "bridge", "")


def test_a_chat_is_listed_by_its_name_with_what_can_be_done_with_the_open_one(chats):
    chats.create(title="empty")
    chat = chats.create(title='<b>${alert(1)}"')
    chats.append(chat, turn("one?").answer)
    row = listed(chats, "", "", chat)
    assert "<b>" not in row
    assert "${" not in row
    assert re.findall('data-do="([a-z]*)"', row) == ["opened", "rename", "deleted"]
    assert re.findall('data-do="([a-z]*)"', listed(chats, "", "")) == ["opened"]


def test_a_deleted_chat_comes_back_as_it_was(chats):
    chat, turns = keep(chats, "", [turn("one?")], "ada")
    keep(chats, chat, [*turns, turn("two?")], "ada")
    chats.rename(chat, "A name", "ada")
    chats.judge(turns[0].kept, False, "No.", "ada")
    before = chats.load(chat, "ada")
    gone = delete(chats, chat, "ada")
    assert chats.conversations("ada") == []
    assert "Deleted “A name”." in listed(chats, "", "ada", gone=gone)
    anew = restore(chats, gone, "ada")
    assert chats.title(anew, "ada") == "A name"
    told = [(t.question, t.answer, t.asked_at, t.liked, t.reason) for t in chats.load(anew, "ada")]
    assert told == [(t.question, t.answer, t.asked_at, t.liked, t.reason) for t in before]


def test_a_chat_is_saved_as_a_file_of_its_name(chats):
    chat, _ = keep(chats, "", [turn("harbour?")], "")
    name, kind, text = json.loads(exported(chats, chat, "", "md"))
    assert (name, kind) == ("harbour.md", "text/markdown")
    assert "harbour?" in text
    assert "specific agreements" in text
    name, kind, text = json.loads(exported(chats, chat, "", "html"))
    assert (name, kind) == ("harbour.html", "text/html")
    assert text.startswith("<!")
    assert exported(chats, "gone", "", "md") == ""


def test_the_last_answer_is_copied_with_its_sources():
    assert QUOTE in copied([turn("one?")])
    assert PLAIN.title in copied([turn("one?")])
    assert copied([]) == copied([Turn("one?", "", boxed_html("problem", "No."))]) == ""


def test_chats_stand_by_when_something_was_last_asked_in_them(chats):
    may, june, july = (datetime(2026, month, 3, 9, 5, tzinfo=UTC) for month in (5, 6, 7))
    first, second = chats.create(), chats.create()
    chats.append(first, turn("one?").answer, asked_at=may)
    chats.append(second, turn("two?").answer, asked_at=june)
    assert ids(listed(chats, "", "")) == [second, first]
    chats.append(first, turn("one more?").answer, asked_at=july)
    rows = listed(chats, "", "")
    assert ids(rows) == [first, second]
    told = [each.astimezone().strftime("%-d %b %Y, %H:%M") for each in (july, june)]
    assert [unescape(each) for each in re.findall('class="when">(.*?)<', rows)] == told
    anew = restore(chats, delete(chats, second, ""), "")
    assert ids(listed(chats, "", "")) == [first, anew]  # where it stood
