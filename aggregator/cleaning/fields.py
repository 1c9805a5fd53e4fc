"""Records whose producer already took the text out of the page (JSONL, Parquet)."""

from __future__ import annotations

from aggregator.cleaning import declared
from aggregator.cleaning.blocks import segments_of
from aggregator.cleaning.headings import LONGEST_HEADING, is_related_heading
from aggregator.cleaning.language import primary_language
from aggregator.cleaning.lines import (
    BULLETS,
    WRAPPED_LINES,
    WRAPPED_TO,
    read_lines,
    same,
    without_bullet,
)
from aggregator.cleaning.plaintext import split_text
from aggregator.cleaning.script import tidy
from aggregator.cleaning.textpage import article_of
from aggregator.core.model import ExtractedArticle, Page, Record, Role

_MORE_BREAKS = "\u2028\u2029\x85"
"""Line breaks besides those that `_split` knows."""


def page_of(record: Record, text: str) -> Page:
    """The page of an already extracted text: the text as given, the metadata as declared.

    Only a title repeated as the first line is left out, and the text is split only where a
    related heading with dated blocks below it stands in it.
    """
    notes: list[str] = []
    said = record.declared
    body, embedded = _split(record, text, notes)
    main = ExtractedArticle(
        role=Role.MAIN,
        text="\n".join(body),
        title=declared.value(said.title),
        author=declared.value(said.author),
        outlet=declared.value(said.outlet) or declared.outlet_of(record.url),
        published=declared.moment(said.published, "published", record, notes),
        modified=declared.moment(said.modified, "modified", record, notes),
        language=primary_language(said.language),
        section=declared.value(said.section),
    )
    return Page(main if body else None, embedded, warnings=tuple(notes))


def _split(
    record: Record, text: str, notes: list[str]
) -> tuple[list[str], tuple[ExtractedArticle, ...]]:
    lines = [tidy(line) for line in text.replace("\r", "\n").split("\n")]
    lines = [line for line in lines if line]
    split = split_text(text) if _may_have_heading(text, lines) and _carries_blocks(text) else None
    title = record.declared.title
    if title and len(lines) > 1 and same(lines[0], title):
        lines = lines[1:]
    if split is None:
        return lines, ()
    pieces = split.embedded
    return split.main.body, tuple(article_of(p, Role.EMBEDDED, record, notes) for p in pieces)


def _may_have_heading(text: str, lines: list[str]) -> bool:
    """False if no line of `text`, as `read_lines` would take it, is a related heading.

    `lines` are its lines, tidied. Told from them where no line is broken, joined or freed of
    markup; most texts end here.
    """
    if any(sign in text for sign in _MORE_BREAKS) or "](http" in text:
        return True
    if len(lines) >= WRAPPED_LINES and max(map(len, lines)) <= WRAPPED_TO:
        return True
    if any(line.startswith("#") for line in lines):
        return True
    bare = (without_bullet(line) if line[0] in BULLETS else line for line in lines)
    return any(len(line) <= LONGEST_HEADING and is_related_heading(line) for line in bare)


def _carries_blocks(text: str) -> bool:
    lines = read_lines(text)
    for at, line in enumerate(lines):
        if is_related_heading(line.text):
            behind = segments_of(lines[at + 1 :])
            return any(s.dated and s.paragraphs for s in behind)
    return False
