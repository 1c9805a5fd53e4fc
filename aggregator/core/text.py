r"""Texts as words: the one normaliser behind equality, shingles and evidence.

Two texts are ``exact`` when their normalised words are equal, so everything that outlets
change without changing the text is folded away here: case, width and ligatures (Unicode
NFKC and default case folding), quotes and apostrophes, invisible characters, optional
marks, and letters that differ by keyboard only.

Words are runs of letters, digits and the combining marks that belong to them, which
``\\w`` of `re` cuts apart in Hindi or Tamil. In scripts that write no spaces each
character is a word of its own; `unit` says how many of them make up one word of length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

NORMALISER: Final = "words-nfkc-casefold-1"
"""Name of this normaliser; changes with any change of its result."""

HAN_UNIT: Final = 2
"""Han and Kana characters that count as one word of length."""
THAI_UNIT: Final = 4
"""Thai, Lao, Khmer and Myanmar code points that count as one word of length."""

_APOSTROPHES: Final = frozenset(
    "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u2018\u2019\u201b\u2032\u2035\u05f3\ua78c"
)
_HAN_RANGES: Final = (
    (0x3005, 0x3007),
    (0x3040, 0x312F),
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_THAI_RANGES: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
)
_OPTIONAL_MARKS: Final = (
    (0x0591, 0x05BD),  # Hebrew accents and vowel points
    (0x05BF, 0x05C7),
    (0x0610, 0x061A),  # Arabic annotation, tashkeel, Quranic marks
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
    (0x08D3, 0x08FF),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xE0100, 0xE01EF),
)
_SAME_LETTER: Final = {
    # Arabic and Persian keyboards, and optional hamza: the foldings of Lucene's
    # ArabicNormalizer and PersianNormalizer.
    "آ": "ا",
    "أ": "ا",
    "إ": "ا",
    "ٱ": "ا",
    "ى": "ي",
    "ی": "ي",
    "ے": "ي",
    "ې": "ي",
    "ک": "ك",
    "ڪ": "ك",
    "ة": "ه",
    "ۀ": "ه",
    "ہ": "ه",
    "ۂ": "ه",
    "ە": "ه",
    "ھ": "ه",
    # Russian prints either.
    "ё": "е",
}


def _within(point: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= point <= last for first, last in ranges)


def _replacement(point: int) -> str:
    """What one folded character becomes: itself, a like letter, a space, or nothing."""
    character = chr(point)
    category = unicodedata.category(character)
    if character in _APOSTROPHES or character == "\u0640":  # Arabic tatweel
        return ""
    if category in ("Cf", "Me") or _within(point, _OPTIONAL_MARKS):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category[0] not in "LNM":
        return " "
    if unit(character) > 1:
        return f" {character} "
    return _SAME_LETTER.get(character, character)


class _Replacements(dict[int, str]):
    """A table for `str.translate` that fills itself; bounded by Unicode's size."""

    def __missing__(self, point: int) -> str:
        value = self[point] = _replacement(point)
        return value


def unit(word: str) -> int:
    """How many tokens like `word` make one word of length.

    1 for a word of a script that writes spaces, `HAN_UNIT` or `THAI_UNIT` for a character
    of one that does not. `word` is one of `words`' results; its first character tells.
    """
    point = ord(word[0])
    if point < 0x0E00:
        return 1
    if _within(point, _HAN_RANGES):
        return HAN_UNIT
    return THAI_UNIT if _within(point, _THAI_RANGES) else 1


_REPLACEMENTS: Final = _Replacements()
_REPLACEMENTS_APART: Final = _Replacements({ord("\n"): "\n"})
_PERSIAN_JOIN: Final = re.compile("(?<=[\u0600-\u06ff])\u200c")
ASCII: Final = {point: _replacement(ord(chr(point).lower())) for point in range(128)}
"""What each ASCII character becomes: one character or none."""


def normalise(text: str) -> str:
    """Return the words of `text`, folded, joined by single spaces (idempotent).

    Unicode Standard Annex 15 (NFKC) and section 3.13 (case folding), then the table above.
    """
    if text.isascii():
        return " ".join(text.translate(ASCII).split())
    return " ".join(_folded(text, _REPLACEMENTS).split())


def fold_apart(pieces: Iterable[str]) -> list[str]:
    """Each of `pieces`, which hold no line end, as `normalise` folds it, but for its blanks.

    All are folded at once, a line each: nothing acts across a line end.
    """
    return _folded("\n".join(pieces), _REPLACEMENTS_APART).split("\n")


def _folded(text: str, replacements: _Replacements) -> str:
    # In Persian a space stands as often as the non-joiner; elsewhere it is inside a word.
    text = _PERSIAN_JOIN.sub(" ", text)
    # The spacing acute is an apostrophe in practice; NFKC would turn it into space and mark.
    folded = unicodedata.normalize("NFKC", text.replace("\u00b4", "")).casefold()
    folded = unicodedata.normalize("NFKC", folded).translate(replacements)
    return unicodedata.normalize("NFKC", folded)


TYPOGRAPHY: Final = {
    sign: normalise(f"a{sign}a")[1:-1] for sign in "‘’“”„–—…•·«»‹›€£°©®™\u00a0\u2009\u200b\u00ad"
}
"""Signs of texts that are ASCII but for them, and what they become between any letters."""


def without_typography(text: str) -> str:
    """`text` with what `TYPOGRAPHY`'s signs become in their places."""
    for sign, replacement in TYPOGRAPHY.items():
        text = text.replace(sign, replacement)
    return text


def words(text: str) -> list[str]:
    """Return the normalised words of `text` in order (characters in unspaced scripts)."""
    return normalise(text).split()
