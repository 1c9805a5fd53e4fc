"""Trafilatura's searches for elements by class and id, made quicker without finding others.

Its expressions test the names of each element by calls from libxml2 into Python, which takes a
fifth of the time of a long page. Whether a condition on attributes holds is a function of their
values, which sites repeat: here it is asked once for each of them, and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

_USED = {
    "trafilatura.xpaths": (
        "RAW_TREE_PRUNE_XPATH", "REMOVE_COMMENTS_AND_LISTS_XPATH", "OVERALL_DISCARD_XPATH",
        "TEASER_DISCARD_XPATH",
    ),
    "trafilatura.baseline": ("BASIC_CLEAN_XPATH",),
}  # fmt: skip
"""Where trafilatura keeps the expressions that it asks most; a version may lack some."""
_SPACES = {"re": "http://exslt.org/regular-expressions"}
_QUOTED = r"(?:[^][']|'[^']*')*"
_FORM = re.compile(
    r"\s*(?:(?P<others>\S.*)\|)?\.//\*(?:\[(?P<tags>self::\w+(?:\s+or\s+self::\w+)*)\])?"
    rf"\[(?P<condition>{_QUOTED})\](?P<more>(?:\[{_QUOTED}\])*)\s*",
    re.S,
)
"""A search by one condition, maybe narrowed by `more` of them, and for `others` before it."""
_OF_ATTRIBUTES = re.compile(
    r"(?:@[\w-]+|(?<!\w)(?:or|and|not|contains|translate|starts-with|re:test)(?!\w)"
    r"|'[^']*'|[\s(),|=])*"
)
_COUNTS = re.compile(r"\[\d+\]|position|last")
_MOST_KNOWN = 4096
"""Values of attributes whose answers a search remembers, each up to so many characters."""
_MOST_CHARS = 300


def quicken() -> None:
    """Let trafilatura use the quicker forms in this process."""
    for module_name, names in _USED.items():
        module = import_module(module_name)
        for name in names:
            found = getattr(module, name, None)
            if isinstance(found, list):
                found[:] = map(quick, found)
            elif found is not None:
                setattr(module, name, quick(found))


def quick(search: Any) -> Any:
    """What finds in any tree the elements that `search`, an XPath, finds, in their order.

    That is `search` itself if it asks for more than attributes.
    """
    form = _FORM.fullmatch(search.path) if isinstance(search, etree.XPath) else None
    if form is None or not _OF_ATTRIBUTES.fullmatch(form["condition"]):
        return search
    return search if _COUNTS.search(form["more"]) else _Search(form)


class _Search:
    """A search for the elements of some tags (or any) whose attributes meet a condition."""

    def __init__(self, form: re.Match[str]) -> None:
        self._others = _xpath(form["others"]) if form["others"] else None
        self._tags = re.findall(r"self::(\w+)", form["tags"] or "") or ["*"]
        self._holds = _xpath(f"self::*[{form['condition']}]")
        self._more = _xpath(f"self::*{form['more']}") if form["more"] else None
        self._asked = tuple(sorted(set(re.findall(r"@([\w-]+)", form["condition"]))))
        self._known: dict[tuple[str | None, ...], bool] = {}

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        found = list(self._found(tree))
        if self._more is not None:
            found = [element for element in found if self._more(element)]
        if self._others is None:
            return found
        others = self._others(tree)
        both = {*found, *others}
        return [element for element in tree.iter() if element in both] if found else others

    def _found(self, tree: HtmlElement) -> Iterator[HtmlElement]:
        asked, known = self._asked, self._known
        for element in tree.iterdescendants(*self._tags):
            told = tuple(map(element.get, asked))
            if len(told) - told.count(None) > 1:  # of a set of attributes the first counts
                told += tuple(element.keys())
            holds = known.get(told)
            if holds is None:
                holds = bool(self._holds(element))
                if sum(map(len, filter(None, told))) <= _MOST_CHARS:
                    if len(known) >= _MOST_KNOWN:
                        known.clear()
                    known[told] = holds
            if holds:
                yield element


def _xpath(path: str) -> etree.XPath:
    return etree.XPath(path, namespaces=_SPACES)
