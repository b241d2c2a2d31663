"""The command line: requests become calls, results become text or JSON, errors one sentence."""

from __future__ import annotations

import sys
import threading
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rag.corpus import Corpus
    from rag.settings import Settings
    from rag.types import Answer, Filters

app = typer.Typer(
    name="onrecord",
    help="Ask a corpus of news articles; every sentence of the answer cites the words behind it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}” is no day; write it as 2025-05-18") from None


def _mapped(pairs: list[str]) -> dict[str, str]:
    """The fields that “--map title=headline” gives."""
    from index.readers.fields import RECORD

    found = {}
    for pair in pairs:
        ours, _, theirs = (part.strip() for part in pair.partition("="))
        if not theirs or ours not in RECORD:
            raise typer.BadParameter(
                f"--map {pair}: write FIELD=NAME, where FIELD is one of {', '.join(RECORD)}"
            )
        found[ours] = theirs
    return found


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"onrecord {version('onrecord')}")
        raise typer.Exit


Index = Annotated[
    str | None,
    typer.Option(
        "--index",
        metavar="DIR",
        help="The index, a folder or postgresql://… (else ONRECORD_INDEX, else .onrecord).",
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="FIELD=NAME", help="What records call a field: title=headline."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Explain = Annotated[
    bool,
    typer.Option(
        "--explain", help="Tell of each article where its fields come from and what was left out."
    ),
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV and nothing else.")]
AsBibtex = Annotated[bool, typer.Option("--bibtex", help="Print the articles as BibTeX.")]
AsRis = Annotated[bool, typer.Option("--ris", help="Print the articles as RIS.")]
Sample = Annotated[bool, typer.Option("--sample", help="Use the sample corpus of onrecord.")]
After = Annotated[
    date | None, typer.Option(parser=_day, metavar="DATE", help="Published from then.")
]
Before = Annotated[
    date | None, typer.Option(parser=_day, metavar="DATE", help="Published until then.")
]
Publisher = Annotated[str | None, typer.Option(help="Only articles of this publisher.")]
NoScope = Annotated[
    bool,
    typer.Option("--no-scope", help="Ask all articles, whatever period or publisher is named."),
]
Plain = Annotated[
    bool,
    typer.Option("--plain", help="Take it for a question, not for a timeline, a list or the like."),
]
Today = Annotated[
    date | None,
    typer.Option(parser=_day, metavar="DATE", help="The day from which “last week” is counted."),
]
Host = Annotated[str | None, typer.Option(help="Where to listen; 127.0.0.1 by default.")]
Port = Annotated[int | None, typer.Option(help="The port; 0 takes a free one.")]
NoAuth = Annotated[bool, typer.Option("--no-auth", help="Let everyone in who reaches the port.")]
ReadOnly = Annotated[
    bool, typer.Option("--read-only", help="Let nobody add or remove articles there.")
]
LlmUrl = Annotated[
    str | None,
    typer.Option("--llm-url", metavar="URL", help="A language model's server, to phrase answers."),
]
LlmModel = Annotated[str | None, typer.Option("--llm-model", help="The model's name there.")]
LlmKey = Annotated[
    str | None, typer.Option("--llm-key", help="The server's key; better as ONRECORD_LLM_KEY.")
]
TopK = Annotated[int | None, typer.Option("--top-k", min=1, max=1000, help="How many to give.")]
AllowPrivate = Annotated[
    bool | None,
    typer.Option(
        "--allow-private", help="Fetch addresses of this machine and of private networks too."
    ),
]
Input = Annotated[
    Path | None,
    typer.Option("--input", metavar="FILE", help="JSONL: id, question, history; a line each."),
]


@app.callback()
def everywhere(
    context: typer.Context,
    index: Index = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Tell the version.")
    ] = False,
) -> None:
    """Ask a corpus of news articles; every sentence of the answer cites the words behind it."""
    if index and context.invoked_subcommand:
        # What the command itself says goes before it.
        context.default_map = {context.invoked_subcommand: {"index": index}}


@app.command()
def add(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Files, folders, globs, addresses of the web."),
    ],
    index: Index = None,
    allow_private: AllowPrivate = None,
    fields: Map = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that cut and encode articles.")
    ] = 1,
    as_json: AsJson = False,
    explain: Explain = False,
) -> None:
    """Read articles, and bring the index in line with them; only what changed is embedded."""
    from ui.commands import indexing, watching

    settings = _settings(index, allow_private=allow_private)
    report, missing = indexing.add(settings, sources, _mapped(fields or []), workers=workers)
    indexing.show(report, missing, as_json=as_json)
    for line in indexing.explanations(settings, sources) if explain else ():
        typer.echo(line, err=as_json)
    watching.tell_new(settings)
    if missing or report.lost or any(item.fault for item in report.skipped):
        raise typer.Exit(1)


@app.command()
def work(index: Index = None) -> None:
    """Encode for an `add --workers` of another machine, over a database, until Ctrl-C."""
    from ui.commands import indexing

    indexing.work(_settings(index))


@app.command()
def watch(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE...", help="As for add; feeds above all.")
    ],
    index: Index = None,
    every: Annotated[str, typer.Option(help="How often sites are asked: 15m, 2h, 1d.")] = "15m",
    once: Annotated[
        bool, typer.Option("--once", help="Look once and end, as in a cron job.")
    ] = False,
    allow_private: AllowPrivate = None,
    as_json: AsJson = False,
) -> None:
    """Add what is new or changed in sources, as files change and sites are asked, until Ctrl-C."""
    from ui.commands import indexing, watching

    try:
        interval = watching.seconds(every)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    settings = _settings(index, allow_private=allow_private)
    if not once:
        watching.watch(settings, sources, interval, as_json=as_json)
        return
    report, missing = indexing.add(settings, sources, watching=True)
    indexing.show(report, missing, as_json=as_json)
    watching.tell_new(settings)
    if len(missing) == len(sources):
        raise typer.Exit(1)


@app.command()
def alert(
    action: Annotated[str, typer.Argument(help="add, list, remove, matches or feed.")],
    text: Annotated[
        str | None, typer.Argument(help="A question or words to look for; to remove, its number.")
    ] = None,
    index: Index = None,
    as_json: AsJson = False,
) -> None:
    """Save a question or a search that is asked of new articles; see what matched."""
    from ui.commands import watching

    watching.run(_settings(index), action, text, as_json=as_json)


@app.command()
def remove(
    names: Annotated[list[str], typer.Argument(metavar="URI_OR_ID...")],
    index: Index = None,
    as_json: AsJson = False,
) -> None:
    """Remove articles from the index, with every revision of them."""
    from ui.commands import indexing

    indexing.show(indexing.remove(_settings(index), names), [], as_json=as_json)


@app.command()
def articles(
    index: Index = None,
    history: Annotated[
        str | None,
        typer.Option(metavar="URI", help="List the texts that this article had, and what changed."),
    ] = None,
    as_json: AsJson = False,
    sample: Sample = False,
) -> None:
    """List the articles of the index, or the revisions of one."""
    from ui import output

    corpus = _corpus(_settings(index), sample)
    if history is not None:
        output.history(corpus.history(history), as_json=as_json)
        return
    output.articles(corpus.articles(), as_json=as_json)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="What you want to know.")] = None,
    index: Index = None,
    after: After = None,
    before: Before = None,
    publisher: Publisher = None,
    no_scope: NoScope = False,
    plain: Plain = False,
    today: Today = None,
    llm_url: LlmUrl = None,
    llm_model: LlmModel = None,
    llm_key: LlmKey = None,
    input_file: Input = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    as_bibtex: AsBibtex = False,
    as_ris: AsRis = False,
    sample: Sample = False,
) -> None:
    """Answer a question from the articles, every sentence cited; or say that they do not."""
    if (question is None) == (input_file is None):
        raise typer.BadParameter("give either a question or --input FILE")
    if sum((as_json, as_csv, as_bibtex, as_ris)) > 1:
        raise typer.BadParameter("give one of --json, --csv, --bibtex and --ris")
    if input_file is not None and (as_csv or as_bibtex or as_ris):
        raise typer.BadParameter("answers to a file are told as text or with --json")
    if question is not None:
        from rag.question import understand

        understand(question)  # what cannot be asked is told before anything is loaded
    filters = _filters(after, before, publisher)
    settings = _settings(index, llm_url=llm_url, llm_model=llm_model, llm_key=llm_key)
    if input_file is not None:
        from rag.question_files import read
        from ui.commands import batch

        questions = read(input_file)
        corpus = _corpus(settings, sample)
        if batch.ask(corpus, questions, filters, as_json=as_json, scope=not no_scope, today=today):
            raise typer.Exit(1)
        return
    answer = _corpus(settings, sample).ask(
        str(question), filters=filters, scope=not no_scope, plain=plain, today=today
    )
    if as_bibtex or as_ris:
        from ui.export import bibtex, ris

        typer.echo((ris if as_ris else bibtex)(answer.citations), nl=False)
        return
    _show(answer, as_csv=as_csv, as_json=as_json)


@app.command()
def timeline(
    subject: Annotated[str, typer.Argument(help="What it is about; all articles without.")] = "",
    index: Index = None,
    after: After = None,
    before: Before = None,
    publisher: Publisher = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    sample: Sample = False,
) -> None:
    """What happened on which day, in order, every line cited."""
    from rag.requests.request import Request

    corpus, filters = _corpus(_settings(index), sample), _filters(after, before, publisher)
    answer = corpus.reply(Request("timeline", subject), filters=filters)
    _show(answer, as_csv=as_csv, as_json=as_json)


@app.command()
def quotes(
    speaker: Annotated[str, typer.Argument(help="Whose words; everybody's without.")] = "",
    about: Annotated[str, typer.Option(help="What they are about.")] = "",
    index: Index = None,
    after: After = None,
    before: Before = None,
    publisher: Publisher = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    sample: Sample = False,
) -> None:
    """What somebody is reported to have said, dated and cited."""
    from rag.requests.request import Request

    corpus, filters = _corpus(_settings(index), sample), _filters(after, before, publisher)
    answer = corpus.reply(Request("quotes", about, speaker=speaker), filters=filters)
    _show(answer, as_csv=as_csv, as_json=as_json)


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help="What to look for.")] = None,
    index: Index = None,
    top_k: TopK = None,
    input_file: Input = None,
    run: Annotated[
        Path | None, typer.Option("--run", metavar="FILE", help="Write a TREC run here.")
    ] = None,
    as_json: AsJson = False,
    sample: Sample = False,
) -> None:
    """Find passages; with --input and --run, rank articles for many queries."""
    from ui import output
    from ui.commands import batch

    if (query is None) == (input_file is None):
        raise typer.BadParameter("give either a query or --input FILE")
    if (run is None) != (input_file is None):
        raise typer.BadParameter("--input FILE and --run FILE go together")
    if input_file and run:
        from rag.question_files import read

        questions = read(input_file)
        corpus = _corpus(_settings(index), sample)
        if batch.write_run(corpus, questions, run, top_k or batch.RUN_DEPTH):
            raise typer.Exit(1)
        return
    corpus = _corpus(_settings(index), sample)
    output.passages(corpus.search(str(query), top_k), as_json=as_json)


@app.command()
def evaluate(
    target: Annotated[
        Path,
        typer.Argument(
            metavar="COLLECTION_OR_GOLDEN",
            help="A folder in BEIR layout, or a JSONL file of questions with what answers them.",
        ),
    ],
    index: Index = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write a report in HTML here.")
    ] = None,
    today: Today = None,
    llm_url: LlmUrl = None,
    llm_model: LlmModel = None,
    llm_key: LlmKey = None,
    as_json: AsJson = False,
    sample: Sample = False,
) -> None:
    """Measure answers on a golden set, or rankings on a retrieval test collection."""
    from ui.commands import evaluation

    settings = _settings(index, llm_url=llm_url, llm_model=llm_model, llm_key=llm_key)
    evaluation.run(target, settings, sample=sample, as_json=as_json, report=report, today=today)


@app.command()
def chat(
    index: Index = None,
    host: Host = None,
    port: Port = None,
    auth: Annotated[
        str | None, typer.Option(metavar="NAME", help="Ask for a password, and let NAME in by it.")
    ] = None,
    no_auth: NoAuth = False,
    read_only: ReadOnly = False,
    llm_url: LlmUrl = None,
    llm_model: LlmModel = None,
    llm_key: LlmKey = None,
    sample: Sample = False,
) -> None:
    """Open the web chat, and the doors for programs beside it."""
    from ui.server.auth import admitted
    from ui.server.process import listen, share_arenas

    settings = _settings(
        index, host=host, port=port, llm_url=llm_url, llm_model=llm_model, llm_key=llm_key
    )
    if auth is not None and no_auth:
        raise typer.BadParameter("--auth and --no-auth are opposites; give one")
    users = admitted(settings, auth, no_auth=no_auth)
    listen(settings.host, settings.port).close()  # a port that is taken is told at once
    from ui.page.app import serve as serve_page

    share_arenas()
    corpus = _corpus(settings, sample)
    threading.Thread(target=corpus.prepare, daemon=True).start()
    serve_page(
        corpus,
        settings.host,
        settings.port,
        users=users,
        any_host=no_auth,
        read_only=read_only,
    )


@app.command()
def serve(
    index: Index = None,
    host: Host = None,
    port: Port = None,
    workers: Annotated[int, typer.Option(min=1, help="How many processes answer.")] = 1,
    no_auth: NoAuth = False,
    read_only: ReadOnly = False,
    llm_url: LlmUrl = None,
    llm_model: LlmModel = None,
    llm_key: LlmKey = None,
    sample: Sample = False,
) -> None:
    """Serve the doors for programs, without the page, from several processes."""
    from ui.server import server as processes
    from ui.server.auth import admitted

    settings = _settings(
        index, host=host, port=port, llm_url=llm_url, llm_model=llm_model, llm_key=llm_key
    )
    users = admitted(settings, no_auth=no_auth)
    _corpus(settings, sample)  # what is wrong with it is told once
    processes.serve(
        settings, users, workers=workers, any_host=no_auth, read_only=read_only, sample=sample
    )


@app.command()
def feedback(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it, as JSONL.")],
    index: Index = None,
) -> None:
    """Write what readers thought of the chat's answers as a golden set for evaluate."""
    from ui.commands.evaluation import write_golden
    from ui.conversation_store.store import ConversationStore

    given = ConversationStore(_settings(index).index).feedback()
    written = write_golden(file, given)
    typer.echo(f"{file}: {written} questions, {len(given) - written} left out")


@app.command()
def mcp(
    index: Index = None,
    llm_url: LlmUrl = None,
    llm_model: LlmModel = None,
    llm_key: LlmKey = None,
    sample: Sample = False,
) -> None:
    """Serve the tools ask, search and article to an assistant, on standard input and output."""
    from ui.server import mcp_server

    settings = _settings(index, llm_url=llm_url, llm_model=llm_model, llm_key=llm_key)
    mcp_server.serve_stdio(_corpus(settings, sample))


@app.command()
def llm(
    llm_url: LlmUrl = None,
    llm_model: LlmModel = None,
    llm_key: LlmKey = None,
    as_json: AsJson = False,
) -> None:
    """See whether the language model's server answers, which models it has, and how soon."""
    from ui.commands.evaluation import probe

    settings = _settings(None, llm_url=llm_url, llm_model=llm_model, llm_key=llm_key)
    probe(settings, as_json=as_json)


@app.command()
def check(
    index: Index = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make what is damaged again from what is whole.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Verify the ledger and what is derived from it."""
    from ui.commands import indexing

    if not indexing.check(_settings(index), repair=repair, as_json=as_json):
        raise typer.Exit(1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")],
    index: Index = None,
) -> None:
    """Copy articles, chats and feedback into one file, also while they are used."""
    from ui.commands import indexing

    settings = _settings(index)
    indexing.backup(settings.index, file)
    if settings.database.get_secret_value():
        typer.echo("onrecord: its articles are in the database; copy that with pg_dump", err=True)


@app.command()
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="An index: DIR or postgresql://…")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Where there is no index yet.")],
) -> None:
    """Copy an index from a folder to a database or back; nothing is embedded anew."""
    from index.backup import copy_index

    counts = copy_index(source, target)
    typer.echo(f"{counts['articles']} articles, {counts['chunks']} chunks")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What backup wrote.")],
    index: Index = None,
) -> None:
    """Bring back what a backup holds, also while the index is used; keep what was there."""
    from ui.commands import indexing

    indexing.restore(_settings(index).index, file)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Where to write it.")],
    index: Index = None,
) -> None:
    """Write every article as a line of JSON, which add reads back."""
    from ui.commands import indexing

    if not indexing.export(_settings(index).place(), file):
        raise typer.Exit(1)


def main() -> None:
    """Runs the command line; what a person can mend is told in one sentence."""
    import sqlite3

    from pydantic import ValidationError

    from index.errors import OnRecordError

    try:
        app()
    except OnRecordError as error:
        _fail(str(error))
    except sqlite3.Error as error:
        _fail(f"the ledger cannot be used: {error}; see what is wrong with: onrecord check")
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        _fail(f"setting {name}: {first['msg']}; see --help, ONRECORD_* and onrecord.toml")
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        _fail(f"{error.filename or error}: {error.strerror}; check the path and its permissions")


def _fail(message: str) -> None:
    from ui.output import plain

    typer.echo(plain(f"onrecord: {message}"), err=True)
    sys.exit(1)


def _settings(index: str | None, **given: Any) -> Settings:  # noqa: ANN401
    import tomllib

    from index.errors import OnRecordError
    from rag.settings import Settings

    given = {name: value for name, value in {**given, "index": index}.items() if value is not None}
    try:
        return Settings(**given)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OnRecordError(f"onrecord.toml: {error}; mend the file or delete it") from error


def _corpus(settings: Settings, sample: bool) -> Corpus:
    from ui.sample import open_corpus

    return open_corpus(settings, sample=sample)


def _show(answer: Answer, *, as_csv: bool, as_json: bool) -> None:
    from ui import output

    if as_csv:
        output.table(answer)
    else:
        output.answer(answer, as_json=as_json)


def _filters(after: date | None, before: date | None, publisher: str | None) -> Filters:
    from rag.types import Filters

    return Filters(after, before, publisher)


if __name__ == "__main__":
    main()
