"""Which legacy encoding of one byte a character a text is written in, by the letters that it gives.

Every reading of the bytes is judged by how often each language uses the letters that it shows; the
right one shows a language's letters in their usual numbers, and the others show signs among them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import log

# Letters outside ASCII per thousand letters of a language's prose. These are rounded counts of
# common knowledge; only their order of size matters.
LETTERS = {
    "Western": "é20 è4 à4 ä6 ö5 ü7 ß3 ç3 ê2 á6 í6 ó7 ñ3 ã6 õ2 å8 ø8 æ6 ô1 î1 û1 ù1 ì1 ò1 â1 ú3 ë2 ï1 œ.2 ý.1 ð.1 þ.1 ÿ.05",  # noqa: E501
    "Icelandic": "á18 ð44 é7 í15 ó10 ú6 ý2 þ15 æ8 ö8",
    "Polish": "ą10 ę11 ó9 ł18 ż8 ś7 ć4 ń2 ź1",
    "Czech": "á22 é13 ě16 í33 ř12 š8 ž10 ý11 č10 ů7 ú1 ó.3 ť.4 ď.2 ň.1",
    "Slovak": "á20 é9 í11 ý10 č10 š9 ž10 ľ4 ť4 ú9 ô2 ä1 ň2 ď1 ó1 ĺ.1 ŕ.1",
    "Hungarian": "á36 é39 í7 ó10 ö10 ő9 ú3 ü6 ű2",
    "Romanian": "ă24 â9 î11 ş11 ţ12 ș11 ț12",
    "South Slavic": "č10 ć5 đ3 š11 ž5",
    "Turkish": "ı51 ş18 ğ11 ü19 ö8 ç12 İ2 â.4 î.1",
    "Baltic": "ā38 č4 ē17 ģ1 ī17 ķ1 ļ3 ņ6 š8 ū5 ž4 ą6 ę3 ė15 į6 ų14 ä15 ö5 õ10 ü6",
    "Greek": "α80 ο90 ι70 τ80 ε80 ν65 σ45 ς35 η45 κ40 π40 ρ40 μ33 λ30 ά20 ό20 υ30 δ18 γ17 έ20 ί25 θ12 ω15 χ12 ή15 φ9 ύ10 β7 ξ5 ζ4 ώ6 ψ2 ϊ1 ϋ.2 ΐ.2",  # noqa: E501
    "Russian": "о109 е85 а80 и74 н67 т63 с55 р47 в45 л44 к35 м32 д30 п28 у26 я20 ы19 ь17 г17 з16 б16 ч14 й12 х10 ж9 ш7 ю6 ц5 щ4 э3 ф3 ъ.4 ё1",  # noqa: E501
    "Ukrainian": "о92 а75 н65 и60 і57 в53 т53 р47 е46 с41 к35 л37 у33 д33 м31 п29 з22 я22 ь18 б17 г16 ч14 й13 х12 ц10 ю9 ж7 ї6 щ6 є6 ш6 ф4 ґ.2",  # noqa: E501
    "South Cyrillic": "а117 и90 о87 е88 н75 т75 с50 р45 в45 д36 л34 п29 к33 м24 з22 у25 я18 г15 ъ15 ж7 ц6 ч11 щ6 ш3 б13 х8 ф3 ј28 љ5 њ7 ћ6 ђ2 џ.5 ю1 й7 ь.2",  # noqa: E501
    "Hebrew": "י110 ו104 ה99 ל74 א63 ר57 ת54 ב53 ש46 מ46 ם35 נ30 ן20 ד26 ח24 ע31 ק22 פ17 כ28 ג13 צ12 ז13 ס15 ט11 ך8 ף3 ץ3",  # noqa: E501
    "Arabic": "ا165 ل120 ي70 م66 و65 ن60 ر48 ت42 ة35 ب38 ع36 د34 س30 ف28 ه30 أ22 ك22 ق22 ح20 ج13 إ10 ص9 ش9 خ8 ى8 ط9 ض6 ذ5 ث5 ز7 غ5 ئ3 ء4 آ2 ظ2 ؤ1 ً1 پ.1 چ.1 گ.1",  # noqa: E501
}
ENCODINGS = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r"),
    *("koi8_u", "cp866", "cp850", "cp852", "iso8859_2", "iso8859_5", "iso8859_6", "iso8859_7"),
    *("iso8859_8", "iso8859_9", "iso8859_15", "mac_roman", "mac_cyrillic", "mac_latin2"),
    *("mac_turkish", "mac_greek"),
)
UNKNOWN = -9.0  # for a letter that a language does not use; its rarest has -8 in 100 letters
SIGN = -7.0  # for a sign between two letters, where no language has one but an apostrophe
QUOTES = set("“”„‘’‚–—…«»‹›\xa0¿¡،؛؟ـ")
PLAIN_SIGNS = set("•€£©®°§·ºª½²№")
USUAL = -2.5
RARE_SIGN = -4.0
MIXED = -6.0  # for a letter beside one of another script
ROW = -4.0  # for a third letter in a row that is not ASCII but Latin
LATIN_END = "\u0250"
CAPITAL = -5.0  # for a capital after a small letter, as readings in another code page show
# By how much a character the best reading must beat the next one; more in a short text.
CLEAR = 0.35
CLEAR_OF_ALL = 5.0  # by how much all of them
# How much likelier than the others an encoding is before anything is read: files come from Windows.
PRIOR = {"cp1252": 4.0, "cp1251": 3.0, "cp1250": 2.0, "cp1254": 2.0, "cp1256": 2.0, "koi8_r": 2.0}
SAMPLE = 60_000  # bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of bytes.

    Attributes:
        encoding: By Python's name.
        score: A mean log probability a character outside ASCII; at most 0.
        rivals: Encodings whose readings are nearly as good and differ.
    """

    encoding: str
    score: float
    rivals: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether no other reading is nearly as good."""
        return not self.rivals


def best_reading(data: bytes) -> Reading | None:
    """The best reading of bytes that are not ASCII; None if all are bad."""
    sample = data[:SAMPLE]
    signs = sum(byte > 127 for byte in sample) or 1
    clear = CLEAR + CLEAR_OF_ALL / signs
    found: list[tuple[float, str, str]] = []
    for encoding in ENCODINGS:
        text = sample.decode(encoding, "replace")
        found.append((_score(text) + PRIOR.get(encoding, 0.0) / signs, encoding, text))
    found.sort(key=lambda each: -each[0])
    score, encoding, text = found[0]
    if score < UNKNOWN / 2:
        return None
    rivals = [
        name for other, name, reading in found[1:] if score - other < clear and reading != text
    ]
    return Reading(encoding, score, tuple(rivals))


def _score(text: str) -> float:
    """How likely the letters of a text outside ASCII are, in the language that they fit best."""
    counts: Counter[str] = Counter()
    total = 0
    strange = 0.0
    for number in (n for n, char in enumerate(text) if not char.isascii()):
        total += 1
        around = text[number - 1] if number else " ", text[number + 1 : number + 2] or " "
        char = text[number]
        if char.isalpha():
            counts[char.lower() if char != "İ" else char] += 1
            strange += _strange_letter(char, *around, text[max(0, number - 2) : number])
        else:
            strange += _strange_sign(char, *around)
    if not total:
        return 0.0
    letters = max(sum(n * table.get(c, UNKNOWN) for c, n in counts.items()) for table in _tables())
    return (letters + strange) / total


def _strange_letter(char: str, before: str, after: str, two: str) -> float:
    """How unlikely a letter is where it stands: beside another script's, or a capital in a word."""
    score = CAPITAL if char.isupper() and before.islower() else 0.0
    if char < LATIN_END:
        foreign = [each for each in two if not each.isascii() and each.isalpha()]
        return score + (ROW if len(foreign) == 2 else 0.0)
    mixed = any(each.isalpha() and each < LATIN_END for each in (before, after))
    return score + (MIXED if mixed else 0.0)


def _strange_sign(char: str, before: str, after: str) -> float:
    """How likely a sign is where it stands; as likely as a letter, if it may well stand there."""
    if char == "\ufffd" or char < "\xa0":
        return 2 * UNKNOWN
    if char in "’‘·\xad\u064b":
        return USUAL
    if before.isalpha() and after.isalpha():
        return SIGN
    if any(not (each.isascii() or each.isalpha() or each in QUOTES) for each in (before, after)):
        return SIGN
    if char in QUOTES:
        return USUAL
    return USUAL if char in PLAIN_SIGNS and not (before + after).isalpha() else RARE_SIGN


def _tables() -> list[dict[str, float]]:
    if not _TABLES:
        for told in LETTERS.values():
            shares = {each[0]: float(each[1:]) for each in told.split()}
            whole = sum(shares.values())
            _TABLES.append({char: log(share / whole) for char, share in shares.items()})
    return _TABLES


_TABLES: list[dict[str, float]] = []
