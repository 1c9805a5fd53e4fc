"""Where the main text goes on below related blocks that stand amid it.

By structure: the blocks have a teaser of one paragraph, or none, and behind the last one several
paragraphs follow without a mark of a new article. By text: these speak the main text's words
rather than the block's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from aggregator.cleaning.blocks import Segment, segments_of
from aggregator.cleaning.lines import Line
from aggregator.cleaning.script import ends_as_sentence, size

_FEWEST_PARAGRAPHS = 2
_FEWEST_WORDS = 25
_SHARED = 4
"""Words of the main text that the paragraphs behind a block must speak again."""
_RATHER = 1.5
_TERM = re.compile(r"[^\W\d_]{5,}|[^\W\d_]*[A-ZÀ-ÞΑ-ΩА-Я]\w+")
_UNSPACED = re.compile(r"[぀-ヿ㐀-鿿]{2}|[฀-๿]{4}")


def resumed_at(zone: Sequence[Line], main: Sequence[Line]) -> int | None:
    """The index in `zone`, the lines below a related heading, of the main text's next line.

    `main` are the main text's lines so far. None if all lines belong to the blocks.
    """
    segments = segments_of(zone)
    last = max((n for n, segment in enumerate(segments) if segment.marked), default=None)
    if last is None or not any(segment.dated for segment in segments):
        return None
    if any(len(segment.paragraphs) > 1 for segment in segments[:last]):
        return None
    bare = _lists_headlines(segments[last]) and last == 0
    taken = 0 if bare else 1
    behind = segments[last].paragraphs[taken:]
    if not behind or any(len(segment.header) > 1 for segment in segments[last + 1 :]):
        return None
    text = [*behind, *(p for segment in segments[last + 1 :] for p in segment.paragraphs)]
    if len(text) < _FEWEST_PARAGRAPHS or sum(size(p.text) for p in text) < _FEWEST_WORDS:
        return None
    block = [*segments[last].header, *segments[last].paragraphs[:taken]]
    if not _speaks_on(text, main, block, cut=_is_cut(segments[last], taken)):
        return None
    return next(at for at, line in enumerate(zone) if line is behind[0])


def _lists_headlines(segment: Segment) -> bool:
    """True for a header of several dated headlines without texts."""
    return sum(line.when is not None for line in segment.header) > 1


def _is_cut(segment: Segment, taken: int) -> bool:
    """True if a block's teaser breaks off, so that what follows cannot be its next paragraph."""
    return bool(taken) and not ends_as_sentence(segment.paragraphs[0].text)


def _speaks_on(
    text: Sequence[Line], main: Sequence[Line], block: Sequence[Line], cut: bool
) -> bool:
    """True if `text` shares its words with `main` rather than with `block`."""
    terms = _terms(text)
    told, other = len(terms & _terms(main)), len(terms & _terms(block))
    return told >= (1 if cut else _SHARED) and told > (1.0 if cut else _RATHER) * other


def _terms(lines: Iterable[Line]) -> set[str]:
    """The long and the capitalised words of `lines`; pairs of letters in unspaced scripts."""
    text = "\n".join(line.text for line in lines)
    words = {word.casefold() for word in _TERM.findall(text)}
    return words | set(_UNSPACED.findall(text))
