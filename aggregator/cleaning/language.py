"""Languages: tags as primary subtags (ISO 639-1 where there is one), and what a text speaks.

A text's language is told by its script and by the function words in it: a table of a few
kilobytes, where trained models take a hundred megabytes in each worker process.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from aggregator.cleaning.function_words import ARABIC, CYRILLIC, DEVANAGARI, LATIN, LETTERS

_SAMPLE = 2000
_FIRST = 600
_HALF = 0.5
_FEWEST_LETTERS = 20
_KANA_SHARE = 12
"""Japanese has more than one kana for so many Chinese characters."""
_LEAST = 0.9
_SURE = 6.0
_FAR = 3.0
"""A declared language is kept unless another scores so many times as much."""
_LETTER_WEIGHT = 0.15
_WORDS = re.compile(r"(?:[^\W\d_]|[\u0900-\u0dff])+(?:['’][^\W\d_]+)*")
"""Vowel signs of Indic scripts are no word characters to `re`."""
_PLAIN_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
"""The same where no Indic script stands in the text."""
_INDIC = re.compile(r"[\u0900-\u0dff]")
_ASCII = re.compile(r"[\x00-\x7f]+")
_ASCII_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
_ASCII_WORDS = _ASCII_LETTERS + b"'\x7f"
_ASCII_BLANKS = {sign: " " for sign in range(128) if sign not in _ASCII_WORDS}
_CURLY = "\x7f"
"""Stands for a curly apostrophe, so that ASCII does: other words have it than the straight one."""
_SIGNS = "‘“”„–—…•·«»‹›€£°©®™\u00a0\u2009"
_LOOSE_APOSTROPHE = re.compile("['\x7f](?:(?![a-z])|(?<![a-z]['\x7f]))")
"""One that does not stand between letters."""
_SCRIPTS: dict[str, Mapping[str, str]] = {
    "latin": LATIN, "cyrillic": CYRILLIC, "arabic": ARABIC, "devanagari": DEVANAGARI
}  # fmt: skip
_ONE_LANGUAGE = {
    "greek": "el", "hebrew": "he", "armenian": "hy", "georgian": "ka", "bengali": "bn",
    "gurmukhi": "pa", "gujarati": "gu", "tamil": "ta", "telugu": "te", "kannada": "kn",
    "malayalam": "ml", "sinhala": "si", "thai": "th", "lao": "lo", "burmese": "my", "khmer": "km",
    "ethiopic": "am", "hangul": "ko", "kana": "ja", "han": "zh",
}  # fmt: skip
_SCRIPT_LETTERS = [
    (name, re.compile(f"[{signs}]"))
    for name, signs in (
        ("latin", "a-zà-öø-ɏạ-ỹ"), ("cyrillic", "Ѐ-ԯ"), ("arabic", "؀-ۿ"), ("han", "㐀-鿿"),
        ("kana", "ぁ-ヿ"), ("hangul", "가-힯"), ("devanagari", "ऀ-ॿ"), ("greek", "Ͱ-Ͽἀ-῿"),
        ("hebrew", "֐-׿"), ("thai", "฀-๿"), ("bengali", "ঀ-৿"), ("tamil", "஀-௿"),
        ("telugu", "ఀ-౿"), ("kannada", "ಀ-೿"), ("malayalam", "ഀ-ൿ"), ("gujarati", "઀-૿"),
        ("gurmukhi", "਀-੿"), ("sinhala", "඀-෿"), ("georgian", "Ⴀ-ჿ"), ("armenian", "԰-֏"),
        ("burmese", "က-႟"), ("khmer", "ក-៿"), ("lao", "຀-໿"), ("ethiopic", "ሀ-፿"),
    )
]  # fmt: skip
_KIN = (
    frozenset(("hr", "sr", "bs", "sh")),
    frozenset(("id", "ms")),
    frozenset(("nb", "nn", "no", "da")),
)
"""Languages that function words tell apart badly: the declared one is kept."""

_SUBTAG = re.compile(r"([a-z]{2,3})(?:[-_.@]|$)")
_OLD = {"iw": "he", "in": "id", "ji": "yi", "mo": "ro", "nn": "nb", "no": "nb"}
"""Withdrawn codes (IANA language subtag registry), and the forms of Norwegian as one."""
_NAMES = {
    "english": "en", "german": "de", "french": "fr", "spanish": "es", "portuguese": "pt",
    "italian": "it", "dutch": "nl", "russian": "ru", "ukrainian": "uk", "polish": "pl",
    "arabic": "ar", "persian": "fa", "turkish": "tr", "chinese": "zh", "japanese": "ja",
    "korean": "ko", "swedish": "sv", "danish": "da", "finnish": "fi", "czech": "cs",
    "greek": "el", "hebrew": "he", "hindi": "hi", "indonesian": "id", "vietnamese": "vi",
    "thai": "th", "romanian": "ro", "hungarian": "hu", "bulgarian": "bg",
    "eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "por": "pt",
    "ita": "it", "nld": "nl", "dut": "nl", "rus": "ru", "ukr": "uk", "pol": "pl", "ara": "ar",
    "fas": "fa", "per": "fa", "tur": "tr", "zho": "zh", "chi": "zh", "jpn": "ja", "kor": "ko",
}  # fmt: skip


def primary_language(tag: str | None) -> str | None:
    """The primary subtag of a language tag or locale (``pt`` of ``pt_BR``); None if it is none."""
    if not tag:
        return None
    bare = tag.split(",")[0].strip().lower()
    if bare in _NAMES:
        return _NAMES[bare]
    found = _SUBTAG.match(bare)
    code = found[1] if found else None
    if code in (None, "und", "mul", "zxx", "mis", "xx"):
        return None
    return _OLD.get(code, code) if code else None


def settle_language(declared: str | None, text: str) -> str | None:
    """The language of an article: the declared one unless its text clearly speaks another.

    `declared` and the result are primary subtags (ISO 639-1 where there is one); None if nothing
    tells. It lies clearly when its script is another, or when the text holds far more function
    words of another language.
    """
    found = detect_language(text)
    if declared is None or found is None:
        return declared or (found.code if found else None)
    if declared == found.code or _kin(declared, found.code):
        return declared
    if _writes_otherwise(declared, found):
        return found.code
    if not found.sure:
        return declared
    return declared if found.scores.get(declared, 0) * _FAR > found.score else found.code


@dataclass(frozen=True, slots=True)
class Detected:
    """A language with its score beside those of the others; `sure` if much speaks for it."""

    code: str
    score: float
    sure: bool
    script: str
    scores: Mapping[str, float]


def detect_language(text: str) -> Detected | None:
    """The language that a text is written in, told by its script, then by its function words.

    Reads `_SAMPLE` characters at most, and fewer where those tell clearly; None if too little
    tells (a handful of words).
    """
    if len(text) > _FIRST:
        first = _detected(text[:_FIRST])
        if first is not None and first.sure and _stands_alone(first):
            return first
    return _detected(text[:_SAMPLE])


def _stands_alone(found: Detected) -> bool:
    """True if function words tell, and no other language has half as many of them."""
    scores = sorted(found.scores.values())
    return bool(scores) and (len(scores) == 1 or scores[-2] <= _HALF * found.score)


def _detected(text: str) -> Detected | None:
    sample = _plain(text.casefold())
    signs = Counter() if sample.isascii() else _signs(sample)
    script = _script_of(signs) if signs else _script_of_ascii(sample)
    if script is None:
        return None
    if script in _ONE_LANGUAGE:
        return Detected(_ONE_LANGUAGE[script], 1.0, True, script, {})
    return _by_words(sample, script, signs)


def _signs(sample: str) -> Counter[str]:
    """How often each sign stands in `sample`; the letters of ASCII are counted as one of them."""
    signs = Counter(_ASCII.sub("", sample))
    signs["a"] = _ascii_letters(sample)
    return signs


def _ascii_letters(sample: str) -> int:
    ascii_only = sample.encode("ascii", "ignore")
    return len(ascii_only) - len(ascii_only.translate(None, _ASCII_LETTERS))


def _script_of(signs: Counter[str]) -> str | None:
    """The script of most letters; kana beside Chinese characters is Japanese.

    Names in Latin letters stand in texts of any script, so a third of another one decides.
    """
    counts: Counter[str] = Counter()
    for sign, number in signs.items():
        script = _script(sign)
        if script:
            counts[script] += number
    if counts["kana"] * _KANA_SHARE > counts["han"]:
        counts["kana"] += counts.pop("han", 0)
    ranked = [pair for pair in counts.most_common(2) if pair[1]]
    if not ranked:
        return None
    script, number = ranked[0]
    if script == "latin" and len(ranked) > 1 and ranked[1][1] * 2 > number:
        script, number = ranked[1]
    return script if number >= _FEWEST_LETTERS or script in _ONE_LANGUAGE else None


def _plain(sample: str) -> str:
    """`sample` with blanks for quotes and dashes, and `_CURLY` apostrophes, if that is ASCII then.

    None of these signs is a letter; other texts stay as they are.
    """
    plain = sample.replace(_CURLY, " ")
    if not plain.isascii():
        plain = plain.replace("’", _CURLY)
        for sign in _SIGNS:
            plain = plain.replace(sign, " ")
    return plain if plain.isascii() else sample


def _script_of_ascii(sample: str) -> str | None:
    return "latin" if _ascii_letters(sample) >= _FEWEST_LETTERS else None


@cache
def _script(sign: str) -> str | None:
    return next((name for name, signs in _SCRIPT_LETTERS if signs.match(sign)), None)


def _by_words(sample: str, script: str, signs: Counter[str]) -> Detected | None:
    table = _weights(script)
    scores: defaultdict[str, float] = defaultdict(float)
    for word, count in Counter(filter(table.__contains__, _words(sample))).items():
        for code, weight in table[word]:
            scores[code] += count * weight
    for code in _SCRIPTS[script] if signs else ():
        told = sum(signs[sign] for sign in LETTERS.get(code, "") if sign in signs)
        if told:
            scores[code] += _LETTER_WEIGHT * told
    if not scores:
        return None
    code = max(sorted(scores), key=lambda each: scores[each])
    if scores[code] < _LEAST:
        return None
    return Detected(code, scores[code], scores[code] >= _SURE, script, scores)


def _words(sample: str) -> list[str]:
    """The words of a case-folded sample, as `_WORDS` finds them."""
    if not sample.isascii():
        return (_WORDS if _INDIC.search(sample) else _PLAIN_WORDS).findall(sample)
    if "'" in sample or _CURLY in sample:
        sample = _LOOSE_APOSTROPHE.sub(" ", sample)
    return sample.translate(_ASCII_BLANKS).split()


@cache
def _weights(script: str) -> dict[str, tuple[tuple[str, float], ...]]:
    """The function words of a script with the languages that have them.

    The fewer have a word, the more it tells.
    """
    holders: dict[str, list[str]] = {}
    for code, words in _SCRIPTS[script].items():
        for word in dict.fromkeys(words.split()):
            holders.setdefault(word, []).append(code)
    return {
        word: tuple((code, 1 / len(codes)) for code in codes) for word, codes in holders.items()
    }


def _writes_otherwise(declared: str, found: Detected) -> bool:
    """True if a known language never uses the script of the text."""
    homes = {name for name, profiles in _SCRIPTS.items() if declared in profiles}
    homes |= {name for name, code in _ONE_LANGUAGE.items() if code == declared}
    if "kana" in homes:
        homes.add("han")
    return bool(homes) and found.script not in homes


def _kin(left: str, right: str) -> bool:
    return any(left in group and right in group for group in _KIN)
