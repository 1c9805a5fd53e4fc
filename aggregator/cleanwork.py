"""What cleaning processes do with records: clean, split and sign them.

Loads trafilatura and all that stands below it; only those processes have use for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from aggregator.candidates import with_keys
from aggregator.cleaning import clean, registered_domain
from aggregator.core.identity import page_address
from aggregator.core.model import Declared, Kind, Page, Reason, Record, Rejection
from aggregator.core.options import CleaningOptions
from aggregator.core.sightings import SeenPage, articles_of, see
from aggregator.core.tokens import Fingerprint
from aggregator.fingerprint import fingerprints


def clean_records(
    records: Sequence[Record], options: CleaningOptions
) -> list[SeenPage | Rejection]:
    """Clean, split and sign records: each result is a function of its record and the options."""
    pages = [clean(record, options) for record in records]
    sound = [page for page in pages if isinstance(page, Page)]
    texts = (each.text for page in sound for each in articles_of(page))
    prints = iter(with_keys(fingerprints(texts)))
    return [
        page if isinstance(page, Rejection) else _seen(record, page, prints)
        for record, page in zip(records, pages, strict=True)
    ]


def _seen(record: Record, page: Page, prints: Iterator[Fingerprint]) -> SeenPage | Rejection:
    """What one page gives; the next fingerprints are those of its articles."""
    its_prints = list(islice(prints, len(articles_of(page))))
    carrier = registered_domain(page_address(record, page.own_url)) or page.site_name
    seen = see(record, page, its_prints, carrier)
    if not seen.sightings:
        return Rejection(record.locator, Reason.NO_TEXT, "the page has no word of text")
    return seen


def warm_up() -> None:
    """Import and build everything that cleaning takes, off the first page's time limit."""
    said = Declared(published="the 1st of no month 2000", title="A title")
    records = [Record("", "<p>One two three.</p>", kind, declared=said) for kind in Kind]
    clean_records(records, CleaningOptions())
