"""The main text that goes on below related stories stays with the main article."""

from __future__ import annotations

import pytest

from tests.cleaning.invented import LANGUAGES, cleaned, main_of

WORDS = LANGUAGES["en"]
TITLE, OUTLET, TEXT = WORDS.main
REST = [
    "The rowing club has asked the council for a second pontoon further up the canal.",
    "Until then the seals keep theirs, and the oars stay in the house at Mossel Point.",
]
STORIES = [(title, text) for title, _, text in WORDS.others]
(FIRST, FIRST_OUTLET, CHOIR), _ = WORDS.others


def page(*below: str) -> tuple[list[str], list[tuple[str | None, str]]]:
    """The main text's paragraphs and the embedded articles of the invented page."""
    split = cleaned([TITLE, f"{OUTLET} · {WORDS.age}", *TEXT, *below])
    return main_of(split).text.split("\n"), [(a.title, a.text) for a in split.embedded]


def blocks(heading: str, texts: bool = True) -> list[str]:
    """A related heading and a block for each of the other stories."""
    lines = [heading]
    for title, outlet, text in WORDS.others:
        lines += ["", title, f"{outlet}{WORDS.age}", *(["", text] if texts else [])]
    return lines


@pytest.mark.parametrize("heading", ["Related Articles", "Read also", "Recommended"])
def test_behind_teasers_the_main_text_goes_on(heading: str) -> None:
    """Paragraphs that speak the main text's words belong to it, not to the last block."""
    assert page(*blocks(heading), "", *REST) == (TEXT + REST, STORIES)


def test_behind_dated_headlines_the_main_text_goes_on() -> None:
    """A list of dated headlines without texts has none to give the last one."""
    assert page(*blocks("Related Articles", texts=False), *REST) == (TEXT + REST, [])


def test_behind_a_teaser_that_breaks_off_the_main_text_goes_on() -> None:
    """A teaser cut short is not followed by the next paragraph of its story."""
    teaser = CHOIR[:-9] + "..."
    below = ["Related Articles", "", FIRST, f"{FIRST_OUTLET}{WORDS.age}", teaser, *REST]
    assert page(*below) == (TEXT + REST, [(FIRST, teaser)])


def test_between_two_groups_of_blocks_the_main_text_goes_on() -> None:
    """The rest of the text may end at a second heading over other stories."""
    more = ["More stories", "Tram parade in Ostley", "Ferrous Daily4 hours ago", "Trams meet."]
    expected = [*STORIES, ("Tram parade in Ostley", "Trams meet.")]
    assert page(*blocks("Related Articles"), "", *REST, *more) == (TEXT + REST, expected)


def test_an_embedded_story_keeps_its_own_paragraphs() -> None:
    """Paragraphs that speak of the block's own matter stay with it."""
    rest = ["The choir of bakers meets in the old mill.", "It sings in Larchfield at two."]
    below = ["Related Articles", "", FIRST, f"{FIRST_OUTLET}{WORDS.age}", CHOIR, *rest]
    assert page(*below) == (TEXT, [(FIRST, "\n".join([CHOIR, *rest]))])
