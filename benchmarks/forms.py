"""Where the rule is brittle: invented forms with other facts, and copies edited step by step.

    python benchmarks/forms.py [--errors]

`forms.toml` holds templates of many kinds and languages; no two fillings of one are copies.
They are decided as pages of one site, of two sites (a network, or an automated service), and of
unknown origin. Copies are made of the stories of ``fixtures/sources/stories``: cut, headed anew,
with another lead or ending, with words replaced. The table says what share of each kind is put
together. Nothing here was used to choose a threshold on labelled pairs of real pages; it shows
what those pages, of two days, hold too little of.
"""

from __future__ import annotations

import argparse
import random
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from aggregator.core.decision import Decision, TextFacts, decide
from aggregator.core.evidence import Evidence, Text, compare
from aggregator.core.options import MatchingOptions
from aggregator.core.text import words
from aggregator.core.tokens import tokenise, word_count

HERE = Path(__file__).parent
STORIES = HERE.parent / "fixtures" / "sources" / "stories"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SITES = {
    "one site": ("one.example", "one.example"),
    "two sites": ("one.example", "other.example"),
    "unknown": (None, None),
}
LEAST_WORDS = 120
"""A story has to be so long that a third of it can still be compared."""


@dataclass(frozen=True)
class Page:
    """A title and a body."""

    title: str
    body: str


@dataclass(frozen=True)
class Case:
    """Two pages of a kind, and how they were decided."""

    kind: str
    sites: str
    pages: tuple[Page, Page]
    evidence: Evidence
    decision: Decision


def decided(kind: str, sites: str, pages: tuple[Page, Page], options: MatchingOptions) -> Case:
    """Compare two pages and decide."""
    texts = [Text(tokenise(words(page.body)), page.title) for page in pages]
    facts = [
        TextFacts(page.title, site=site, published=NOON, word_count=word_count(text.tokens))
        for page, text, site in zip(pages, texts, SITES[sites], strict=True)
    ]
    evidence = compare(*texts)
    return Case(kind, sites, pages, evidence, decide(evidence, *facts, options))


def forms() -> Iterator[tuple[str, Page, Page]]:
    """Pairs of fillings of one form: its name, and both pages."""
    for form in tomllib.loads((HERE / "forms.toml").read_text("utf-8"))["form"]:
        pages = [
            Page(form["title"].format(*facts), form["body"].format(*facts))
            for facts in form["facts"]
        ]
        for one, other in combinations(pages, 2):
            yield form["name"], one, other


def stories() -> list[Page]:
    """The longer stories of the fixtures, one of each (no copies, no forms)."""
    found = []
    for path in sorted(STORIES.glob("*.txt")):
        if path.stem.startswith(("almanac", "storm", "brief")) or path.stem.endswith("-copy"):
            continue
        head, body = path.read_text("utf-8").split("\n\n", 1)
        title = dict(line.split(": ", 1) for line in head.splitlines()).get("title", "")
        lines = [line.removeprefix("> ") for line in body.splitlines() if line[:1] not in "#!"]
        page = Page(title, "\n".join(line for line in lines if line))
        if word_count(tokenise(words(page.body))) >= LEAST_WORDS:
            found.append(page)
    return found


def cut(share: float) -> Callable[[Page, Page, random.Random], Page]:
    """The beginning of a story; `share` of its characters."""
    return lambda page, _other, _rng: Page(page.title, page.body[: int(share * len(page.body))])


def retitled(page: Page, other: Page, _rng: random.Random) -> Page:
    """Under a title that shares nothing with its own."""
    return Page(other.title, page.body)


def led(page: Page, other: Page, _rng: random.Random) -> Page:
    """With another first paragraph in place of its own."""
    return Page(page.title, "\n".join([_paragraphs(other)[0], *_paragraphs(page)[1:]]))


def ended(page: Page, other: Page, _rng: random.Random) -> Page:
    """With another ending in place of its last third."""
    kept = page.body[: 2 * len(page.body) // 3]
    return Page(page.title, kept + "\n" + "\n".join(_paragraphs(other)[-2:]))


def rewritten(share: float) -> Callable[[Page, Page, random.Random], Page]:
    """With this share of its words replaced, one by one."""

    def rewrite(page: Page, other: Page, rng: random.Random) -> Page:
        spare = other.body.split()
        told = [rng.choice(spare) if rng.random() < share else word for word in page.body.split()]
        return Page(page.title, " ".join(told))

    return rewrite


def _paragraphs(page: Page) -> list[str]:
    return page.body.split("\n")


Edit = Callable[[Page, Page, random.Random], Page]
EDITS: dict[str, Sequence[Edit]] = {
    "verbatim, new title": (retitled,),
    "cut to .7": (cut(0.7),),
    "cut to .7, new title": (cut(0.7), retitled),
    "cut to .4": (cut(0.4),),
    "cut to .4, new title": (cut(0.4), retitled),
    "new lead": (led,),
    "new lead, new title": (led, retitled),
    "new ending": (ended,),
    "new ending, new title": (ended, retitled),
    "new lead and ending": (led, ended),
    "new lead and ending, new title": (led, ended, retitled),
    "5 % of words": (rewritten(0.05),),
    "5 % of words, new title": (rewritten(0.05), retitled),
    "10 % of words": (rewritten(0.1),),
    "10 % of words, new title": (rewritten(0.1), retitled),
    "15 % of words": (rewritten(0.15),),
    "15 % of words, new title": (rewritten(0.15), retitled),
    "20 % of words": (rewritten(0.2),),
    "cut to .5, 5 % of words": (cut(0.5), rewritten(0.05)),
    "cut to .5, 5 % of words, new title": (cut(0.5), rewritten(0.05), retitled),
}


def copies() -> Iterator[tuple[str, Page, Page]]:
    """Stories with edited copies: what was done, the story, the copy."""
    pages = stories()
    for name, edits in EDITS.items():
        for at, page in enumerate(pages):
            made, rng = page, random.Random(f"{name} {at}")
            other = pages[(at + 1 + rng.randrange(len(pages) - 1)) % len(pages)]
            for edit in edits:
                made = edit(made, other, rng)
            yield name, page, made


def report(cases: Sequence[Case], right: bool, *, errors: bool) -> None:
    """Print the share of each kind that is put together, on one and on different sites."""
    print(f"\n{'':38}" + "".join(f"{name:>12}" for name in SITES))
    for kind in dict.fromkeys(case.kind for case in cases):
        shares = []
        for sites in SITES:
            same = [c.decision.same for c in cases if c.kind == kind and c.sites == sites]
            shares.append(sum(same) / len(same))
        print(f"{kind:38}" + "".join(f"{share:>12.2f}" for share in shares))
    overall = [
        sum(c.decision.same for c in cases if c.sites == sites)
        / sum(c.sites == sites for c in cases)
        for sites in SITES
    ]
    print(f"{'all':38}" + "".join(f"{share:>12.2f}" for share in overall))
    for case in cases if errors else ():
        if case.decision.same != right:
            e = case.evidence
            print(
                f"{case.kind} ({case.sites}): {case.decision.rule} {case.decision.score:.2f};"
                f" contained {e.containment:.2f} title {e.title:.2f} frame {e.title_frame:.2f}"
                f" lead {e.lead:.2f} numbers {e.numbers:.2f} own {e.own_subject:.2f}"
                f" begins {e.begins} | {case.pages[0].title[:40]} | {case.pages[1].title[:40]}"
            )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--errors", action="store_true", help="list what is decided wrongly")
    chosen = parser.parse_args()
    for right, pairs in ((False, list(forms())), (True, list(copies()))):
        cases = [
            decided(kind, sites, (one, other), MatchingOptions())
            for kind, one, other in pairs
            for sites in SITES
        ]
        report(cases, right, errors=chosen.errors)


if __name__ == "__main__":
    main()
