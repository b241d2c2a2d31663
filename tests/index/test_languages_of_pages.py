"""Dates, a page's own lines and encodings in many languages; prose that only looks like them."""

from datetime import date

import pytest

from index.boilerplate.clean import Cleaned, clean_text
from index.readers.encoding import decode, decode_telling, tidy
from index.readers.fields import parse_date
from index.text.unwrap import unwrap
from tests.pages import articles

DAY = date(2025, 5, 12)
FIRST = "The harbour bridge reopened on Sunday after two years of repairs, the city said."
SECOND = "Cars crossed it from noon on, and many people came to watch the first tram."
BODY = f"{FIRST}\n\n{SECOND}"


@pytest.mark.parametrize(
    "written",
    [
        "12. Mai 2025", "Montag, 12. Mai 2025", "12 мая 2025 г.", "понедельник, 12 мая 2025",
        "12 травня 2025", "2025年5月12日", "2025年5月12日星期一 08:30", "2025년 5월 12일",
        "lundi 12 mai 2025 à 10h", "12 de mayo de 2025", "12 de maio de 2025", "12 maggio 2025",
        "12 mei 2025", "12 maj 2025", "12. května 2025", "2025. május 12.",
        "2025 m. gegužės 12 d.", "2025. gada 12. maijs", "12 Mayıs 2025 Pazartesi", "12 MAYIS 2025",
        "12 مايو 2025", "12 أيار/مايو 2025", "١٢ مايو ٢٠٢٥", "۱۲ مهٔ ۲۰۲۵", "12 मई 2025",
        "12 พฤษภาคม 2568", "12 tháng 5, 2025", "10:30 AM EDT, Mon May 12, 2025",
        "09:14 12.05.2026".replace("2026", "2025"), "Mon May 12 10:30:00 EST 2025", "5/12/2025 US",
        "1747008000", "1747008000000", 1747008000, "20250512T0914", "2025. 5. 12.",
    ],
)  # fmt: skip
def test_a_day_is_read_in_many_languages(written):
    language = "en-US" if str(written).endswith("US") else None
    assert parse_date(written, language) == DAY


@pytest.mark.parametrize(
    ("written", "language"),
    [("12/05/2025", None), ("12/05/2025", "en"), ("12/05/2025", "ja"), ("1970-01-01", None),
     ("0", None), (0, None), ("12 listopada 2025", None), ("40 people 2025", None),
     ("2025-13-45", None), ("Mai 2025", "de"), (True, None)],
)  # fmt: skip
def test_what_is_no_certain_day_is_none(written, language):
    assert parse_date(written, language) is None


def test_a_month_is_that_of_the_language():
    assert parse_date("12 listopada 2025", "pl") == date(2025, 11, 12)
    assert parse_date("12. listopada 2025", "hr") == date(2025, 10, 12)


ENDS = [
    "Melden Sie sich zu unserem kostenlosen Newsletter an und erhalten Sie die Nachrichten.",
    "Inscrivez-vous à notre newsletter gratuite et recevez l’essentiel chaque matin.",
    "Suscríbete a nuestro boletín gratuito y recibe cada mañana las noticias del día.",
    "Подпишитесь на нашу бесплатную рассылку и получайте главные новости дня на почту.",
    "订阅我们的免费早报，每天早晨把当天最重要的新闻送到您的邮箱。",
    "Follow Gull Post on Facebook and X for the latest news.",
    "Подписывайтесь на «Северный вестник» в Telegram и ВКонтакте.",
    "Folgen Sie dem Nordblatt auf Facebook und Instagram.",
    "Unterstützen Sie uns mit 2 Euro im Monat und lesen Sie ohne Werbung.",
    "Lesen Sie auch: Sturmwarnung für das Wochenende",
    "Читайте также: Штормовое предупреждение на выходные",
    "延伸阅读：周末将有大风天气",
    "Mehr zum Thema\n\nSturmwarnung für das Wochenende\n\nTaucher finden Anker",
    "Самое читаемое\n\nБюджет приняли с перевесом в один голос",
    "Tous droits réservés.", "Все права защищены.", "Mit Material der Nachrichtenagentur dpa",
    "Avec AFP", "责任编辑：王小明", "Themen: Verkehr, Stadtrat", "3 Kommentare", "Anzeige",
    "Teilen\nLink kopieren\nWhatsApp", "Jetzt anmelden", "(Reporting by Ann Lee; editing by Bo Ek)",
]  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_a_pages_own_lines_go_in_any_language(end):
    assert clean_text(f"{BODY}\n\n{end}") == Cleaned(BODY)


WHOLE = [
    "Follow the money, the opposition leader said, and you find that the county pays.",
    "Subscribe to a theory or not, the ground water does not care, he said.",
    "Register offices report something else: more farms change hands than before.",
    "Readers receive the newsletter of the union every morning in their inbox, it said.",
    "The party asked its members to follow it on Facebook, and 40 did so in a week.",
    "People can donate ten euros a month for journalism in Belarus, the group said.",
    "Copyright law is changing.",
    "Copyright 2026 will be remembered as the year of the artists, she said.",
    "All rights reserved for residents were revoked on Monday.",
    "© signs were painted on the wall of the ministry.",
    "Join us on Facebook, the message of the gang read.",
    "Abonnez un restaurant à la pêche du jour, propose la coopérative aux habitants.",
    "Lire dans le tram à trois heures du matin est possible aussi, dit la ville.",
    "Подписаться на рассылку может любой житель района, уточнили в компании.",
    "Читайте расписание внимательно, советует мэрия жителям города.",
    "Stand der Dinge ist, dass am 12. Mai 2025 abgestimmt wird, sagte sie.",
    "Veröffentlicht am 12. Mai 2025 hatte das Amt einen Bericht, der nun fehlt.",
    "Quelle des Ärgers: Die Stadt zahlt die Rechnung seit einem Jahr nicht mehr.",
    "Volg de dijk tien kilometer naar het noorden en het probleem is weg.",
    "Cookies on devices of partners were sold without any consent, the court found on Monday, "
    "and the firms must pay each of the users who had complained forty euros before the summer.",
]


@pytest.mark.parametrize("line", WHOLE)
@pytest.mark.parametrize("place", ["first", "last", "between"])
def test_a_sentence_is_never_boilerplate_by_its_first_words(line, place):
    parts = {"first": (line, FIRST, SECOND), "last": (FIRST, SECOND, line),
             "between": (FIRST, line, SECOND)}[place]  # fmt: skip
    text = "\n\n".join(parts)
    assert clean_text(text).text == text


def test_an_author_is_introduced_below_and_told_of_above():
    line = "Ann Lee ist Redakteurin. Sie schreibt seit 2016 über die Stadt."
    assert clean_text(f"{BODY}\n\n{line}", author="Ann Lee").text == BODY
    told = f"Die Redakteurin Lee wurde verhaftet, sagte ihr Anwalt am Montag.\n\n{BODY}\n\n{line}"
    assert clean_text(told, author="Ann Lee").text == told


ENCODINGS = {
    "tr": ("cp1254", "iso8859_9", "mac_turkish"),
    "pl": ("cp1250", "iso8859_2", "mac_latin2", "cp852"),
    "ru": ("cp1251", "koi8_r", "iso8859_5", "mac_cyrillic", "cp866"),
    "uk": ("cp1251", "koi8_u", "iso8859_5", "mac_cyrillic"),
    "ar": ("cp1256", "iso8859_6"),
    "de": ("cp1252", "iso8859_15", "mac_roman", "cp850"),
    "fr": ("cp1252", "mac_roman"),
    "es": ("cp1252", "mac_roman"),
    "sv": ("cp1252", "mac_roman"),
    "zh": ("gb18030", "big5"),
    "ja": ("cp932", "euc_jp"),
}


@pytest.mark.parametrize(
    ("language", "encoding"), [(name, each) for name, all_ in ENCODINGS.items() for each in all_]
)
def test_a_legacy_encoding_is_told_by_its_letters(language, encoding):
    for article in articles():
        if article["lang"] == language:
            data = article["text"].encode(encoding, "ignore")
            assert decode(data) == data.decode(encoding)
            start = article["text"][:200].encode(encoding, "ignore")
            text, doubt = decode_telling(start)
            assert doubt or text == start.decode(encoding)


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
def test_english_with_a_few_signs_is_read(encoding):
    text = (
        "The harbour bridge reopened on Sunday after two years of repairs, the city said. “We are "
        "very glad,” said the mayor, “and not a little proud.” It cost 40 million – a lot."
    )
    assert decode(text.encode(encoding)) == text


def test_a_doubtful_encoding_is_said():
    assert decode_telling("Größe".encode("mac_roman"))[1].startswith("its encoding is a guess: ")
    assert decode_telling("Größe und Güte".encode())[1] == ""


def test_words_are_as_they_were_before_they_were_printed():
    assert tidy("o\ufb03ce \ufb01re a\ufb02oat \ufb00 \ufb04 \ufb05 \ufb06") == (
        "office fire afloat ff ffl st st"
    )
    assert tidy("har\u00ad\n  bour co\u00adoperate\u00ad\n\nNext") == "harbour cooperate\n\nNext"


def test_words_parted_at_line_ends_are_joined_in_other_languages():
    text = (
        "Die Stadtbibliothek öffnet ab dem 1. September auch am Sonntag, das hat der Kul-\n"
        "turausschuss am Montag mit elf zu vier Stimmen beschlossen, nachdem der Personal-\n"
        "rat Bedenken angemeldet hatte und die Verwaltung einen Kompromiss gefunden hat-\n"
        "te, mit dem alle leben können, wie die Leiterin am Abend nach der Sitzung sagte."
    )
    found = unwrap(text)
    assert "Kulturausschuss" in found
    assert "Personalrat" in found
    assert "hatte," in found
