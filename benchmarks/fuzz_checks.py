"""What must hold of every input, however broken: the claims of the fuzz run and the suite."""

from __future__ import annotations

import re
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aggregator.cleaning import clean
from aggregator.core.model import (
    Declared,
    ExtractedArticle,
    Ignored,
    Page,
    Reason,
    Record,
    Rejection,
)
from aggregator.core.options import CleaningOptions, ReadingOptions
from aggregator.readers import Dump, Entry, Format, read_dump

READING = ReadingOptions(max_record_bytes=150_000, expansion_floor_bytes=2_000_000)
"""Small limits, so that inputs reach them."""
CLEANING = CleaningOptions(max_page_bytes=300_000)

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NUMBERED = re.compile(r"(line|item|row|byte) (\d+)")
_MAX_DETAIL = 500
_MAX_GROWTH = 3
"""Stored text is at most so many times what was delivered (a title may tell it twice) ..."""
_MAX_ADDED = 2_000
"""... and so many characters more."""


@dataclass(slots=True)
class Checked:
    """What one input gave, and the claims that it breaks (none, if all is well)."""

    records: int = 0
    ignored: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def claim(self, holds: bool, told: str) -> None:
        """Note a claim that does not hold."""
        if not holds:
            self.findings.append(told)


def check_dump(path: Path, name: str, form: Format | None, *, told: bool = False) -> Checked:
    """Read a file twice as the dump `name`; `told` = it is cut, so one rejection must say so."""
    found = Checked()
    with _no_exception(found):
        entries = _read(path, name, form)
        for entry in entries:
            _check_entry(entry, found)
        found.claim(bool(entries), "no entry at all")
        found.claim(_read(path, name, form) == entries, "read twice, the entries differ")
        found.claim(not told or any(isinstance(e, Rejection) for e in entries), "a silent cut")
        _check_order(entries, found)
        if form is Format.JSONL:
            _check_lines(path.read_bytes(), len(entries), found)
    return found


def check_record(record: Record) -> Checked:
    """Clean a record twice."""
    found = Checked()
    with _no_exception(found):
        page = clean(record, CLEANING)
        if isinstance(page, Page):
            found.records = 1
            _check_page(page, record, found)
        else:
            found.rejected[page.reason.value] += 1
            # that reason is the net below what nobody foresaw: what falls into it is a fault
            found.claim(page.reason is not Reason.CLEANING_FAILED, page.detail)
            found.claim(page.locator == record.locator, f"another locator: {page.locator}")
        found.claim(clean(record, CLEANING) == page, "cleaned twice, the pages differ")
    return found


@contextmanager
def _no_exception(found: Checked) -> Iterator[None]:
    try:
        yield
    except Exception:  # noqa: BLE001 - any exception is what is looked for
        found.findings.append(traceback.format_exc())


def _read(path: Path, name: str, form: Format | None) -> list[Entry]:
    return list(read_dump(Dump(name, str(path), format=form), READING))


def _check_entry(entry: object, found: Checked) -> None:
    if isinstance(entry, Record):
        found.records += 1
        said = entry.url or ""
        found.claim(len(entry.payload) <= READING.max_record_bytes, "a record over the limit")
        found.claim(bool(entry.payload), "a record without content")
        found.claim(_storable(entry.payload), "a payload that cannot be stored")
        found.claim(all(map(_storable, _fields(entry.declared))), "fields that cannot be stored")
    elif isinstance(entry, Rejection | Ignored):
        said = entry.detail
        found.claim(0 < len(said) <= _MAX_DETAIL, f"a detail of {len(said)} characters")
        if isinstance(entry, Rejection):
            # the net below a library that fails as nobody foresaw: what falls into it is a fault
            found.claim("a feed that cannot be taken apart" not in said, said)
            found.rejected[entry.reason.value] += 1
        else:
            found.ignored += 1
    else:
        found.claim(False, f"no entry but a {type(entry).__name__}")
        return
    found.claim(bool(entry.locator), "an entry without a locator")
    found.claim(not _CONTROL.search(entry.locator + said), f"control characters: {said[:80]!r}")


def _check_order(entries: list[Entry], found: Checked) -> None:
    """Nothing is told twice: the numbers of lines, items, rows and bytes rise."""
    last: dict[str, int] = {}
    for entry in entries:
        if (at := _NUMBERED.fullmatch(entry.locator)) is None:
            continue
        kind, number = at[1], int(at[2])
        found.claim(number > last.get(kind, -1), f"{entry.locator} after {last.get(kind)}")
        last[kind] = number


def _check_lines(data: bytes, entries: int, found: Checked) -> None:
    """A plain file of JSON lines has an entry for each line that is not blank."""
    packed = (b"\x1f\x8b", b"BZh", b"\xfd7z", b"\x28\xb5\x2f\xfd", b"\xff\xfe", b"\xfe\xff")
    if data.startswith((*packed, b"\0\0\xfe\xff", b"PK", b"7z", b"Rar!", b"%PDF", b"SQLite")):
        return
    if data[257:262] == b"ustar" or b"\x2a\x4d\x18" in data[:4]:
        return
    lines = sum(1 for line in data.split(b"\n") if line.strip())
    found.claim(entries == max(1, lines), f"{entries} entries of {lines} lines")


def _check_page(page: Page, record: Record, found: Checked) -> None:
    articles: list[ExtractedArticle] = [*page.embedded, *([page.main] if page.main else [])]
    delivered = len(record.payload) + sum(map(len, _fields(record.declared)))
    stored = sum(len(article.text) for article in articles)
    found.claim(stored <= _MAX_GROWTH * delivered + _MAX_ADDED, f"{delivered} grew to {stored}")
    for article in articles:
        found.claim(bool(article.text.strip()), "an article without a text")
        told = (article.text, article.title, article.author, article.outlet, article.link)
        told += (article.language, article.section)
        found.claim(all(_storable(text or "") for text in told), "text that cannot be stored")
        for time in (article.published, article.modified):
            found.claim(
                time is None or time.utcoffset() is not None, f"a time without zone: {time}"
            )
    addresses = (page.own_url, page.canonical_url, page.site_name, *page.warnings)
    found.claim(all(_storable(text or "") for text in addresses), "a page that cannot be stored")


def _fields(said: Declared) -> list[str]:
    names = ("title", "author", "outlet", "published", "modified", "language", "section")
    return [value for name in names if (value := getattr(said, name)) is not None]


def _storable(text: str | bytes) -> bool:
    return isinstance(text, bytes) or _UNSTORABLE.search(text) is None
