"""Language names as primary subtags (ISO 639-1 where there is one)."""

from __future__ import annotations

import re

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
