"""A folder of everything is added and asked; an answer says the page, and opens there."""

import csv
import io
import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from index.article import Article
from rag.corpus import Corpus
from rag.types import Answer, Citation
from tests.index.documents import archive, pdf, report, two_columns
from tests.ui.fake_corpus import PLAIN, QUOTE, cite, claim, reply
from ui import export, output
from ui.cli import app
from ui.page.render import answer_html, article_html

TALK = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v Ada Lund>Why was the quay closed?

00:00:05.000 --> 00:00:08.000
<v Mr Brandt>The quay was closed because the crane was not safe.

1:12:31.500 --> 1:12:40.000
<v Mr Brandt>The ferry terminal will open again in March 2027.
"""
GRAIN = (
    "Country;Year;Grain exports\nRuritania;2026;4.1 million tonnes\nGraustark;2026;0.9 million\n"
)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """An index of a folder that holds a file of each kind, and what add said of it."""
    folder = tmp_path_factory.mktemp("mixed")
    files = {
        "report.pdf": report(),
        "vote.pdf": two_columns(),
        "locked.pdf": pdf([[(72, 700, "Secret words.", 12)]], password="x"),
        "talk.vtt": TALK,
        "grain.csv": GRAIN,
        "wire.jsonl": '{"nr": 7, "headline": "Tower", "body": "The tower in Olm is of glass."}',
        "bundle.zip": archive({"note.txt": "The lighthouse was painted red in May.\n", "../x": ""}),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    index = folder.parent / "mixed-index"
    maps = ("--map", "title=headline", "--map", "text=body", "--map", "id=nr")
    said = CliRunner().invoke(app, ["add", str(folder), *maps, "--index", str(index)])
    return index, said


def ask(mixed, question, *options):
    index, _ = mixed
    return CliRunner().invoke(app, ["ask", question, *options, "--index", str(index)])


def test_what_can_be_read_is_added_and_the_rest_is_told(mixed):
    _, said = mixed
    assert said.exit_code == 1
    assert "added: 5" in said.stdout
    assert said.stderr.splitlines() == [
        "skipped bundle.zip#../x: its name leads out of the archive; it is not read",
        "skipped grain.csv: the table has no column 'body' but Country, Year, Grain exports; name"
        " one of them with --map text=COLUMN",
        "skipped locked.pdf: the PDF has a password; save it without one",
    ]


def test_a_row_of_a_table_answers_with_its_heads(tmp_path):
    (tmp_path / "grain.csv").write_text(GRAIN)
    index = tmp_path / "index"
    CliRunner().invoke(app, ["add", str(tmp_path / "grain.csv"), "--index", str(index)])
    question = "How much grain did Ruritania export in 2026?"
    answer = json.loads(ask((index, None), question, "--json").stdout)
    assert answer["citations"][0]["quote"] == (
        "Country: Ruritania; Year: 2026; Grain exports: 4.1 million tonnes."
    )


@pytest.mark.parametrize(
    ("question", "words", "file", "place"),
    [
        ("What did quay number 4 handle?", "44 thousand containers", "report.pdf", "p. 4"),
        ("When will the ferry terminal open again?", "March 2027", "talk.vtt", "01:12:31"),
        # Quoted with the question that it answers, from where that begins.
        ("Why was the quay closed?", "crane was not safe", "talk.vtt", "00:00:01"),
        ("What colour was the lighthouse painted?", "red", "bundle.zip#note.txt", None),
        ("Of what is the tower in Olm?", "glass", "wire.jsonl#7", None),
    ],
)
def test_an_answer_says_the_place_and_the_words_stand_there(mixed, question, words, file, place):
    answer = json.loads(ask(mixed, question, "--json").stdout)
    cited = answer["citations"][0]
    assert words in cited["quote"]
    assert (cited["uri"], cited["place"]) == (file, place)
    article = Corpus.open(mixed[0]).article(cited["article_id"])
    assert article.text[cited["start"] : cited["end"]] == cited["quote"]
    assert article.place_at(cited["start"]) == place


def test_the_terminal_names_the_page(mixed):
    told = ask(mixed, "What did quay number 4 handle?").stdout
    assert "[1] Annual report of the harbour authority, p. 4 (report.pdf)" in told


def test_what_is_exported_keeps_its_places(mixed, tmp_path):
    index, _ = mixed
    out, again = tmp_path / "all.jsonl", tmp_path / "again"
    CliRunner().invoke(app, ["export", str(out), "--index", str(index)])
    records = {r["uri"]: r for r in map(json.loads, out.read_text().splitlines())}
    assert records["report.pdf"]["places"][3][1] == "p. 4"
    assert "places" not in records["wire.jsonl#7"]
    CliRunner().invoke(app, ["add", str(out), "--index", str(again)])
    answer = json.loads(ask((again, None), "What did quay number 4 handle?", "--json").stdout)
    assert answer["citations"][0]["place"] == "p. 4"


# where a place is shown


PAGED = replace(cite(PLAIN, QUOTE), place="p. 4")
ANSWER = reply("q", claim(QUOTE, PAGED))


def test_every_view_of_a_source_says_the_place(capsys):
    assert output.source(PAGED).endswith(f", p. 4 ({PAGED.uri})")
    output.table(ANSWER)
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["place"] == "p. 4"
    assert ", p. 4\n" in export.copy_text(ANSWER)
    page = answer_html(ANSWER)
    assert page.count("p&#46; 4") == 2  # in the list of sources, and in what the marker shows
    assert "p&#46;" not in answer_html(reply("q", claim(QUOTE, cite(PLAIN, QUOTE))))


def test_the_pages_of_one_article_are_listed_once_each():
    other = replace(cite(PLAIN, QUOTE, 2), place="p. 7")
    page = answer_html(reply("q", claim(QUOTE, PAGED, other, replace(PAGED, number=3))))
    assert "p&#46; 4&#44; p&#46; 7</span>" in page


def test_paragraphs_in_which_a_page_begins_say_so():
    text = "One.\n\nTwo goes on.\n\nThree."
    article = Article(uri="a", key="a", text=text, places=((0, "p. 1"), (10, "p. 2")))
    page = article_html(article, [(0, 4)])
    assert '<p data-place="p&#46; 1"><mark>One&#46;</mark></p>' in page
    assert '<p data-place="p&#46; 2">Two goes on&#46;</p>' in page
    assert "<p>Three&#46;</p>" in page


def test_a_citation_that_was_kept_before_there_were_places_is_read():
    kept = ANSWER.as_json()
    assert Answer.from_json(kept) == ANSWER
    for cited in kept["citations"]:
        assert cited.pop("place") == "p. 4"
    assert Answer.from_json(kept).citations[0].place is None
    with pytest.raises(ValueError, match="not a citation"):
        Citation.from_json({"place": "p. 4"})
