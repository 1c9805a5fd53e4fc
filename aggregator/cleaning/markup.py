"""Markdown in text dumps: the text without its signs, and the links that it states."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(?=\S)")
# What stands between signs is bounded, or a line of opened brackets would be read from each anew.
_IMAGE = re.compile(r"!\[[^\[\]]*+\]\([^)]{0,4000}+\)")
_LINK = re.compile(r"\[([^\[\]]++)\]\((https?://[^)\s]{1,2000}+)[^)]{0,1000}+\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,1000}?)(?<=\S)\1")
_EMPHASIS = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![\w*])|(?<!\w)_(?=\S)([^_]+?)(?<=\S)_(?!\w)"
)
_BARE_ADDRESS = re.compile(r"\s*(?:[^\W\d_]{3,12}\s*[:：]\s*)?<?(https?://[^\s<>\"]+)>?\s*", re.I)


@dataclass(frozen=True, slots=True)
class Unmarked:
    """A line without markup: its text, the level of a heading (0: none) and its link."""

    text: str
    level: int = 0
    link: str | None = None


def is_marked_up(lines: list[str]) -> bool:
    """True if a page is written in Markdown: it has headings or links in its signs."""
    return any(_HEADING.match(line) or _LINK.search(line) for line in lines)


def unmarked(line: str) -> Unmarked:
    """`line` without Markdown's signs."""
    heading = _HEADING.match(line)
    bare = _IMAGE.sub(" ", line[heading.end() :] if heading else line)
    link = _LINK.search(bare)
    whole = link is not None and not bare.replace(link[0], "").strip(" *_#>-•")
    bare = _LINK.sub(r"\1", bare)
    bare = _EMPHASIS.sub(lambda m: m[1] or m[2], _STRONG.sub(r"\2", bare))
    return Unmarked(bare, len(heading[1]) if heading else 0, link[2] if link and whole else None)


def address_alone(line: str) -> str | None:
    """The address that a line consists of, but for a label ("Link: https://…")."""
    found = _BARE_ADDRESS.fullmatch(line)
    return found[1] if found else None
