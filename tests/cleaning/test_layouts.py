"""Plain-text pages of invented sites, in ten languages and eight layouts, are taken apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from aggregator.core.model import Role
from tests.cleaning.invented import CAPTURED, LANGUAGES, Words, cleaned, main_of


def glued_age(w: Words) -> list[str]:
    title, outlet, text = w.main
    head = [title, "", title, "", f"{outlet}{w.age}", *text, "", *w.comments, "", w.related]
    for other_title, other_outlet, other in w.others:
        head += ["", other_title, f"{other_outlet}{w.age}", "", other]
    return head


def outlet_twice(w: Words) -> list[str]:
    title, outlet, text = w.main
    head = [title, f"{outlet} · {w.age}", w.credit, *text, *w.comments, w.related, ""]
    for other_title, other_outlet, other in w.others:
        head += [other_outlet, w.age, f"- {other_outlet}", other_title, other, "", ""]
    return head


def title_thrice(w: Words) -> list[str]:
    title, outlet, text = w.main
    head = ["logo", title, title, f"{outlet}{w.age}", *text, w.call, w.related]
    for t, o, other in w.others:
        head += ["", t, t, "", o, "", w.age, "", f"  • {o}", "", t, "", other]
    return head


def title_first(w: Words) -> list[str]:
    title, outlet, text = w.main
    head = [title, outlet, w.age, "", *text, "", w.related, ""]
    for t, o, other in w.others:
        head += [t, o, w.age, other, ""]
    return [*head, w.call]


def age_first(w: Words) -> list[str]:
    title, outlet, text = w.main
    head = [title, f"{w.age} | {outlet}", *text, w.call, w.related]
    for t, o, other in w.others:
        head += [f"{w.age} | {o}", t, other]
    return head


def text_first(w: Words) -> list[str]:
    title, outlet, text = w.main
    head = [title, f"{outlet} • {w.age}", *text, *w.comments, w.related]
    for t, o, other in w.others:
        head += [t, other, o, w.age]
    return head


def headless(w: Words) -> list[str]:
    title, outlet, text = w.main
    head = [title, "", f"{outlet}{w.age}", *text, ""]
    for t, o, other in w.others:
        head += ["", t, t, f"{o}{w.age}", "", other]
    return head


def bulleted(w: Words) -> list[str]:
    title, outlet, text = w.main
    head = [title, f"{outlet} — {w.age}", "", *text, "", w.call, "", *w.comments, w.related]
    for t, o, other in w.others:
        head += [f"{o} — {w.age}", t, other, ""]
    return head


LAYOUTS = [
    glued_age, outlet_twice, title_thrice, title_first, age_first, text_first, headless, bulleted,
]  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_main_text_is_whole_and_holds_nothing_else(
    language: str, layout: Callable[[Words], list[str]]
) -> None:
    """In each layout the main text keeps all of its own lines, and only those."""
    words = LANGUAGES[language]
    main = main_of(cleaned(layout(words)))
    assert (main.title, main.outlet) == words.main[:2]
    assert main.text.split("\n") == words.main[2]
    assert main.role is Role.MAIN


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_embedded_article_has_its_title_outlet_time_and_text(
    language: str, layout: Callable[[Words], list[str]]
) -> None:
    """In each layout every story below the heading becomes an article with its own fields."""
    words = LANGUAGES[language]
    page = cleaned(layout(words))
    assert [(a.title, a.outlet, a.text) for a in page.embedded] == words.others
    published = CAPTURED - timedelta(hours=3)
    assert [a.published for a in page.embedded] == [published] * len(words.others)
    assert all(a.role is Role.EMBEDDED for a in page.embedded)
