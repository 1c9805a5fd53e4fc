"""One article in the making, and the line filters that main and embedded texts share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from aggregator.cleaning import captions, furniture, notices, walls
from aggregator.cleaning.headings import is_pointer, is_related_heading, pointer_with_target
from aggregator.cleaning.lines import Line, When
from aggregator.cleaning.script import ends_as_sentence, is_paragraph, size

_LONGEST_FURNITURE = 700
"""Characters; no caption or call is longer."""
_LONGEST_LURE = 8
_LONGEST_SCRAPS = 30
_LONGEST_FOOT = 10
_LOOSE_LINES = 3
"""Lines of a page's foot, and those among them that are nothing known."""
_LONGEST_WALL = 250
_WALLED = 0.6
"""Words of a text that may be notices, and the share of notices that makes it such."""
_SENTENCES = re.compile(r"(?<=[.!?。！？؟।])\s+|(?<=[.!?][\"'”’»)])\s+")
_KEPT_AT_END = 12
"""An unfinished line of this many words at the end of a text is text cut short."""


@dataclass(slots=True)
class Piece:
    """An article's parts as found on a plain-text page."""

    title: str | None = None
    outlet: str | None = None
    author: str | None = None
    when: When | None = None
    link: str | None = None
    body: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The body, one paragraph a line."""
        return "\n".join(self.body)


def is_furniture(line: Line, at_end: bool = False) -> bool:
    """True for a line that is no text of any article, by its own looks."""
    text = line.text
    if len(text) > _LONGEST_FURNITURE:
        return False
    if line.link == text:
        return True
    if furniture.is_comment_furniture(text) or walls.is_comment_form(text):
        return True
    if furniture.is_call(text, at_end):
        return True
    if line.paragraph and ends_as_sentence(text):
        return captions.is_caption(text) or notices.is_paywall(text)
    return (
        furniture.is_label(text)
        or captions.is_caption(text)
        or furniture.is_reading_time(text)
        or furniture.is_editor_credit(text)
        or furniture.origin_outlet(text) is not None
        or is_pointer(text)
        or pointer_with_target(text)
    )


def without_pointers(lines: Iterable[Line]) -> list[Line]:
    """`lines` without related headings amid a text, and the bare headlines right below them."""
    kept: list[Line] = []
    below = False
    for line in lines:
        if not line.paragraph and (is_pointer(line.text) or is_related_heading(line.text)):
            below = True
        elif line.paragraph or not below:
            below = False
            kept.append(line)
    return kept


def without_pitches(lines: Iterable[Line]) -> list[Line]:
    """`lines` without calls, and without the sentences that explain a call right below it."""
    kept: list[Line] = []
    below_call = False
    for line in lines:
        if not line.paragraph and furniture.is_call(line.text):
            below_call = True
        elif not (below_call and furniture.is_pitch(line.text)):
            below_call = False
            kept.append(line)
    return kept


def without_foot(lines: list[Line]) -> list[Line]:
    """`lines` without the page's foot: a call on a line of its own, and what explains it.

    Only where nothing follows but a few short lines and sentences to the reader.
    """
    start = len(lines)
    short = 0
    for at in range(len(lines) - 1, max(0, len(lines) - _LONGEST_FOOT), -1):
        line = lines[at]
        if line.when or is_related_heading(line.text):
            break
        if not line.paragraph and furniture.is_call(line.text):
            start = at
        elif not is_furniture(line, at_end=True):
            short += not line.paragraph
            if short > _LOOSE_LINES or not _stands_in_foot(line):
                break
    return lines[:start]


def _stands_in_foot(line: Line) -> bool:
    if line.paragraph:
        return furniture.may_explain_call(line.text)
    return size(line.text) <= _LONGEST_LURE


def without_galleries(lines: list[Line]) -> list[Line]:
    """`lines` without the pictures of a gallery: number, sentence, agency, on lines of their own.

    The number may stand before the sentence on its line.
    """
    credited = [n for n, line in enumerate(lines) if n and captions.is_agency_credit(line.text)]
    doomed: set[int] = set()
    for at in credited:
        if captions.is_numbered_sentence(lines[at - 1].text):
            doomed |= {at - 1, at}
        elif at > 1 and captions.is_gallery_number(lines[at - 2].text):
            doomed |= {at - 2, at - 1, at}
    return [line for n, line in enumerate(lines) if n not in doomed] if doomed else lines


def trim_end(lines: list[Line]) -> tuple[list[Line], str | None]:
    """`lines` without the furniture behind the last paragraph, and the outlet it credits."""
    kept, outlet = list(lines), None
    while kept and not _closes_text(kept, len(kept) - 1):
        outlet = furniture.origin_outlet(kept.pop().text) or outlet
    return (kept, outlet) if kept else (list(lines), None)


def without_inline_furniture(text: str) -> str:
    """A paragraph without captions set into it and without calls or credits at its end.

    Pages flattened to one line keep them so: a numbered picture line with its agency amid the
    text, and "With agency reports" or "Subscribe." behind the last sentence.
    """
    bare = captions.without_inline_captions(text)
    sentences = _SENTENCES.split(bare)
    count = len(sentences)
    while len(sentences) > 1 and _is_scrap(sentences[-1]):
        called = ends_as_sentence(sentences.pop())
        if called and len(sentences) > 1 and _is_lure(sentences[-1]):
            sentences.pop()
    return bare if len(sentences) == count else " ".join(sentences)


def _is_scrap(sentence: str) -> bool:
    return furniture.is_closing_scrap(sentence) or notices.is_paywall(sentence)


def is_notice(text: str) -> bool:
    """True for a line that stands beside a text: consent, paywall, a heading over the author."""
    return (
        notices.is_consent(text)
        or notices.is_author_box(text)
        or (walls.asks_to_log_in(text) and furniture.may_explain_call(text))
        or _all_scraps(text)
    )


def tells_nothing(kept: Sequence[str], all_lines: Sequence[str]) -> bool:
    """True for a body that is no article's text: labels, or notices and walls from end to end.

    `kept` is the body; `all_lines` are those it was taken from.
    """
    return walls.is_heap(kept) or _are_notices(all_lines)


def _are_notices(texts: Sequence[str]) -> bool:
    told = [text for text in texts if is_paragraph(text) or size(text) >= _KEPT_AT_END]
    words = sum(map(size, told))
    if not told or words > _LONGEST_WALL or not _stands_for_text(told[0]):
        return False
    walled = [text for text in told if _stands_for_text(text) or notices.speaks_of_cookies(text)]
    return sum(map(size, walled)) >= _WALLED * words


def _stands_for_text(text: str) -> bool:
    """True for a line that stands where a text should."""
    if walls.is_wall(text) or walls.is_comment_form(text) or is_notice(text):
        return True
    return notices.is_paywall(text) or furniture.is_call(text, at_end=True)


def _all_scraps(text: str) -> bool:
    """True for a line of calls and nothing else ("Already a subscriber? Log in.")."""
    if size(text) > _LONGEST_SCRAPS:
        return False
    return all(_is_scrap(sentence) for sentence in _SENTENCES.split(text))


def _is_lure(sentence: str) -> bool:
    """True for the short question before a call ("Want more?")."""
    return size(sentence) <= _LONGEST_LURE and sentence.rstrip("\"'”’» ").endswith(
        ("?", "？", "؟")
    )


def body_of(lines: Iterable[Line], title: str | None) -> list[str]:
    """The texts of `lines` that are no furniture, no date and no repeat of the title."""
    texts = (
        without_inline_furniture(line.text) if line.paragraph else line.text
        for line in lines
        if not is_furniture(line)
        and line.when is None
        and (title is None or line.paragraph or line.text.casefold() != title.casefold())
    )
    return [text for text in texts if text]


def _closes_text(lines: list[Line], at: int) -> bool:
    """True if the line at `at` may be the last of a text."""
    line = lines[at]
    text = line.text
    if is_furniture(line, at_end=True) or line.when or is_related_heading(text):
        return False
    if furniture.origin_outlet(text) or furniture.is_editor_credit(text):
        return False
    if is_notice(text):
        return False
    if ends_as_sentence(text) or size(text) >= _KEPT_AT_END:
        return True
    return _in_list(lines, at)


def _in_list(lines: list[Line], at: int) -> bool:
    """True for an item of a list that the text announces ("The winners are:")."""
    last = at
    while at > 0 and lines[at].bullet:
        at -= 1
    return at < last and lines[at].text.endswith((":", "：")) and size(lines[at].text) >= 4
