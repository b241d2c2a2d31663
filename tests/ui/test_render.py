"""What of an article or an answer reaches the page is text, and reads the same."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer_text import MAY, REFUSAL, UNSUPPORTED, refusal
from rag.types import SURE, Answer, Short
from tests.ui.fake_corpus import EVIL, HOSTILE, PLAIN, QUOTE, SPANNING, cite, claim, reply, short
from ui.page.render import LONGEST_PEEK, anchor, answer_html, article_html, question_html
from ui.templating import escape

ALLOWED = {"div", "p", "span", "a", "ul", "li", "article", "header", "h2", "mark", "strong"}


class Page(HTMLParser):
    """The tags, attributes and text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.marked, self.strong, self.text = [], [], [], [], ""
        self._open = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        self._open.add(tag)

    def handle_endtag(self, tag):
        self._open.discard(tag)

    def handle_data(self, data):
        self.text += data
        if "mark" in self._open:
            self.marked.append(data)
        if "strong" in self._open:
            self.strong.append(data)


@given(st.text())
@settings(deadline=None)
def test_escaped_text_reads_the_same_and_is_one_line_without_markup(text):
    escaped = escape(text)
    page = Page(f"<p>{escaped}</p>")
    assert page.tags == ["p"]
    assert not set("<>*_`[]()#\n\r\\$|~!") & set(escaped.replace("&#", ""))
    if text.isprintable():
        assert page.text == text


SHOWABLE = st.characters(exclude_categories=["Cs", "Cc"])


@given(st.text(alphabet=SHOWABLE, min_size=1))
@settings(deadline=None)
def test_a_claim_is_shown_word_for_word(text):
    page = Page(answer_html(reply("q", claim(text, cite(PLAIN, QUOTE)))))
    assert text in page.text
    assert set(page.tags) <= ALLOWED


@given(st.text(alphabet=SHOWABLE, max_size=5), st.text(alphabet=SHOWABLE), st.text())
@settings(deadline=None)
def test_whatever_the_short_answer_is_its_words_are_text_in_strong(before, words, after):
    quote = f"{before}{words}{after}"
    whole = PLAIN.text.index(QUOTE)
    own = replace(cite(PLAIN, QUOTE), quote=quote, end=whole + len(quote))
    given_ = Short(
        text=words, citation=1, start=whole + len(before), end=whole + len(before) + len(words)
    )
    plain = reply("q", claim(quote, own))
    page = Page(answer_html(replace(plain, shorts=(given_,))))
    assert [each for each in ["".join(page.strong)] if each] == [words.strip()] * bool(
        words.strip()
    )
    assert page.text == Page(answer_html(plain)).text
    assert page.tags.count("strong") == bool(words.strip())
    assert set(page.tags) <= ALLOWED


def test_a_hostile_article_makes_no_tag_and_no_address():
    start = EVIL.text.index(HOSTILE)
    page = Page(article_html(EVIL, [(start, start + len(HOSTILE))]))
    assert set(page.tags) <= ALLOWED
    assert page.marked == [HOSTILE]
    assert [value for _, name, value in page.attributes if name == "href"] == ["#chat"]
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]


def test_a_marker_is_a_link_whose_text_is_its_number_and_whose_target_is_the_words():
    citation = cite(PLAIN, QUOTE)
    page = Page(answer_html(reply("q", claim(QUOTE, citation))))
    assert ("a", "class", "cite") in page.attributes
    assert ("a", "href", f"#{anchor(citation)}") in page.attributes
    assert anchor(citation) == f"cite-{PLAIN.id}-{citation.start}-{citation.end}"
    given_ = short(citation, "specific")
    found = f"{anchor(citation)}~{given_.start}-{given_.end}"
    assert anchor(citation, [given_, replace(given_, citation=2)]) == found
    page = Page(answer_html(replace(reply("q", claim(QUOTE, citation)), shorts=(given_,))))
    assert [value for _, name, value in page.attributes if name == "href"] == [f"#{found}"] * 2


def test_claims_stand_under_who_published_them():
    page = Page(answer_html(reply("q", claim(QUOTE, cite(PLAIN, QUOTE)))))
    assert page.text.startswith(f"The Daily Record, 18 May 2025: {QUOTE}1")


def test_a_refusal_says_why_and_shows_what_is_nearest():
    near = cite(PLAIN, "The talks were the first since March 2022.")
    answer = Answer(question="q", query="q", answered=False, text=REFUSAL, nearest=(near,))
    page = Page(answer_html(answer))
    assert ("div", "class", "refusal") in page.attributes
    assert page.text.startswith(
        f"{REFUSAL}Nearest passages:The talks were the first since March 2022."
    )
    why = "the articles speak of <b>2022</b>, not of 2021"
    page = Page(answer_html(replace(answer, reason=why)))
    assert page.text.startswith(
        f"{REFUSAL}The articles speak of <b>2022</b>, not of 2021.Nearest passages:"
    )
    text = refusal((near,), why)
    again = replace(answer, text=text, reason=why)
    assert Page(answer_html(again)).text == page.text
    assert ("a", "class", "cite") not in page.attributes


@pytest.mark.parametrize("status", ["supported", "unsupported", "unchecked"])
def test_a_claim_carries_its_status(status):
    page = Page(answer_html(reply("q", claim("Peskov agreed.", cite(PLAIN, QUOTE), status=status))))
    assert ("span", "class", f"claim {status}") in page.attributes
    assert ("not supported" in page.text) == (status == "unsupported")


def test_what_was_searched_is_shown_only_when_it_differs():
    same, other = reply("q", claim("A.")), reply("q", claim("A."), query="Kremlin q")
    assert "Searched for" not in answer_html(same)
    assert "Searched for: Kremlin q" in Page(answer_html(other)).text
    capitals = replace(other, question="what did peskov say?", query="what did Peskov say?")
    assert "Searched for" not in answer_html(capitals)


def test_words_across_a_line_break_are_marked_in_both_paragraphs():
    quote = "The second line begins\nand the third ends it."
    start = SPANNING.text.index(quote)
    page = Page(article_html(SPANNING, [(start, start + len(quote))]))
    assert page.marked == ["The second line begins", "and the third ends it."]
    assert page.text.endswith("One line.The second line beginsand the third ends it. The rest.")


def test_only_a_web_address_becomes_a_link_to_the_original():
    page = Page(article_html(PLAIN, [(0, 3)]))
    assert ("a", "href", "https://news.example/kremlin?a=1&b=2") in page.attributes
    assert ("a", "rel", "noopener noreferrer") in page.attributes
    assert "Read the original" not in article_html(EVIL, [(0, 3)])


def test_an_article_says_in_which_language_it_is_to_be_read_out():
    page = Page(article_html(replace(PLAIN, language="de"), [(0, 3)]))
    assert [tag for tag, *pair in page.attributes if pair == ["lang", "de"]] == ["h2", "div"]
    for unknown in (None, 'de"><script>'):
        assert "lang=" not in article_html(replace(PLAIN, language=unknown), [(0, 3)])


def test_a_page_of_pasted_text_is_not_repeated():
    assert Page(question_html("a" * 5_000)).text == "a" * 2_000 + "…"


def test_what_may_answer_is_opened_as_that_right_above_its_sentences():
    sure = replace(reply("q", claim(QUOTE, cite(PLAIN, QUOTE))), confidence=SURE, note="Noted.")
    assert MAY not in Page(answer_html(sure)).text
    page = Page(answer_html(replace(sure, confidence=SURE - 0.01)))
    assert page.text.startswith(f"Noted.{MAY}The Daily Record, 18 May 2025: {QUOTE}")
    assert ("div", "class", "answer quoting may") in page.attributes
    refused = replace(sure, answered=False, confidence=0.2)
    assert MAY not in Page(answer_html(refused)).text


def test_small_talk_is_no_refusal():
    talk = Answer(question="Hi", query="Hi", answered=False, text="<b>Hello.", kind="smalltalk")
    page = Page(answer_html(talk))
    assert page.text == "<b>Hello."
    assert ("div", "class", "refusal") not in page.attributes


def test_the_short_answer_is_strong_in_the_claim_that_cites_it():
    quote = "The second line begins\nand the third ends it."
    cited = cite(SPANNING, quote, 2)
    told = claim(quote, cited)
    answer = reply("q", claim(QUOTE, cite(PLAIN, QUOTE)), told)
    page = Page(answer_html(replace(answer, shorts=(short(cited, "begins\nand the third"),))))
    assert page.strong == ["begins\nand the third"]
    assert page.text == Page(answer_html(answer)).text
    assert ("strong", "class", "short") in page.attributes


def test_what_a_model_wrote_and_the_articles_lack_stands_apart_with_the_reason():
    right = claim("Peskov spoke.", cite(PLAIN, QUOTE))
    wrong = replace(claim("Macron spoke."), status="unsupported", reason="<b>no</b> Macron")
    written = reply("q", right, wrong, answerer="a-model")
    page = Page(answer_html(written))
    assert page.text == (
        f"Peskov spoke.1{UNSUPPORTED}Macron spoke. <b>no</b> Macron1{PLAIN.title}"
        " The Daily Record · 18 May 2025Phrased by a-model, each sentence checked."
    )


def test_the_note_on_a_model_is_shown_as_text():
    noted = replace(reply("q", claim(QUOTE, cite(PLAIN, QUOTE))), note="It said: <i>no</i>.")
    assert "It said: <i>no</i>." in Page(answer_html(noted)).text


def test_other_quotes_of_the_article_are_marked_too_and_less():
    whole = "The talks were the first since March 2022. Both sides agreed to an exchange."
    start = PLAIN.text.index(whole)
    first = PLAIN.text.index(QUOTE), PLAIN.text.index(QUOTE) + len(QUOTE)
    cut = start + len("The talks were")
    html = article_html(PLAIN, [first, (start, cut), (cut - 5, start + len(whole)), first])
    page = Page(html)
    assert page.marked == [QUOTE, whole]
    assert [value for tag, name, value in page.attributes if tag == "mark"] == ["other"]


def test_what_two_quotes_share_is_marked_as_the_one_that_was_chosen():
    page = Page(article_html(SPANNING, [(4, 8), (0, 9), (6, 12)]))
    assert page.marked == ["One ", "line", ".", "Th"]
    assert page.text.endswith(f"{SPANNING.text.replace(chr(10), '')}")


def test_a_short_answer_is_strong_within_what_is_marked():
    page = Page(article_html(SPANNING, [(10, 33), (37, 46)], [(41, 60), (25, 40)]))
    assert page.marked == ["The second line", " begins", "the", " ", "third"]
    assert page.strong == [" begins", "the", "third"]


SPANS = st.lists(
    st.tuples(st.integers(0, 62), st.integers(1, 63)).filter(lambda span: span[0] < span[1])
)


@given(SPANS, SPANS)
@settings(deadline=None)
def test_whatever_is_marked_the_article_reads_the_same(spans, shorts):
    page = Page(article_html(SPANNING, [(3, 30), *spans], shorts))
    assert page.text.endswith(SPANNING.text.replace("\n", ""))
    marked, strong = (
        {at for low, high in each for at in range(low, high)}
        for each in ([(3, 30), *spans], shorts)
    )
    both = [each for at, each in enumerate(SPANNING.text) if at in marked & strong]
    assert "".join(page.strong) == "".join(both).replace("\n", "")


def test_a_marker_says_what_it_cites_before_it_is_followed():
    page = Page(answer_html(reply("q", claim("So.", cite(PLAIN, QUOTE)))))
    said = [value for tag, name, value in page.attributes if (tag, name) == ("a", "title")]
    assert said == [f"“{QUOTE}” – {PLAIN.title}, The Daily Record"]
    page = Page(answer_html(reply("q", claim("So.", cite(PLAIN, PLAIN.text)))))
    [said] = [value for tag, name, value in page.attributes if (tag, name) == ("a", "title")]
    quote, _, rest = said.partition(" …” – ")
    assert rest == f"{PLAIN.title}, The Daily Record"
    assert 300 < len(quote) <= LONGEST_PEEK
    assert " ".join(PLAIN.text.split()).startswith(quote[1:])


def test_a_list_of_what_nobody_published_has_an_item_for_each_claim():
    bare = replace(PLAIN, publisher=None, published=None)
    said = "The talks were the first since March 2022."
    claims = claim(QUOTE, cite(bare, QUOTE)), claim(said, cite(bare, said, 2))
    brief = replace(reply("q", *claims), kind="brief", heading="In brief: talks.")
    assert answer_html(brief).count('<li class="said">') == 2
    assert answer_html(replace(brief, kind="fact", heading="")).count('<p class="said">') == 1
