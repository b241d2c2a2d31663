"""The commands that measure, and that make a golden set of what readers thought of answers.

The language model is asked too: whether it answers, and how soon.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer

from index.article import Article, Skipped
from index.engine import engine_at
from index.errors import NotIndexed, OnRecordError
from index.readers.source import Source
from rag.corpus import Corpus
from rag.evaluation import Evaluation, RankingEvaluation, evaluate, evaluate_ranking, rank
from rag.generative.llm import OpenAILikeModel
from rag.judge import judge
from rag.question_files import (
    DOCUMENTS,
    QUERIES,
    Collection,
    UnreadableInput,
    read_collection,
    read_golden,
)
from rag.settings import Settings
from ui.commands import indexing
from ui.commands.batch import tracked
from ui.conversation_store.database import Feedback
from ui.files import check_place, replacing
from ui.output import plain, tell
from ui.report import About, page, show
from ui.sample import is_sample, open_corpus
from ui.templating import counted


def write_golden(path: Path, given: Sequence[Feedback]) -> int:
    """Writes feedback as a golden set, a JSON object a line; how many lines that are.

    A judgement that says nothing an answer could be held against is left out.

    Raises:
        UnreadableInput: the file cannot be written.
    """
    lines = [line for each in given if (line := _golden(each)) is not None]
    with replacing(path) as file:
        file.writelines(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    return len(lines)


def _golden(given: Feedback) -> dict[str, Any] | None:
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
        "kind": "liked" if given.liked else "disliked",
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


_NAMED = 10
"""Names in a message, at most."""


def run(
    target: Path,
    settings: Settings,
    *,
    sample: bool,
    as_json: bool,
    report: Path | None,
    today: date | None = None,
) -> None:
    """Measures answers on a golden set, or rankings on a collection, and shows the figures.

    Args:
        target: The file of a golden set, or the folder of a collection.
        settings: With them the questions are asked.
        sample: Whether the sample corpus is asked.
        as_json: Whether to print one JSON value in place of tables.
        report: Where to write a page.
        today: The day from which "last week" is counted; None for this one.

    Raises:
        UnreadableInput: the set cannot be read, or the report not be written.
        IndexMissing, IndexMismatch, NotIndexed: there is nothing to measure it on.
    """
    if report is not None:
        check_place(report)
        if report.resolve() in {(target / name).resolve() for name in ("", DOCUMENTS, QUERIES)}:
            raise UnreadableInput(f"{report}: is what is to be measured; choose another place")
    about, found = _measured(target, settings, sample, today)
    for note in about.notes:
        typer.echo(plain(f"onrecord: {note}"), err=True)
    if report is not None:
        with replacing(report) as file:
            file.write(page(about, found))
    if as_json:
        kind = "answers" if isinstance(found, Evaluation) else "rankings"
        tell({"evaluates": kind} | about.as_json() | found.as_json(), (), as_json=True)
        return
    show(about, found)
    if report is not None:
        typer.echo(plain(f"\nThe report is in {report}"))


def _measured(
    target: Path, settings: Settings, sample: bool, today: date | None
) -> tuple[About, Evaluation | RankingEvaluation]:
    if target.is_dir():
        collection = read_collection(target)
        with _searched(collection, settings, sample) as (about, corpus):
            rankings = list(rank(corpus, tracked(collection.queries, "Searching")))
        return about, evaluate_ranking(rankings, collection.relevant)
    questions = read_golden(target)
    corpus = open_corpus(settings, sample=sample)
    about = _about(target, target.name, corpus)
    wanted = dict.fromkeys(doc for question in questions for doc in question.docs)
    if unknown := [doc for doc in wanted if doc not in about.titles]:
        about.notes.append(
            f"{target}: {_listed(unknown)} {'is' if len(unknown) == 1 else 'are'} expected and not"
            f" in {about.searched}; add the articles, or mend docs"
        )
    judgements = list(judge(corpus, tracked(questions, "Asking"), today))
    about.notes.extend(
        f"{target}:{given.question.number}: counted as refused, since {given.problem}"
        for given in judgements
        if given.problem
    )
    return about, evaluate(judgements, corpus.settings.threshold)


@contextmanager
def _searched(
    collection: Collection, settings: Settings, sample: bool
) -> Iterator[tuple[About, Corpus]]:
    """The index to search: the one that was named, or the usual one if it holds the documents.

    Else one is made of them for this measurement: a person who names no index means the
    collection, whatever else they have indexed.
    """
    folder = collection.documents.parent
    wanted = dict.fromkeys(key for keys in collection.relevant.values() for key in keys)
    with tempfile.TemporaryDirectory(prefix="onrecord-") as directory:
        if sample or "index" in settings.model_fields_set or _holds(settings, collection):
            corpus = open_corpus(settings, sample=sample)
            about = _about(folder, collection.name, corpus)
            if not wanted.keys() & about.titles.keys():
                raise NotIndexed(
                    f"{corpus.directory}: holds no relevant document of {folder}; add them with:"
                    f" onrecord add {collection.documents} --index {corpus.directory}, or leave"
                    " --index out to search an index of them alone"
                )
        else:
            corpus, skipped = _indexed(collection, settings, Path(directory))
            searched = f"an index of its {DOCUMENTS} alone"
            about = _about(folder, collection.name, corpus, searched)
            about.notes.extend(
                f"{collection.documents}: {each.uri} is left out: {each.reason}"
                for each in skipped[:_NAMED]
            )
        if lost := [key for key in wanted if key not in about.titles]:
            about.notes.append(
                f"{len(lost)} of {len(wanted)} relevant documents are not in {about.searched} and"
                f" count as not found: {_listed(lost)}"
            )
        if left := collection.left_out:
            about.notes.append(
                f"{counted(left, 'query', 'queries')} left out: in only one of"
                f" {collection.qrels.name} and {QUERIES}, or without a relevant document"
            )
        yield about, corpus


def _holds(settings: Settings, collection: Collection) -> bool:
    """Whether the index at its usual place holds every document of the collection."""
    engine = engine_at(settings.place())
    if not (engine.made() and collection.documents.is_file()):
        return False
    try:
        ledger = engine.open()
        with ledger.read():
            held = {listed.key for listed in ledger.listed()}
    except OnRecordError:
        return False
    documents = Source.at(collection.documents, settings.max_file_mb * 2**20).articles()
    keys = {document.key for document in documents if isinstance(document, Article)}
    return bool(keys) and keys <= held


def _indexed(
    collection: Collection, settings: Settings, directory: Path
) -> tuple[Corpus, Sequence[Skipped]]:
    """An index of a collection's documents, and which of them cannot be read."""
    documents = collection.documents
    if not documents.is_file():
        raise UnreadableInput(
            f"{documents.parent}: holds no {DOCUMENTS} to search; put it there, or name the index"
            " of its documents with --index"
        )
    said = (
        f"Indexing {documents} for this measurement only. Keep an index with: onrecord add"
        f" {documents} --index DIR, and measure with --index DIR."
    )
    typer.echo(plain(said), err=True)
    own = settings.model_copy(update={"index": directory})
    made, _ = indexing.add(own, [str(documents)])
    if not made.added:
        reason = f" ({made.skipped[0].reason})" if made.skipped else ""
        raise UnreadableInput(f"{documents}: holds no document that can be read{reason}; mend it")
    return Corpus.open(settings=own), made.skipped


def _about(target: Path, name: str, corpus: Corpus, searched: str = "") -> About:
    titles = {listed.key: listed.headline for listed in corpus.articles()}
    if not searched:
        searched = "the sample corpus" if is_sample(corpus) else f"the index {corpus.directory}"
    return About(name, target, searched, titles, datetime.now().astimezone())


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def probe(settings: Settings, *, as_json: bool) -> None:
    """Asks the server, and prints what it said.

    Raises:
        ModelFailed: it does not answer, or refuses.
        OnRecordError: the settings name no server, or a model that the server does not list.
    """
    if not settings.llm_url:
        raise OnRecordError(
            "no language model is set, and none is needed; to have one phrase the answers, give"
            " its server with --llm-url or ONRECORD_LLM_URL"
        )
    model = OpenAILikeModel(settings)
    models = model.models()
    first = model.first_token_ms() if model.name else None
    values = {"url": model.where, "models": models, "model": model.name or None}
    speed = f"first word after {first:.0f} ms" if first is not None else "says nothing"
    lines = [
        f"{model.where} answers and has {counted(len(models), 'model')}:",
        *(f"  {name}" for name in models),
        f"{model.name}: {speed}."
        if model.name
        else "Choose one with --llm-model or ONRECORD_LLM_MODEL.",
    ]
    tell(values | {"first_token_ms": first}, lines, as_json=as_json)
