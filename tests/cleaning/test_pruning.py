"""What pages name as furniture leaves the text, however it is nested."""

from __future__ import annotations

import pytest

from aggregator.cleaning import clean
from aggregator.core.model import Kind, Page, Record
from aggregator.core.options import CleaningOptions

WORDS = "harbour warden seal canal winter ledger ferry pontoon lantern quarry".split()
BOX = "The harbour museum shows nets, boats and old maps, and children go in free on Sundays."


def _paragraph(number: int) -> str:
    """An invented paragraph that is like no other one."""
    word = WORDS[number]
    told = (f"The {word} committee heard report {number}{n} about the {word}." for n in range(4))
    return f"<p>{' '.join(told)}</p>"


@pytest.mark.parametrize("depth", range(1, 7))
def test_a_box_in_boxes_of_its_own_name_is_cut(depth: int) -> None:
    """The words of a box are counted once, so its depth decides nothing."""
    box = f"<p>{BOX}</p>"
    for level in range(depth):
        box = f'<div class="promo promo-level{level}">{box}</div>'
    before, behind = ("".join(map(_paragraph, numbers)) for numbers in ((0, 1, 2), (3, 4, 5)))
    html = f"<html><body><article><h1>The mill stays</h1>{before}{box}{behind}</article></body>"
    page = clean(Record("1", html, Kind.HTML, "https://site.example/a"), CleaningOptions())
    assert isinstance(page, Page)
    assert page.main is not None
    assert "museum" not in page.main.text
    assert all(f"{WORDS[number]} committee" in page.main.text for number in range(6))
