"""Whatever happens to the bytes of kept conversations, nothing is shown that was not written."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import replace

import pytest

from tests.flips import flipped
from tests.ui.test_conversation_store import ANSWER, OTHER
from ui import export
from ui.conversation_store.database import DAMAGED, FILE, ChatsUnusable, NoSuchConversation
from ui.conversation_store.store import ConversationStore, damage
from ui.page import history_panel

FLIPS = 120


def make(folder):
    """Two readers' conversations in one file, and what was thought of an answer."""
    folder.mkdir(exist_ok=True)
    chats = ConversationStore(folder)
    for user in ("ada", "ben"):
        chat = chats.create(user)
        for number in range(8):
            turn = chats.append(
                chat, replace(ANSWER, question=f"What did {user} do? {number}"), user
            )
        chats.judge(turn, liked=False, reason="Off the point", user=user)
    chats.close()
    with sqlite3.connect(folder / FILE) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return folder


def shown(folder):
    """All that each reader is shown, and what is told of everybody's feedback."""
    chats = ConversationStore(folder)
    told = set()
    try:
        for user in ("ada", "ben", "bem"):
            for found in [*chats.conversations(user), *chats.search("what did", user)]:
                told.add((user, "title", found.title))
                try:
                    turns = chats.load(found.id, user)
                except NoSuchConversation:
                    continue
                told |= {(user, t.question, t.answer.text, t.liked, t.reason) for t in turns}
        told |= {(f.user, f.question, f.answer.text, f.liked, f.reason) for f in chats.feedback()}
    finally:
        chats.close()
    return told


def shown_or_refused(folder):
    try:
        return shown(folder)
    except ChatsUnusable as error:
        return error


def change(folder, statement):
    with sqlite3.connect(folder / FILE) as db:
        db.execute(statement)
    db.close()


@pytest.mark.parametrize("kind", ["bit", "byte", "page"])
def test_no_flip_shows_what_was_not_kept_and_what_is_lost_is_found(tmp_path, kind):
    path = make(tmp_path / "index") / FILE
    whole, true = path.read_bytes(), shown(path.parent)
    chance = random.Random(kind)
    for _ in range(FLIPS):
        data, place = flipped(whole, kind, chance)
        for file in path.parent.glob(f"{FILE}-*"):
            file.unlink()
        path.write_bytes(data)
        told = shown_or_refused(path.parent)
        if isinstance(told, ChatsUnusable):
            assert "\n" not in str(told)
            assert damage(path.parent)
            continue
        for each in told - true:
            assert DAMAGED in each or _unjudged(each, true), place
        if true - told:
            assert damage(path.parent), place


def _unjudged(each, true):
    """Whether only what was thought of an answer is lacking."""
    return each[3:] == (None, "") and any(each[:3] == other[:3] for other in true)


def test_a_damaged_turn_says_so_in_its_place(tmp_path):
    make(tmp_path / "index")
    change(tmp_path / "index", "UPDATE turns SET answer = replace(answer, 'first', 'last')"
           " WHERE pk = 2")  # fmt: skip
    chats = ConversationStore(tmp_path / "index")
    (found,) = chats.conversations("ada")
    turns = chats.load(found.id, "ada")
    assert [t.question for t in turns][:3] == ["What did ada do? 0", DAMAGED, "What did ada do? 2"]
    assert (turns[1].id, turns[1].asked_at, turns[1].answer.answered) == (2, None, False)
    assert "onrecord restore FILE" in turns[1].answer.text
    assert not turns[1].answer.refused
    for text in (export.markdown("Chat", turns), export.page("Chat", turns)):
        assert text.count(DAMAGED) == 1
        assert text.count("Asked ") == 7
    with pytest.raises(NoSuchConversation, match="not kept any more"):
        chats.judge(2, liked=True, user="ada")
    chats.judge(3, liked=True, user="ada")
    assert [h["content"] for h in chats.feedback("ada")[0].history][::2] == ["What did ada do? 0"]
    chats.close()
    assert damage(tmp_path / "index") == [
        f"{tmp_path / 'index' / FILE}: turn 2 is not as it was written"
    ]


def test_a_damaged_conversation_is_listed_as_such_not_gone_on_with_and_deleted(tmp_path):
    make(tmp_path / "index")
    change(tmp_path / "index", "UPDATE conversations SET title = 'What did Eve do?' WHERE pk = 1")
    chats = ConversationStore(tmp_path / "index")
    (found,) = chats.conversations("ada")
    assert (found.title, found.asked_at) == (DAMAGED, None)
    shown = history_panel.listed(chats, "", "ada")
    assert (f'data-id="{found.id}"' in shown, DAMAGED in shown) == (True, True)
    with pytest.raises(NoSuchConversation, match="damaged where it is kept; bring back a backup"):
        chats.append(found.id, OTHER, "ada")
    assert history_panel.reopen(chats, found.id, "ada") == []
    assert chats.feedback("ada") == []
    chats.delete(found.id, "ada")
    assert chats.conversations("ada") == []
    chats.close()


def test_what_was_thought_of_an_answer_is_shown_as_written_or_not_at_all(tmp_path):
    make(tmp_path / "index")
    change(tmp_path / "index", "UPDATE feedback SET liked = 1 WHERE turn = 8")
    chats = ConversationStore(tmp_path / "index")
    assert [given.user for given in chats.feedback()] == ["ben"]
    last = chats.load(chats.conversations("ada")[0].id, "ada")[-1]
    assert (last.question, last.liked, last.reason) == ("What did ada do? 7", None, "")
    chats.close()


def test_what_conversations_are_found_by_is_made_again(tmp_path):
    folder = make(tmp_path / "index")
    true = shown(folder)
    change(folder, "UPDATE words_data SET block = zeroblob(40) WHERE id > 10")
    assert damage(folder) == [f"{folder / FILE}: what conversations are found by is damaged"]
    assert damage(folder, repair=True) == []
    assert shown(folder) == true
    chats = ConversationStore(folder)
    assert len(chats.search("summit", "ada")) == 1
    chats.close()


def test_check_tells_what_is_damaged_of_conversations(onrecord, workplace, model):
    (workplace / "a.txt").write_text("Rain fell on Bern on Sunday, and trams stood still.")
    onrecord("add", "a.txt")
    make(workplace / ".onrecord")
    assert onrecord("check")[0] == 0
    change(workplace / ".onrecord", "UPDATE turns SET question = 'Why?' WHERE pk = 3")
    status, out, _ = onrecord("check")
    assert status == 1
    assert out == (
        f".onrecord/{FILE}: turn 3 is not as it was written; bring back a backup with: onrecord"
        " restore FILE\n"
    )
