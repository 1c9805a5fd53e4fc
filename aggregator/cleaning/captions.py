"""Captions and credits of pictures, told from text by general signs.

On lines of their own, in galleries, and set into a text flattened to one line.
"""

from __future__ import annotations

import re
from functools import cache

from aggregator.cleaning import phrases
from aggregator.cleaning.script import ends_as_sentence, size, tidy

_LONGEST_CAPTION = 70
_LONGEST_CREDIT = 14
_LONGEST_SIGNED = 40
"""Words; in a longer line a sign of copyright belongs to one word of the text."""
_CREDIT_LETTERS = 160
_BEFORE_CREDIT = " .([|–—-"
_CREDIT_SIGNS = re.compile(r"[:：/©|(\[]|\bvia\b")
_CREDIT_MARKS = (":", "：", "/", "©", "|", "via", "by ", "By ", "BY ")
"""What every credit at the end of a caption holds: quick tests before the thorough one."""
_GALLERY_NUMBER = re.compile(r"\d{1,2}(?:\s?(?:/|of)\s?\d{1,2})?")
_NUMBERED = re.compile(r"\d{1,2}(?:\s?(?:/|of)\s?\d{1,2})?\s[^\W\d_]{2}")
_LONGEST_CREDIT_LINE = 60


def is_caption(line: str) -> bool:
    """True for a photo caption or credit line ("… Photo: Name/Agency", "© Name", "AFP/Name")."""
    words = size(line)
    if not 0 < words <= _LONGEST_CAPTION:
        return False
    stopped = ends_as_sentence(line)
    if words <= _LONGEST_CREDIT:
        forms = _credit_only(stopped)
        if forms.fullmatch(line.strip()):
            return True
    end = line[-_CREDIT_LETTERS:]
    found = _credit_tail().search(end) if _is_signed(end) else None
    if found is None or size(found[0]) > _LONGEST_CREDIT:
        return False
    if words > _LONGEST_SIGNED and found[0].lstrip(_BEFORE_CREDIT).startswith("©"):
        return False
    # "… in visible light images: a ring of rocks." is a sentence
    return not (stopped and found[0].lstrip(_BEFORE_CREDIT)[:1].islower())


def _is_signed(end: str) -> bool:
    """True if the end of a line holds a sign that credits have."""
    for mark in _CREDIT_MARKS:
        if mark in end:
            return _CREDIT_SIGNS.search(end) is not None
    return False


def without_inline_captions(text: str) -> str:
    """`text` without sentences that a number opens and an agency's name closes."""
    if not any(sign.isdigit() for sign in text):
        return text
    bare, found = _inline_caption().subn(" ", text)
    return tidy(bare) if found else text


def is_gallery_number(line: str) -> bool:
    """True for the number of a picture on a line of its own ("4", "2 of 6", "3/9")."""
    return len(line) <= 8 and _GALLERY_NUMBER.fullmatch(line) is not None


def is_numbered_sentence(line: str) -> bool:
    """True for a sentence with a picture's number before it ("4 A sentence.")."""
    return _NUMBERED.match(line) is not None and ends_as_sentence(line)


def is_agency_credit(line: str) -> bool:
    """True for an agency's name, alone or behind a photographer's ("AP", "Name / AFP")."""
    return len(line) <= _LONGEST_CREDIT_LINE and _agency_credit().fullmatch(line) is not None


@cache
def _credit_only(stopped: bool) -> re.Pattern[str]:
    """A line that is a credit and nothing else; if it ends as a sentence, only with a sign."""
    photo, agency = (
        phrases.alternatives(phrases.PHOTO_WORDS),
        phrases.alternatives(phrases.AGENCIES),
    )
    signed = (
        rf"(?i:{photo})(?:\s*(?i:by|von|de|di|par|od))?\s*[:：/|©]\s*\S.*"
        rf"|(?:©|\(c\)|(?i:copyright))\s*\S.*"
    )
    loose = (
        rf"|(?i:{photo})\s+(?:[–-]\s*|(?i:by|via|from|courtesy of)\s+)\S.*"
        rf"|(?:{agency})\s*(?:/|via\b|[Pp]hoto\b).*"
        rf"|.*[/|(]\s*(?:via\s+)?(?:{agency})[\])]?"
    )
    return re.compile(rf"[\[(]?(?:{signed}{'' if stopped else loose})[\])]?")


@cache
def _credit_tail() -> re.Pattern[str]:
    """A credit at the end of a caption."""
    photo, agency = (
        phrases.alternatives(phrases.PHOTO_WORDS),
        phrases.alternatives(phrases.AGENCIES),
    )
    name = r"[A-Z][\w.'’-]+(?:\s[A-Z][\w.'’-]+){0,3}"
    return re.compile(
        rf"(?:(?:^|[\s.(\[|–—-])(?i:{photo})\s*[:：/©]\s*|©\s*|"
        rf"\((?i:{photo})\s+(?i:by)\s+)[^.!?。]{{2,90}}[.)\]]?\s*$"
        rf"|[(\[](?:[^()]{{0,60}}[/|])(?:{agency})(?:[/|,\s][^()]{{0,60}})?[)\]]\s*$"
        rf"|[(\[](?:{agency})\s?(?:photo\s?)?/[^()]{{0,60}}[)\]]\s*$"
        rf"|(?:^|[.!?)\]]['\"”’]?\s)(?:{name})\s?(?:/|via)\s?(?:{agency})\s*$"
        rf"|(?:^|[.!?)\]]['\"”’]?\s)(?:{agency})\s?/\s?{name}\s*$"
    )


@cache
def _inline_caption() -> re.Pattern[str]:
    """A gallery's lines amid flattened text: number, sentence, agency; one or a run of them."""
    return re.compile(
        rf"(?:(?<=[.!?\"'”’])|^)(?:(?:^|\s){_numbered_caption()})+(?=\s[A-Z\"'“‘]|\s*$)"
    )


def _numbered_caption() -> str:
    """The form of "4 A sentence. AP", "2 of 6 A sentence. Name/AFP", "3/9 A sentence. via AFP"."""
    stop_inside = (
        r"(?<=[A-Z])\.|(?<=\b(?:Mr|Dr|St|vs))\.|(?<=\b(?:Mrs|Gov|Sen|Rep|Gen))\.|\.(?=\d)"
    )
    return (
        rf"\d{{1,2}}(?:\s?(?:/|of)\s?\d{{1,2}})?:?\s[A-Z](?:[^.!?]|{stop_inside}){{15,250}}[.!?]\s"
        rf"{_credited_agency()}(?![\w'’])"
    )


def _credited_agency() -> str:
    names = r"(?:[A-Z][\w.'’-]+[\s/]\s?){0,4}?"
    return rf"{names}(?:(?:via|for|/)\s?)?(?:{phrases.alternatives(phrases.AGENCIES)})"


@cache
def _agency_credit() -> re.Pattern[str]:
    return re.compile(_credited_agency())
