"""What a line looks like: its size in words, whether it ends as a sentence does.

Sizes count words; scripts written without spaces count two letters as a word, which is
about the mean word length of Chinese and Japanese and half that of Thai.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_UNSPACED = (
    "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_UNSPACED_LETTER = re.compile(f"[{_UNSPACED}]")
_WORD = re.compile(rf"[^\W{_UNSPACED}]+(?:['’.\-][^\W{_UNSPACED}]+)*")
_CLOSERS = "\"'”’»›)]）」』】〉》“‘*_ \u200f\u200e"
_ENDINGS = ".!?。！？؟۔।॥።։។៕།．｡"
_ACRONYM_END = re.compile(r"(?:^|[\s(])(?:[^\W\d_]\.){2,}$")
# A dot after one of these ends no sentence when nothing follows ("… sues Acme Inc.").
_ABBREVIATIONS = tuple(
    f"{word}." for word in "Inc Corp Ltd Co Jr Sr Bros St No vs etc ca bzw".split()
)
_ABBREVIATION_END = re.compile(rf"(?:^|\s)(?:{'|'.join(map(re.escape, _ABBREVIATIONS))})$")
_LONGEST_ABBREVIATION = 20
_SPACES = re.compile(r"\s+")
_JAMO = frozenset(map(chr, range(0x1100, 0x1200)))
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]")

_EXACT_BELOW = 200
_CACHED_TO = 4000
_FOLDED_FROM = 3
"""A line so many times as long as a key is another one: folding shortens only signs and blanks."""
_SENTENCE_AND_MORE = 14
_STOP_INSIDE = re.compile(r"[^\W\d_A-Z]{4}[.!?।]['\"”’»)]*\s|[。！？]")
PARAGRAPH_SIZE = 25
"""A line of this many words is body text even without a full stop."""


def size(text: str) -> int:
    """The number of words in `text`; two letters of an unspaced script count as one.

    Long text in a spaced script is counted by its blanks, ten times quicker and within a few
    words of the exact count.
    """
    if len(text) < _EXACT_BELOW:
        return _exact_size(text)
    return _long_size(text) if len(text) <= _CACHED_TO else _rough_size(text)


@lru_cache(maxsize=8192)
def _exact_size(text: str) -> int:
    return _count(text)


@lru_cache(maxsize=256)
def _long_size(text: str) -> int:
    return _rough_size(text)


def _rough_size(text: str) -> int:
    if text.isascii() or not _UNSPACED_LETTER.search(text):
        return len(text.split())
    return _count(text)


def has_words(text: str) -> bool:
    """True if `size(text)` is not 0, at a fraction of its cost."""
    return text[:1].isalnum() or size(text) > 0


def _count(text: str) -> int:
    words = len(_WORD.findall(text))
    if text.isascii():
        return words
    return words + (len(_UNSPACED_LETTER.findall(text)) + 1) // 2


def ends_as_sentence(text: str) -> bool:
    """True if `text` ends with a full stop, question or exclamation mark of any script.

    Closing quotes and brackets may follow. An ellipsis, an acronym or the like is no end.
    """
    bare = text.rstrip(_CLOSERS)
    if not bare or bare[-1] not in _ENDINGS:
        return False
    if bare.endswith(("..", "…")):
        return False
    if bare[-1] != "." or not (bare[-3:-2] == "." or bare.endswith(_ABBREVIATIONS)):
        return True
    end = bare[-_LONGEST_ABBREVIATION:]
    return not (_ACRONYM_END.search(end) or _ABBREVIATION_END.search(end))


def ends_with_stop(text: str) -> bool:
    """True if `text` ends as a statement does: a headline may ask or exclaim, but not so."""
    return ends_as_sentence(text) and text.rstrip(_CLOSERS)[-1] not in "!?！？؟"


def is_paragraph(text: str) -> bool:
    """True for a line of body text: a sentence, or a line too long to be a heading.

    A line that holds the end of a sentence need not be as long.
    """
    if ends_as_sentence(text):
        return True
    if len(text) < _SENTENCE_AND_MORE:
        return False
    words = size(text)
    if words >= PARAGRAPH_SIZE:
        return True
    return words >= _SENTENCE_AND_MORE and _STOP_INSIDE.search(text) is not None


def key(text: str) -> str:
    """`text` for comparing short lines: NFKC, case-folded, no signs at its edges."""
    return _cached_key(text) if len(text) < _EXACT_BELOW else _key(text)


@lru_cache(maxsize=8192)
def _cached_key(text: str) -> str:
    return _key(text)


def _key(text: str) -> str:
    plain = text.isprintable()  # then the only blank is the space, and nothing is invisible
    if plain and text.isascii():
        folded = text.lower()
        return _without_edge_signs(_SPACES.sub(" ", folded) if "  " in folded else folded)
    seen = text if plain else _INVISIBLE.sub("", text)
    folded = unicodedata.normalize("NFKC", seen).casefold()
    # Turkish and Azeri: case folding knows no language, so all four letters i become one
    folded = folded.replace("i\u0307", "i").replace("ı", "i").replace("’", "'")
    return _without_edge_signs(_SPACES.sub(" ", folded))


def _without_edge_signs(text: str) -> str:
    """`text` from its first letter or digit to its last one.

    An expression for the signs at the end would try each run of signs in the text, and each run
    from each of its signs.
    """
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    return text[start:end]


def same_words(line: str, words: str) -> bool:
    """True if `words` is the `key` of `line`, told without folding a text that cannot be."""
    if len(line) > _FOLDED_FROM * len(words) + _EXACT_BELOW or not _may_begin(line, words):
        return False
    return key(line) == words


def _may_begin(line: str, words: str) -> bool:
    """A quick test: False if the first letters or digits of `line` and `words` are others."""
    for at, sign in enumerate(line):
        if sign.isalnum():
            behind = line[at + 1 : at + 2]
            # a mark behind a letter, and letters of old Hangul, may become one with it
            if not (behind.isascii() and sign.isascii()) and not behind.isalnum():
                return True
            first = key(sign)
            return sign in _JAMO or not first or words.startswith(first[0])
    return True


def tidy(text: str) -> str:
    """One line of text with runs of blanks (no-break ones too) made single."""
    if text.isprintable() and "  " not in text:  # the only printable blank is the space
        return text.strip(" ")
    return " ".join(text.split())
