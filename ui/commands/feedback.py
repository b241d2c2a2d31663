"""What readers thought of answers, as a golden set that ``onrecord evaluate`` reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ui.conversation_store.values import Feedback
from ui.files import replacing

LIKED, DISLIKED = "liked", "disliked"


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the feedback."""

    questions: int  # lines written
    left_out: int  # judgements that say nothing an answer could be held against


def write_golden(path: Path, given: Sequence[Feedback]) -> Written:
    """Writes feedback as a golden set, a JSON object a line.

    Args:
        path: Of the golden set.
        given: What readers thought of answers.

    Raises:
        UnreadableInput: the file cannot be written.
    """
    lines = [line for each in given if (line := golden(each)) is not None]
    with replacing(path) as file:
        file.writelines(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    return Written(len(lines), len(given) - len(lines))


def golden(given: Feedback) -> dict[str, Any] | None:
    """One reader's judgement as a line of a golden set; None if it says nothing to judge by.

    A liked answer is what is expected again: its articles, and of a quoting answer each claim as a
    fact (a language model words a claim anew each time). A liked refusal is expected again too. Of
    a disliked answer only that is known: it was worse than none. Its line says "answerable":
    false, without its articles, until a person who knows better writes docs and facts into it. A
    disliked refusal says that an answer is missed but not which, and gives no line.
    """
    answer = given.answer
    line: dict[str, Any] = {
        "id": f"feedback-{given.turn}",
        "question": given.question,
        "history": list(given.history),
        "kind": LIKED if given.liked else DISLIKED,
        "asked_at": given.given_at.date().isoformat(),
        "reason": given.reason,
    }
    if not given.liked:
        return line | {"answerable": False} if answer.answered else None
    if not answer.answered:
        return line | {"answerable": False}
    claims = [claim for claim in answer.claims if claim.status != "unsupported"]
    docs = dict.fromkeys(citation.key for claim in claims for citation in claim.citations)
    if not docs:
        return None
    quoting = answer.answerer == "quotes"
    facts = [[claim.text] for claim in claims if quoting and claim.text.strip()]
    return line | {"docs": list(docs), "facts": facts}
