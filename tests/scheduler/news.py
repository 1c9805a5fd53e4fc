"""Invented news for the scheduler's tests: JSON lines, each of them an article of its own."""

from __future__ import annotations

import json
import random

_WORDS = """harbour council budget winter orchard railway bridge museum festival river teacher
market engine garden library island theatre storm festival bakery mayor valley station forest
concert painter lantern meadow ferry copper window basket orchard candle village""".split()


def story(number: int) -> dict[str, str]:
    """An article with words of its own at an address of its own."""
    dice = random.Random(number)
    words = [f"{dice.choice(_WORDS)}{dice.randrange(90)}" for _ in range(60)]
    return {
        "url": f"https://news.example/{number}",
        "title": f"Report number {number}",
        "text": " ".join(words) + ".",
    }


def lines(first: int, count: int) -> str:
    """So many articles, one a line, from number `first` on."""
    return "".join(json.dumps(story(n)) + "\n" for n in range(first, first + count))
