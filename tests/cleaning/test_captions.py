# ruff: noqa: E501 - invented captions, each on one line
"""Captions of galleries leave the text, wherever they stand in it."""

from __future__ import annotations

import pytest

from aggregator.cleaning.captions import without_inline_captions
from tests.cleaning.invented import LANGUAGES, cleaned, main_of

BEFORE = "The club moved its practice to the canal."
BEHIND = "A warden will count the seals."


@pytest.mark.parametrize(
    "run",
    [
        "4 Seals lie on the pontoon of the rowing club. AP",
        "4 Seals lie on the pontoon, left, beside U.S. rowers. AP 4 The canal was frozen in January. AP",
        "1 of 3 Seals lie on the pontoon of the club. Nell Harrow/AFP 2 of 3 The canal in the snow of January. AFP",
        "2/9 Seals lie on the pontoon of the rowing club. via REUTERS",
        "12 Mr. Brack and his boat on the canal. Getty Images",
    ],
)
def test_numbered_captions_amid_a_flattened_text_are_cut(run: str) -> None:
    """A run of number, sentence and agency goes, and the sentences around it stay."""
    assert without_inline_captions(f"{BEFORE} {run} {BEHIND}") == f"{BEFORE} {BEHIND}"
    assert without_inline_captions(f"{BEFORE} {run}") == BEFORE


@pytest.mark.parametrize(
    "text",
    [
        "The club closed. 4 Members left in the spring of that year. AP reported it on Monday.",
        "The club won in 2004. 12 Members voted for the new pontoon. They were right.",
        "It was told of 4 Seals. AFP and others wrote about them.",
    ],
)
def test_a_sentence_with_a_number_stays(text: str) -> None:
    """A number before a sentence, or an agency behind one, alone makes no caption."""
    assert without_inline_captions(text) == text


@pytest.mark.parametrize(
    "lines",
    [
        ["4", "Seals lie on the pontoon of the rowing club.", "AP"],
        ["2 of 6", "Seals lie on the pontoon of the rowing club.", "Nell Harrow / AFP"],
        ["3/9 Seals lie on the pontoon of the rowing club.", "via REUTERS"],
    ],
)
def test_galleries_on_lines_of_their_own_are_cut(lines: list[str]) -> None:
    """A picture's number, sentence and agency one below the other are no text."""
    title, _, text = LANGUAGES["en"].main
    page = cleaned([title, "", text[0], *lines, *lines, *text[1:]])
    assert main_of(page).text.split("\n") == text
