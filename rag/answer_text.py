"""How an answer is worded for a person: its claims with their markers, or the refusal."""

from __future__ import annotations

from collections.abc import Sequence

from rag.periods import day_text
from rag.types import Citation, Claim

# What stands over the sentences of an answer that may be none.
MAY = "This may answer:"

# What a refusal says first.
REFUSAL = "The articles do not answer this."

# What stands over the passages of a refusal: what came closest, whether or not it answers.
NEAREST = "Nearest passages:"

# What stands over the sentences of an answer that no article supports.
UNSUPPORTED = "Not found in the articles:"


def sentence(words: str) -> str:
    """Words as a sentence: "it rained" -> "It rained."; "" stays ""."""
    said = words.strip()
    ended = said.endswith((".", "?", "!"))
    return f"{said[:1].upper()}{said[1:]}{'' if ended or not said else '.'}"


def extractive_text(claims: Sequence[Claim]) -> str:
    """What a person reads: each claim with its markers, introduced by who published it and when."""
    lines: list[str] = []
    said_by = ""
    for claim in claims:
        who = over(claim)
        if lines and who == said_by:
            lines[-1] += f" {claim.marked}"
        else:
            lines.append(f"{who}: {claim.marked}" if who else claim.marked)
        said_by = who
    return "\n\n".join(lines)


def generative_text(claims: Sequence[Claim]) -> str:
    """What a person reads: prose with markers, then what is not in the articles, set apart."""
    said = " ".join(claim.marked for claim in claims if claim.status != "unsupported")
    apart = [
        f"- {claim.text} ({claim.reason})" for claim in claims if claim.status == "unsupported"
    ]
    group = "\n".join([UNSUPPORTED, *apart]) if apart else ""
    return "\n\n".join(part for part in (said, group) if part)


def over(claim: Claim) -> str:
    """What a claim is given under: its label, else who published it and when."""
    return claim.label or attribution(claim.citations)


def attribution(citations: Sequence[Citation]) -> str:
    """Who published a claim and when, as far as it is known: "The Post, 3 March 2026"."""
    names = list(dict.fromkeys(c.publisher for c in citations if c.publisher))
    days = sorted({c.published for c in citations if c.published})
    who = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
    return ", ".join(part for part in (who, day_text(days[0]) if days else "") if part)


def refusal(nearest_passages: Sequence[Citation], reason: str = "") -> str:
    """What a person reads when the corpus does not hold the answer: why, and what is near."""
    lines = [f"“{' '.join(c.quote.split())}” ({_named(c)})" for c in nearest_passages]
    head = (REFUSAL, sentence(reason), NEAREST if lines else "")
    return "\n".join([" ".join(part for part in head if part), *lines])


def _named(citation: Citation) -> str:
    said = attribution([citation])
    return said or citation.title
