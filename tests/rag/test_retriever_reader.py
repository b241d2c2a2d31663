"""What the articles say to a question: search, read, decide."""

from dataclasses import replace

from rag.corpus import Corpus
from rag.question import understand
from rag.reading import retriever_reader
from rag.reading.retriever_reader import FIRST, PART_PASSAGES, PASSAGES, STEP, find
from rag.settings import Settings
from tests.fakes import FakeReader
from tests.rag.builders import corpus_of

WIRE = {
    "rain.txt": "Rain fell on Kyiv on Friday. Tembo shut the gate of the dock at noon.",
    "hail.txt": "Hail hit Paris on Monday. Farmers lost their wheat near Reims.",
}


def found(tmp_path, fake, question, articles=WIRE, history=()):
    corpus, _ = corpus_of(tmp_path, fake, articles)
    reader = FakeReader()
    with corpus._store.reading() as now:
        return find(now, understand(question, history), None, fake, reader), reader.asked


def test_the_best_sentence_is_first_and_the_plain_question_is_its_only_part(tmp_path, fake):
    result, asked = found(tmp_path, fake, "Who shut the gate of the dock?")
    assert result.whole[0].text == "Tembo shut the gate of the dock at noon."
    assert result.parts == [result.whole]
    assert asked == ["Who shut the gate of the dock?"]
    assert 0.0 < result.confidence < 1.0


def test_each_part_of_a_question_is_read_for_on_its_own(tmp_path, fake):
    question = "Who shut the gate, and which farmers near Reims lost wheat?"
    result, asked = found(tmp_path, fake, question)
    assert [part[0].text for part in result.parts] == [
        "Tembo shut the gate of the dock at noon.",
        "Farmers lost their wheat near Reims.",
    ]
    assert asked[0] == question
    assert len(asked) == 3


INQUIRY = (
    "Judge opens the Lowther inquiry",
    "The inquiry into the Lowther fire is chaired by Dame Ruth Askew. She will hear eighty"
    " witnesses before the end of June.",
    "Colin Pratt owned the mill. Dame Ruth Askew promised to publish every letter that she gets.",
)


def test_a_part_that_the_articles_do_not_tell_is_named(tmp_path, embedder):
    corpus_of(tmp_path, embedder, {"inquiry.txt": "\n\n".join(INQUIRY)})
    corpus = Corpus(tmp_path, embedder, Settings())
    answer = corpus.ask("who chairs the Lowther inquiry and who won the world cup?")
    assert [claim.text for claim in answer.claims] == [
        "The inquiry into the Lowther fire is chaired by Dame Ruth Askew."
    ]
    assert answer.note == "The articles do not tell: “who won the world cup”."
    whole = corpus.ask("who chairs the Lowther inquiry and who owned the mill?")
    assert (len(whole.claims), whole.note) == (2, "")


def test_what_answered_another_question_answers_a_turn_last(tmp_path, fake):
    corpus, _ = corpus_of(tmp_path, fake, WIRE)
    with corpus._store.reading() as now:
        asked = understand("Who shut the gate of the dock?")
        first = find(now, asked, None, fake, FakeReader())
        given = first.whole[0].short
        again = find(now, replace(asked, given=given.upper()), None, fake, FakeReader())
    assert given
    assert (again.whole[-1].text, again.whole[-1].short) == (first.whole[0].text, given)
    assert [e.text for e in again.whole[:-1]] == [e.text for e in first.whole[1:]]
    assert again.confidence < first.confidence


def test_a_part_that_asks_another_thing_is_read_with_what_answers_the_first(tmp_path, fake):
    result, asked = found(tmp_path, fake, "Who shut the gate of the dock, and why?")
    assert asked[-1] == f"why {result.parts[0][0].short} shut the gate of the dock"
    again = [e.short == result.parts[0][0].short for e in result.parts[1]]
    assert again == sorted(again)  # what answers the first stands last


def test_who_was_named_before_answers_no_further_question(sample_corpus):
    chat = sample_corpus.conversation()
    assert chat.ask("who resigned as harbour commissioner").shorts[0].text == "Lucan Fairweather"
    assert chat.ask("when?").query == "when Lucan Fairweather resigned as harbour commissioner"
    later = chat.ask("who took over?")
    assert "Lucan Fairweather" not in [short.text for short in later.shorts]


def test_a_part_on_somebody_is_read_with_the_name_that_answers_the_first(tmp_path, fake):
    question = "Who shut the gate of the dock and what did she say?"
    wire = {"dock.txt": "The gate of the dock was shut by Ida Tembo. Rain fell all day."}
    _, asked = found(tmp_path, fake, question, wire)
    assert asked[1:] == [
        "Who shut the gate of the dock",
        "Who shut the gate of the dock, what did she say?",
        "what did Ida Tembo say?",
    ]


def test_what_was_said_is_not_said_again(tmp_path, fake):
    history = [
        {"role": "user", "content": "Who shut the gate of the dock?"},
        {"role": "assistant", "content": "Tembo shut the gate of the dock at noon. [1]"},
    ]
    result, _ = found(tmp_path, fake, "tell me more", history=history)
    assert "Tembo shut the gate of the dock at noon." not in [e.text for e in result.whole]
    assert result.whole
    told = [turn | {"content": turn["content"].replace("Tembo", "Rain")} for turn in history]
    told[0]["content"] = "Where did rain fall in Kyiv?"
    told[1]["content"] = "Rain fell on dock 1 in Kyiv. [1]"
    result, _ = found(tmp_path / "docks", fake, "tell me more", DOCKS, told)
    assert len({e.passage.chunk.pk for e in result.whole}) == PASSAGES


DOCKS = {f"{n}.txt": f"Rain fell on dock {n} in Kyiv. Boats left." for n in range(14)}


def passages_of(evidence):
    return len({e.passage.chunk.pk for e in evidence})


def test_passages_are_read_until_one_surely_answers(tmp_path, fake):
    result, asked = found(tmp_path, fake, "Where did rain fall in Kyiv?", DOCKS)
    assert (passages_of(result.whole), len(asked)) == (FIRST, 1)
    result, asked = found(tmp_path, fake, "Where did rain fall softly on Odesa quays?", DOCKS)
    assert passages_of(result.whole) == FIRST + STEP * (len(asked) - 1) > FIRST + STEP
    result, asked = found(tmp_path, fake, "How long did rain fall in Kyiv?", DOCKS)
    assert (passages_of(result.whole), len(asked)) == (PASSAGES, 1)


def test_what_lacks_a_year_that_is_asked_about_ends_no_reading(tmp_path, fake, monkeypatch):
    monkeypatch.setattr(retriever_reader, "FALL", 0.0)  # however far behind the others are
    monkeypatch.setattr(retriever_reader, "SURE", 1.0)
    told = "rain fell on the old mill, tram and harbour near Kyiv"
    articles = {f"{n}.txt": f"On day {n} {told}." for n in range(14)}
    result, _ = found(tmp_path, fake, f"Where was it that {told}?", articles)
    assert passages_of(result.whole) == FIRST
    result, _ = found(tmp_path, fake, f"Where was it that in 1984 {told}?", articles)
    assert passages_of(result.whole) == PASSAGES


def test_a_part_is_read_for_in_more_passages_than_answered_the_whole(tmp_path, fake, monkeypatch):
    monkeypatch.setattr(retriever_reader, "FIRST", 2)
    monkeypatch.setattr(retriever_reader, "SURE", 2.0)
    monkeypatch.setattr(retriever_reader, "FALL", 6.0)
    result, _ = found(tmp_path, fake, "Where did rain fall, and who left?", DOCKS)
    assert passages_of(result.whole) == 2
    assert [passages_of(part) for part in result.parts] == [PART_PASSAGES, PART_PASSAGES]


def test_nothing_is_found_where_nothing_may_be_read(tmp_path, fake):
    from index.generation import Allowed

    corpus, _ = corpus_of(tmp_path, fake, WIRE)
    with corpus._store.reading() as now:
        none = Allowed(frozenset(), {})
        result = find(now, understand("Who shut the gate?"), none, fake, FakeReader())
    assert (result.whole, result.confidence) == ([], 0.0)


TERMS = (
    "Dockers signal a truce with the port",
    "The dockers of Aldby have said that talks with the port authority are possible, but only if"
    " certain conditions are met. Both sides met last week for the first time since March.",
    "The authority had offered to meet on neutral ground. According to the union's spokeswoman, Ida"
    ' Brandt, "such talks can only begin once the new rosters have been withdrawn in writing."',
    "The authority, for its part, proposed a pause of ten days, which the dockers refused.",
    'Brandt added, "We need to know who speaks for the port." The remark shows that the dockers no'
    " longer trust its director.",
)


def test_conditions_are_found_where_they_are_told_in_other_words(tmp_path, embedder):
    corpus_of(tmp_path, embedder, {"terms.txt": "\n\n".join(TERMS)})
    corpus = Corpus(tmp_path, embedder, Settings())
    answer = corpus.ask("what conditions did the dockers set?")
    said = " ".join(claim.text for claim in answer.claims)
    assert answer.answered
    assert "certain conditions are met" in said
    assert "once the new rosters have been withdrawn in writing" in said
