"""What differs between languages: which one a text is in, its sentences, its words."""

import pytest
from babel.dates import get_month_names
from hypothesis import given
from hypothesis import strategies as st

from index.text.dates import month_of
from index.text.names import alike, respelt, sound, sounds_like
from index.text.sentences import split_sentences
from index.text.words import (
    code_of,
    content_spans,
    content_stems,
    language_asked,
    language_of,
    stem,
)
from index.vocabulary import Vocabulary

SHORT = {
    "ar": "أبلغ أحد الصيادين عن الحريق.",
    "de": "Wer hat den Brand im Hafen gemeldet?",
    "en": "Who reported the fire in the harbour?",
    "es": "¿Quién avisó del incendio en el puerto?",
    "fr": "Qui a signalé l'incendie au port ?",
    "it": "Chi ha segnalato l'incendio al porto?",
    "nl": "Wie heeft de brand in de haven gemeld?",
    "pl": "Kto zgłosił pożar w porcie rybackim?",
    "pt": "Quem avisou do incêndio no porto?",
    "ru": "Кто сообщил о пожаре в порту?",
    "uk": "Хто повідомив про пожежу в порту?",
    "zh": "谁报告了港口的火灾？",
}

SENTENCES = [
    ("de", ["Am 3. Mai trat Dr. Ute Kern zurück.", "Ab dem 12. Mai gilt z. B. Tempo 30."]),
    (
        "de",
        ["Der 1. FC Lind verlor.", "Er spielte d. h. nur bis zur 80. Minute.", "Dann kam Regen."],
    ),
    (
        "de",
        ["»Nein!« rief sie.", "»Das gilt nicht.«", "Er schwieg.", "Um 10 Uhr war Schluss."],
    ),
    ("de", ["Das Werk, ca. 300 Beschäftigte, schließt.", "Die Löhne, u. a. Zulagen, bleiben."]),
    ("fr", ["« Non ! » a dit la maire.", "« Pourquoi ? »", "M. Duval n'a pas répondu."]),
    ("fr", ["Le port rouvre le 3 mai.", "Mme Roux s'en réjouit !", "Et après ?"]),
    ("de", ["Er nannte es ein „letztes Mittel“.", "Müller schwieg.", "Das ist „Plan B“.", "Gut."]),
    ("de", ["„Wer zahlt?“, fragte sie.", "„Wir nicht!“ rief Kern.", "„Nie.“", "Müller schwieg."]),
    (
        "de",
        ["„Er sagte: ‚Nie wieder.‘“", "Müller schwieg.", "„Er rief ‚Nie!‘ und ging“, sagte sie."],
    ),
    ("fr", ["Il parla de « dernier recours ».", "Duval se tut.", "« Non. »", "Duval sortit."]),
    (
        "fr",
        ["« Il m’a dit : “Jamais !” »", "Duval se tut.", "« “Jamais” », dit-il.", "Roux sortit."],
    ),
    ("es", ["¿Quién avisó?", "¡Nadie!", "El Sr. Vega, de 40 años, calló."]),
    ("ru", ["В 2025 г. завод закрыли.", "Ул. Мира, д. 5, опустела и т. д.", "Это решил суд."]),
    ("ru", ["— Нет! — сказал мэр.", "Ущерб — 3 млн. руб.", "Он это подтвердил."]),
    ("ar", ["من أبلغ عن الحريق؟", "قال د. سامي إنه لا يعرف.", "ثم وصل رجال الإطفاء!"]),
    ("zh", ["谁报告了火灾？", "李明说：“我不知道。”", "消防队十点到达！"]),
    ("ja", ["火事を知らせたのは誰ですか？", "「分かりません。」", "市長は会見を開いた。"]),
    ("cs", ["Dne 3. května přišel déšť.", "Škody jsou např. v Lindu.", "To řekl starosta."]),
    ("pl", ["Spłonęło ok. 30 domów.", "W 2025 r. spadł śnieg, m. in. w Lind."]),
]


@pytest.mark.parametrize("language", SHORT)
def test_a_short_text_tells_its_language(language):
    assert language_of(SHORT[language]) == language
    assert language_of(SHORT[language].upper()) == language


def test_few_letters_tell_none():
    assert [language_of(text) for text in ("", "10:00", "Lind 3:2", "火灾")] == [None] * 4


def test_only_the_languages_that_may_be_meant_are_told():
    assert language_of("Wie heeft de brand in de haven gemeld?", {"de", "en"}) == "de"
    assert language_of("Что", {"en"}) == "en"


def test_a_tag_is_a_code():
    assert [code_of(tag) for tag in ("de-AT", "PT_br", None, "")] == ["de", "pt", "en", "en"]


@pytest.mark.parametrize(("language", "sentences"), SENTENCES)
def test_sentences_end_where_their_language_has_it(language, sentences):
    for between in ("", " ") if language in ("zh", "ja") else (" ",):
        text = between.join(sentences)
        found = [text[s.start : s.end] for s in split_sentences(text, language)]
        assert found == sentences


FORMS = {
    "de": ("Brücke", "Brücken"),
    "es": ("incendio", "incendios"),
    "fr": ("pompier", "pompiers"),
    "ru": ("пожар", "пожарами"),
    "uk": ("оплатив", "оплатили"),
    "ar": ("الحريق", "حريق"),
    "tr": ("köprü", "köprüler"),
}


@pytest.mark.parametrize("language", FORMS)
def test_forms_of_one_word_are_one(language):
    one, other = FORMS[language]
    assert stem(one, language) == stem(other, language)


def test_a_word_of_another_script_is_of_that_script():
    assert content_stems("Путина встретил the envoys", "en") == ["путин", "встрет", "envoy"]
    assert content_stems("Послы NATO и Kings", "ru") == ["посл", "nato", "king"]


def test_words_that_hold_a_sentence_together_carry_nothing():
    german = content_stems("Wie viele Bäume hat die Stadt gepflanzt?", "de")
    assert german == [
        "baum",
        "stadt",
        "gepflanzt",
    ]
    assert content_stems("Сколько деревьев посадили в городе?", "ru") == ["дерев", "посад", "город"]


def test_what_is_written_without_spaces_is_found_by_two_characters():
    text = "谁报告了港口火灾？"
    assert [text[a:b] for a, b in content_spans(text, "zh")] == ["报告", "港口", "口火", "火灾"]
    assert content_stems("G7峰会 in 2025", "zh")[:2] == ["g7", "峰会"]


@given(st.text(alphabet="谁了火灾ab1 ก是の", max_size=30))
def test_spans_are_in_order_and_hold_no_space(text):
    spans = content_spans(text, "zh")
    assert spans == sorted(spans)
    assert all(text[a:b].strip() == text[a:b] != "" for a, b in spans)


@pytest.mark.parametrize(
    ("question", "among", "language"),
    [
        ("Wer hat den Brand gemeldet?", {"en", "de", "nl"}, "de"),
        ("Who reported the fire?", {"en", "de", "nl"}, "en"),
        ("Кто сообщил о пожаре?", {"en", "ru", "uk"}, "ru"),
        ("谁报告了火灾？", {"en", "zh"}, "zh"),
        ("Putin Merkel Minsk", {"en", "de", "fr"}, "en"),
        ("Wer hat den Brand gemeldet?", {"en"}, "en"),
        ("Mit der Hand", set(), "en"),
    ],
)
def test_a_question_is_in_a_language_of_the_articles(question, among, language):
    assert language_asked(question, among) == language


ONE_NAME = [
    ("Putin", "Путин", "Путина", "Путиным", "بوتين"),
    ("Zelensky", "Zelenskyy", "Зеленский", "Зеленского", "زيلينسكي"),
    ("Lavrov", "Лавров", "Лавровым", "لافروف"),
    ("Macron", "Макрон", "Макрона", "ماكرون"),
    ("Netanyahu", "Нетаньяху", "نتنياهو"),
    ("Mitsotakis", "Μητσοτάκης", "Мицотакис"),
]


@pytest.mark.parametrize("names", ONE_NAME, ids=lambda names: names[0])
def test_a_name_sounds_alike_in_every_script(names):
    assert {sound(name) for name in names} == {sound(names[0])} != {""}
    assert all(sounds_like(names[0], other) for other in names)


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("Putin", "普京"),
        ("Trump", "特朗普"),
        ("Zelensky", "泽连斯基"),
        ("Ruoxi", "若溪"),
        ("Jinping", "近平"),
    ],
)
def test_a_name_is_found_in_chinese_and_from_there(asked, written):
    chinese = Vocabulary(f"昨天{written}说\t3\n大桥通车\t1\n")
    pairs = [written[n : n + 2] for n in range(len(written) - 1)]
    assert set(pairs) <= set(chinese.sounding_like(asked))
    assert "大桥" not in chinese.sounding_like(asked)
    latin = Vocabulary(f"{asked}\t3\nbridge\t2\n")
    assert {asked.lower()} == {name.lower() for pair in pairs for name in latin.sounding_like(pair)}


def test_a_chinese_name_of_two_syllables_is_found_and_from_there():
    chinese = Vocabulary("董事马云说\t3\n大桥通车\t1\n")
    assert chinese.sounding_like("Ma", "Yun") == ["马云"]
    assert chinese.sounding_like("Ma", "Qiao") == []
    assert Vocabulary("Ma\t3\nYun\t2\nbridge\t2\n").sounding_like("马云") == ["ma", "yun"]
    assert Vocabulary("Ma\t3\nbridge\t2\n").sounding_like("马云") == []


IN_LATIN = [
    ("Putin", "Poutine"),
    ("Peskov", "Peskow", "Pesków"),
    ("Zelensky", "Zelenskyy", "Zelenskiy", "Selenskyj", "Zelenskij"),
    ("Gaddafi", "Qaddafi", "Kadhafi", "Khadafi", "Gadhafi"),
    ("Shoigu", "Schoigu", "Choïgou"),
    ("Lukashenko", "Lukaschenko", "Loukachenko"),
    ("Medvedev", "Medwedew", "Medvedyev"),
    ("Yeltsin", "Jelzin", "Eltsine"),
    ("Gorbachev", "Gorbatschow", "Gorbatchev"),
    ("Yanukovych", "Janukowytsch", "Yanukovich"),
    ("Netanyahu", "Netanjahu", "Nétanyahou"),
    ("Yermak", "Jermak", "Ermak"),
]


@pytest.mark.parametrize("names", IN_LATIN, ids=lambda names: names[0])
def test_a_name_is_one_however_a_language_spells_it(names):
    first, *others = respelt(names)
    assert first
    assert others == [first] * len(others)
    assert all(alike(names[0].lower(), other.lower()) for other in names)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zhang", "Chang"),
        ("Macron", "Micron"),
        ("Merkel", "Markle"),
        ("Obama", "Osama"),
        ("Could", "Should"),
        ("Carter", "Charter"),
        ("Alien", "Allen"),
        ("Putin", "Patton"),
    ],
)
def test_other_names_are_spelt_otherwise(one, other):
    mine, theirs = respelt([one, other])
    assert mine != theirs or not mine


def test_other_names_do_not():
    first = [sound(names[0]) for names in ONE_NAME]
    assert len(set(first)) == len(first)
    assert not sounds_like("batten", "Путин")
    assert sound("Xi") == sound("Li") == ""


@pytest.mark.parametrize(
    "language", "en de fr es it pt nl pl ru uk cs sk sv da nb fi hu ro tr".split()
)
def test_the_months_of_a_language_are_known_long_and_short(language):
    names = [
        [get_month_names(width, "format", language)[n] for n in range(1, 13)]
        for width in ("wide", "abbreviated")
    ]
    assert [[month_of(name, language) for name in each] for each in names] == [[*range(1, 13)]] * 2
