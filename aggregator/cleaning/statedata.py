"""The article in a page's data for its scripts, where the page itself shows none of it.

Sites that are drawn by scripts send the story as JSON (``application/json`` scripts such as
``__NEXT_DATA__``, or a script that sets a variable to it): an object with a headline and a body,
which is text, HTML, or a list of blocks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from aggregator.cleaning.decode import repair
from aggregator.cleaning.script import is_paragraph, key, size

_TITLES = ("headline", "title", "name")
_BODIES = (
    "articleBody", "body", "bodyHtml", "body_html", "content", "contentHtml", "html", "text",
    "paragraphs", "blocks", "elements", "components", "children", "value", "data",
)  # fmt: skip
_LEAST = 60
_LARGEST = 5_000_000
"""Letters of a script that is still read."""
_SCRIPTS = ("", "text/javascript", "application/javascript")
_SET = re.compile(r"[\w$\])\"']\s*=\s*(?P<parse>JSON\.parse\(\s*(?=\"))?(?P<value>[{\"])")
_MOST_SET = 50
"""Variables of a script that are looked at."""
_DECODER = json.JSONDecoder(strict=False)
_DEEPEST = 40
"""Levels of an object inside another; what lies deeper is no article of the page."""


def stated_in_scripts(tree: HtmlElement, title: str | None) -> str | None:
    """The text, or HTML, of the article that a page's data states under the page's own `title`.

    Without a title only a lone article counts. None if there is no such thing of some length.
    """
    own = key(title or "")
    found: list[tuple[bool, str]] = []
    for script in tree.iter("script"):
        text = script.text or ""
        if _LEAST < len(text) <= _LARGEST:
            for data in _states((script.get("type") or "").lower(), text):
                found += [(key(name) == own, body) for name, body in _articles(data)]
    named = [body for same, body in found if same and own]
    if named:
        return repair(max(named, key=len))
    return repair(found[0][1]) if len(found) == 1 else None


def _states(kind: str, text: str) -> Iterator[Any]:
    """The data that a script holds: all of it, or what it sets variables to."""
    if kind == "application/json":
        yield _load(text)
    elif kind in _SCRIPTS:
        end = 0
        for found in islice(_SET.finditer(text), _MOST_SET):
            if found.start() >= end:
                data, end = _value(text, found.start("value"))
                yield _load(data) if found["parse"] and isinstance(data, str) else data


def _value(text: str, start: int) -> tuple[Any, int]:
    """The JSON value that begins at `start`, and where it ends; None if it is none."""
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _articles(data: Any) -> Iterator[tuple[str, str]]:
    """Headline and body of each object that has both; without recursion."""
    stack = [(data, 0)]
    while stack:
        item, depth = stack.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(item, dict):
            title = next((item[t] for t in _TITLES if isinstance(item.get(t), str)), "")
            body = _body(item) if title else ""
            if size(body) >= _LEAST:
                yield title, body
                continue
            item = list(item.values())
        if isinstance(item, list):
            stack += [(part, depth + 1) for part in reversed(item)]


def _body(item: dict[str, Any]) -> str:
    """The longest text among the values of an object that may be its body."""
    return max(("\n".join(_texts(item[name], 0)) for name in _BODIES if name in item), default="")


def _texts(value: Any, depth: int) -> list[str]:
    """The strings of a body in order; those of its blocks that are sentences, or HTML."""
    if isinstance(value, str):
        return [value] if not depth or is_paragraph(value) or value.startswith("<") else []
    if depth > _DEEPEST:
        return []
    if isinstance(value, list):
        return [text for part in value for text in _texts(part, depth + 1)]
    if isinstance(value, dict):
        parts = (_texts(value[name], depth + 1) for name in _BODIES if name in value)
        return next((texts for texts in parts if texts), [])
    return []
