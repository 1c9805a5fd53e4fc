"""The quicker forms of trafilatura's expressions find what the expressions themselves find."""

from __future__ import annotations

from importlib.util import find_spec, module_from_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from aggregator.cleaning.expressions import quick


def untouched(module_name: str) -> dict[str, object]:
    """What a module of trafilatura defines, whatever this process has made of the loaded one."""
    spec = find_spec(module_name)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return vars(module)


XPATHS, SETTINGS = untouched("trafilatura.xpaths"), untouched("trafilatura.settings")
LISTS = ("RAW_TREE_PRUNE_XPATH", "REMOVE_COMMENTS_AND_LISTS_XPATH", "OVERALL_DISCARD_XPATH")
EXPRESSIONS = [
    SETTINGS["BASIC_CLEAN_XPATH"],
    *(each for name in (*LISTS, "TEASER_DISCARD_XPATH") for each in XPATHS[name]),  # type: ignore[attr-defined]
]
TAGS = "div section aside p span ul ol li details a h1 footer article".split()
NAMES = """
comments|commentary|post-comments|Comment-list|infinite-scroll|mvp-post-add-box|share-bar|footer
elementor-share-buttons|teaser|Teaser-x|cookie-banner|CookieBot|reader-comments|hidden| hide|tags
nav|Navigation|reply-12|display:none|true|text|||one
""".replace("\n", "|").split("|")
ATTRIBUTES = ("class", "id", "style", "role", "aria-hidden", "data-component", "href")
elements = st.tuples(
    st.sampled_from(TAGS), st.dictionaries(st.sampled_from(ATTRIBUTES), st.sampled_from(NAMES))
)
steps = st.lists(st.tuples(elements, st.integers(0, 3)), max_size=14)


def page_of(parts: list[tuple[tuple[str, dict[str, str]], int]]) -> HtmlElement:
    """A page of these elements, each behind so many levels up from the one before it."""
    tree = document_fromstring("<html><body></body></html>")
    around = tree.find("body")
    for (tag, attributes), up in parts:
        for _ in range(up):
            if around.tag != "body":
                around = around.getparent()
        around = etree.SubElement(around, tag, attributes)
    return tree


@pytest.mark.parametrize("number", range(len(EXPRESSIONS)))
def test_every_expression_that_is_asked_most_has_a_quicker_form(number: int) -> None:
    """A version of trafilatura that writes them in another way would be slow again."""
    assert not isinstance(quick(EXPRESSIONS[number]), etree.XPath)


@given(steps)
def test_they_find_the_same_elements_in_the_same_order(
    parts: list[tuple[tuple[str, dict[str, str]], int]],
) -> None:
    """Also of elements whose attributes stand in another order, and of those inside others."""
    tree = page_of(parts)
    for search in EXPRESSIONS:
        assert QUICK[search](tree) == search(tree)


@pytest.mark.parametrize(
    "path",
    ["//div", ".//div[@id='a'][1]", ".//*[self::div][p]", ".//*[@class='a'][1]", "(.//*[@id])[1]"],
)
def test_what_asks_for_more_than_attributes_stays_as_it_is(path: str) -> None:
    """Children, numbers and other walks are libxml2's."""
    search = etree.XPath(path)
    assert quick(search) is search


QUICK = {search: quick(search) for search in EXPRESSIONS}
