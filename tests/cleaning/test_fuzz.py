"""Mutated pages: no exception, no endless work, nothing that cannot be stored.

`benchmarks/fuzz.py` tries a hundred thousand inputs by the same mutators and claims.
"""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from aggregator.cleaning import clean
from aggregator.core.model import Declared, Kind, Page, Record
from aggregator.core.options import CleaningOptions
from benchmarks.fuzz_checks import check_record
from benchmarks.mutations import mutated

_SENTENCE = "The ferry to the islands runs again after the storm of the week. "
_TEXT = "\n".join(["The ferry runs", "The Harbour News", "3 hours ago", *[_SENTENCE * 3] * 4])
_HTML = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'><title>The ferry runs</title>"
    '<script type=\'application/ld+json\'>{"@type": "NewsArticle", "datePublished":'
    ' "2026-03-04T10:00:00Z"}</script></head><body><article><h1>The ferry runs</h1>'
    + f"<p>{_SENTENCE * 3}</p>" * 4
    + "<h2>Related Articles</h2><div><h3><a href='/b'>The bridge is open</a></h3>"
    + f"<p>{_SENTENCE * 2}</p></div></article></body></html>"
)
_SEEDS = {Kind.HTML: _HTML, Kind.TEXT: _TEXT, Kind.FIELDS: _TEXT}


@pytest.mark.parametrize("kind", list(Kind))
def test_pages_mutated_as_the_fuzz_run_does_keep_its_claims(kind: Kind) -> None:
    now = datetime(2026, 3, 4, 18, 30, tzinfo=UTC)
    for number in range(40):
        random = Random(f"{kind} {number}")
        data = mutated(_SEEDS[kind].encode(), random, _HTML.encode(), binary=False)
        payload = data if kind is Kind.HTML else data.decode("utf-8", "replace")
        said = Declared(title="The ferry runs", published="2026-03-04T10:00:00Z")
        record = Record("line 1", payload, kind, "https://tide.example/a", None, now, said)
        assert check_record(record).findings == [], number


@pytest.mark.parametrize("sign", ["[", "](", "**a ", "- ", "_", '- "', "\u00a0"])
def test_a_line_of_signs_alone_keeps_no_worker_for_minutes(sign: str) -> None:
    """What a text says is found beside a hundred thousand signs, in time that grows with them."""
    line = f"{_SENTENCE}{sign * (100_000 // len(sign))}x"
    page = clean(Record("file", f"{_TEXT}\n{line}\n{_SENTENCE}", Kind.TEXT), CleaningOptions())
    assert isinstance(page, Page)
    assert page.main is not None
    assert _SENTENCE.strip() in page.main.text
