"""The words of the articles, how often they stand there and how they are usually written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from index.text.names import CHINESE, from_chinese, in_chinese, pinyin, respelt, sound, sounds_like
from index.text.words import WORD, plain

# A capital behind a small letter and a space, or a hyphen, begins no sentence.
_CAPITAL, _SMALL = "A-ZÀ-ÖØ-ÞА-ЯЁЄІЇҐΆ-Ϋ", "a-zß-öø-ÿа-яёєіїґά-ώ"
_INSIDE = re.compile(
    rf"[{_CAPITAL}](?:(?<=[{_SMALL},]\s[{_CAPITAL}])|(?<=[{_SMALL}]-[{_CAPITAL}]))[^\W_]*"
)


class Vocabulary:
    """Every word of the articles under its plain form; read when it is first asked for.

    Its file has a line for each word: how it is usually written, a tab, how often it stands in
    the articles. A capital at the beginning is that of a name.
    """

    def __init__(self, lines: str | Callable[[], Vocabulary]) -> None:
        """The vocabulary of such lines, or one that is made when it is first asked for."""
        self._given = lines

    @cached_property
    def _lines(self) -> str:
        return self._given if isinstance(self._given, str) else self._given()._lines

    @classmethod
    def of(cls, written: Mapping[str, int], inside: Mapping[str, int]) -> Vocabulary:
        """A vocabulary of what ``counted`` gave."""
        counts: Counter[str] = Counter()
        usual: dict[str, tuple[int, str]] = {}
        for word, count in written.items():
            key = plain(word)
            counts[key] += count
            weight = count if word.islower() else inside.get(word, 0)
            kept = word in inside or word.islower() or (word.isupper() and len(word) > 1)
            small = word if kept else word.lower()
            usual[key] = max(usual.get(key, (-1, "")), (weight, small))
        rows = sorted((-count, usual[key][1]) for key, count in counts.items() if key)
        return cls("".join(f"{word}\t{-count}\n" for count, word in rows))

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Opens what ``save`` wrote.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is not text.
        """
        return cls(path.read_text(encoding="utf-8"))

    def save(self, path: Path) -> None:
        """Writes the words to a file."""
        path.write_text(self._lines, encoding="utf-8", newline="\n")

    @cached_property
    def _usual(self) -> dict[str, tuple[str, int]]:
        rows = (line.split("\t") for line in self._lines.split("\n") if line)
        return {plain(word): (word, int(count)) for word, count in rows}

    def __len__(self) -> int:
        return len(self._usual)

    def __iter__(self) -> Iterator[str]:
        """The words in their plain forms, most frequent first."""
        return iter(self._usual)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and plain(word) in self._usual

    def count(self, word: str) -> int:
        """How often a word stands in the articles, in whatever letter case."""
        return self._usual.get(plain(word), ("", 0))[1]

    def usual(self, word: str) -> str:
        """A word as it is mostly written inside sentences; unchanged if the articles lack it."""
        return self._usual.get(plain(word), (word, 0))[0]

    @cached_property
    def _by_sound(self) -> dict[str, list[str]]:
        """The words with a capital, or of a script without them, by what they sound like."""
        found: dict[str, list[str]] = {}
        for word, _ in self._usual.values():
            if not word.islower() and word[0].isalpha() and (key := sound(word)):
                found.setdefault(key, []).append(word)
        return found

    @cached_property
    def _by_spelling(self) -> dict[str, list[str]]:
        """The words with a capital in Latin letters, by what other languages would make of them."""
        words = [word for word, _ in self._usual.values() if plain(word) != word]
        words = [word for word in words if word[0].isascii() and word[0].isupper()]
        found: dict[str, list[str]] = {}
        for word, key in zip(words, respelt(words), strict=True):
            found.setdefault(key, []).append(word)
        return found

    def spelt_otherwise(self, word: str) -> list[str]:
        r"""The names of the articles that are one name with a word, in Latin letters as that is.

        >>> Vocabulary("Selenskyj\t2\nselten\t9\n").spelt_otherwise("Zelensky")
        ['Selenskyj']
        """
        (key,) = respelt([word])
        same = self._by_spelling.get(key, []) if key and word[0].isascii() else []
        return [other for other in same if plain(other) != plain(word)]

    def sounding_like(self, word: str, after: str = "") -> list[str]:
        r"""The names of the articles in other scripts that sound like a word.

        A Chinese name may have a syllable for each of a word and the one after it.

        >>> Vocabulary("Путина\t2\nрыба\t9\n").sounding_like("Putin")
        ['Путина']
        >>> chinese = Vocabulary("特朗普访问\t2\n市长林若溪说\t1\n")
        >>> chinese.sounding_like("Trump"), chinese.sounding_like("Ruoxi")
        (['特朗', '朗普', '川普'], ['若溪'])
        >>> Vocabulary("董事马云说\t2\n").sounding_like("Ma", "Yun")
        ['马云']
        >>> Vocabulary("Ruoxi\t1\nMa\t2\nYun\t2\n").sounding_like("若溪")
        ['ruoxi']
        >>> Vocabulary("Ma\t2\nYun\t2\n").sounding_like("马云")
        ['ma', 'yun']
        """
        latin = word[0].isascii()
        alike = self._by_sound.get(sound(word), [])
        others = (other for other in alike if other[0].isascii() != latin)
        names = [other for other in others if sounds_like(word, other)]
        if not latin:
            apart = list(map(pinyin, word)) if CHINESE.fullmatch(word) else []
            apart = apart if all(map(self.is_name, apart)) else []
            return [*names, *filter(self.is_name, [*from_chinese(word), pinyin(word)]), *apart]
        called = in_chinese(word) if self._by_pinyin else []
        whole = {word.lower(), f"{word}{after}".lower()}
        read = sorted(pair for each in whole for pair in self._by_pinyin.get(each, ()))
        return [*names, *called, *read]

    @cached_property
    def _by_pinyin(self) -> dict[str, set[str]]:
        """The pairs of Chinese characters of the articles, by how they are read."""
        found: dict[str, set[str]] = {}
        for word in self._usual:
            for pair in map("".join, pairwise(word)) if CHINESE.match(word) else ():
                found.setdefault(pinyin(pair), set()).add(pair)
        return found

    def is_name(self, word: str) -> bool:
        """Whether the articles write a word mostly with a capital where no sentence begins."""
        return self._usual.get(plain(word), ("", 0))[0][:1].isupper()


def counted(texts: Iterable[tuple[str, str]]) -> tuple[Counter[str], Counter[str]]:
    """How often each word is written so, and how often so where no sentence begins."""
    written: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    for title, text in texts:
        count_words(title, text, written, inside)
    return written, inside


def count_words(title: str, text: str, written: Counter[str], inside: Counter[str]) -> None:
    """Counts the words of one more text.

    Args:
        title: In which any word may have a capital.
        text: Of the article.
        written: How often each word is written so.
        inside: Likewise, where no sentence begins.
    """
    for line in (title, *text.splitlines()):
        words = WORD.findall(line)
        # Where all letters are capitals none tells a name: as at the beginning of a sentence.
        written.update(map(str.capitalize, words) if line.isupper() else words)
    prose = (line for line in text.splitlines() if not _is_heading(line))
    inside.update(_INSIDE.findall("\n".join(prose)))


def _is_heading(line: str) -> bool:
    """Whether most words of a line have a capital, as any word may have in a heading."""
    words = WORD.findall(line)
    capitals = sum(word[0].isupper() for word in words)
    return 2 * capitals > len(words) and not line.rstrip("”\"’')] ").endswith((".", "!", "?"))
