"""What rows of the usual producers say, and what a mapping says instead."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.cleaning.dates import parse_time
from aggregator.core.model import Declared, Kind, Reason, Record, Rejection
from aggregator.readers import fields
from tests.readers.conftest import Read

RecordOf = Callable[..., Record]
TEXT = "The ferry to the islands runs again."
URL = "https://news.example/a"


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row).encode() + b"\n"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        pytest.param(
            {"title": "T", "author": "A", "hostname": "news.example", "date": "2024-05-01"}
            | {"fingerprint": "f", "text": TEXT, "source": URL, "source-hostname": "The News"}
            | {"categories": "World", "language": "en", "excerpt": "E"},
            Declared("T", "A", "The News", "2024-05-01", None, "en", "World"),
            id="trafilatura",
        ),
        pytest.param(
            {"authors": ["A", "B"], "date_download": "2024-05-02 10:00:00", "title": "T"}
            | {"date_modify": "2024-05-01 12:00:00", "date_publish": "2024-05-01 10:00:00"}
            | {"language": "en", "source_domain": "news.example", "maintext": TEXT, "url": URL},
            Declared(
                *("T", "A, B", "news.example", "2024-05-01 10:00:00", "2024-05-01 12:00:00"), "en"
            ),
            id="news-please",
        ),
        pytest.param(
            {"text": TEXT, "id": "<urn:uuid:1>", "dump": "CC-MAIN-2024-10", "url": URL}
            | {"date": "2024-05-02T10:00:00Z", "file_path": "s3://x", "language": "en"},
            Declared(language="en"),
            id="FineWeb",
        ),
        pytest.param(
            {"title": "T", "text": TEXT, "domain": "news.example", "date": "2024-05-01 10:00:00"}
            | {"description": "D", "url": URL, "image_url": None},
            Declared("T", None, "news.example", "2024-05-01 10:00:00"),
            id="cc_news",
        ),
        pytest.param(
            {"text": TEXT, "timestamp": "2024-05-02T10:00:00Z", "url": URL, "source": "c4"},
            Declared(),
            id="C4",
        ),
        pytest.param(
            {"id": URL, "series": "The News", "date": "1901-05-01", "text": TEXT},
            Declared(None, None, "The News", "1901-05-01"),
            id="passim",
        ),
        pytest.param(
            {"thread": {"site": "news.example", "url": "https://x.example/t"}, "url": URL}
            | {"author": "A", "published": "2024-05-01T10:00:00.000+03:00", "title": "T"}
            | {"text": TEXT, "language": "english", "crawled": "2024-05-02T10:00:00Z"},
            Declared(
                *("T", "A", "news.example", "2024-05-01T10:00:00.000+03:00", None, "english")
            ),
            id="webhose",
        ),
        pytest.param(
            {"source": {"id": "n", "name": "The News"}, "author": "A", "title": "T", "url": URL}
            | {"publishedAt": "2024-05-01T10:00:00Z", "content": TEXT},
            Declared("T", "A", "The News", "2024-05-01T10:00:00Z"),
            id="NewsAPI",
        ),
        pytest.param(
            {"@type": "NewsArticle", "headline": "T", "articleBody": TEXT, "inLanguage": "en"}
            | {"datePublished": "2024-05-01", "author": [{"name": "A"}, {"name": "B"}]}
            | {"publisher": {"name": "The News"}, "mainEntityOfPage": {"@id": URL}},
            Declared("T", "A, B", "The News", "2024-05-01", None, "en"),
            id="schema.org",
        ),
        pytest.param(
            {"headline": "T", "body": [TEXT], "source": "The News", "link": URL},
            Declared("T", None, "The News"),
            id="plain",
        ),
    ],
)
def test_the_fields_of_the_usual_producers_are_taken(
    record: RecordOf, row: dict[str, Any], said: Declared
) -> None:
    entry = record(_line(row))
    assert (entry.payload, entry.kind, entry.url) == (TEXT, Kind.FIELDS, URL)
    assert entry.declared == said


@pytest.mark.parametrize(
    "row",
    [
        {"date": "2024-05-02T10:00:00Z", "dump": "CC-MAIN-2024-10"},
        {"date_download": "2024-05-02 10:00:00"},
        {"timestamp": 1714644000},
        {"timestamp": 1714644000000},
        {"record_time": "20240502100000"},
    ],
)
def test_the_crawls_time_is_the_records_time_in_utc(record: RecordOf, row: dict[str, Any]) -> None:
    entry = record(_line({"text": TEXT, **row}))
    assert entry.record_time == datetime(2024, 5, 2, 10, tzinfo=UTC)
    assert entry.declared.published is None


def test_html_goes_before_text_and_is_a_page(record: RecordOf) -> None:
    entry = record(_line({"html": "<p>A page.</p>", "text": TEXT, "url": URL}))
    assert (entry.kind, entry.payload) == (Kind.HTML, "<p>A page.</p>")
    assert record(_line({"html": "", "text": TEXT})).kind is Kind.FIELDS


def test_html_in_a_text_field_is_a_page(record: RecordOf) -> None:
    assert record(_line({"content": "<p>One.</p><p>Two.</p>"})).kind is Kind.HTML
    assert record(_line({"content": "1 < 2 and <b>not</b> a page"})).kind is Kind.FIELDS


def test_a_mapping_goes_before_the_tables_and_reaches_into_objects(record: RecordOf) -> None:
    row = {"text": "not this", "doc": {"inhalt": TEXT, "wann": "2024-05-01"}, "blatt": "X", "k": 1}
    mapping = {"text": "doc.inhalt", "published": "doc.wann", "outlet": "blatt", "url": "k2"}
    entry = record(_line(row), mapping=mapping)
    assert entry.payload == TEXT
    assert entry.declared == Declared(outlet="X", published="2024-05-01")


def test_what_the_user_says_fills_what_a_row_does_not(read: Read) -> None:
    data = _line({"text": TEXT, "outlet": "Own"}) + _line({"text": TEXT})
    says = Declared(outlet="The Herald", language="en")
    first, second = read(data, defaults=says)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.declared == Declared(outlet="Own", language="en")
    assert second.declared == says


@pytest.mark.parametrize(
    ("row", "mapping", "warnings"),
    [
        ({"url": 5}, {}, ("address not understood: of type int",)),
        ({"url": "/news/5"}, {}, ("address not understood: '/news/5'",)),
        ({"here": ["x"]}, {"url": "here"}, ("address not understood: of type list",)),
        ({"id": 5}, {"url": "id"}, ("address not understood: of type int",)),
        ({"url": "ftp://a:b@c.example/"}, {}, ("address not understood: 'ftp://c.example/'",)),
        ({"url": URL + "a" * 9_000}, {}, ("address too long",)),
        ({"url": "  "}, {}, ()),
        ({"url": {"href": URL}}, {}, ("address not understood: of type dict",)),
        ({"url": "/news/5", "link": URL}, {}, ()),
        ({"url": None}, {}, ()),
        ({"id": "5", "source": "c4"}, {}, ()),
    ],
)
def test_an_address_that_is_none_is_left_out_with_a_warning(
    record: RecordOf, row: dict[str, Any], mapping: dict[str, str], warnings: tuple[str, ...]
) -> None:
    entry = record(_line({"text": TEXT} | row), mapping=mapping)
    assert entry.url == (URL if "link" in row else None)
    assert entry.warnings == warnings


def test_the_url_for_one_page_is_not_given_to_rows(record: RecordOf) -> None:
    assert record(_line({"text": TEXT}), default_url=URL).url is None


@pytest.mark.parametrize(
    ("row", "detail"),
    [
        ({"title": "T", "url": URL}, "no field with text or HTML among: title, url"),
        ({}, "no key at all"),
        ({"text": "", "body": None}, "no text in text"),
        ({"text": 5}, "no text in text"),
    ],
)
def test_a_row_without_a_text_is_told(read: Read, row: dict[str, Any], detail: str) -> None:
    (entry,) = read(_line(row))
    assert isinstance(entry, Rejection)
    assert (entry.locator, entry.reason) == ("line 1", Reason.NO_TEXT)
    assert detail in entry.detail


@pytest.mark.parametrize("value", [{"a": 1}, [[1]], True, -5, 1e400, "x" * 10_000, "\ud800", "\0"])
def test_no_value_of_a_field_stops_a_record(record: RecordOf, value: Any) -> None:
    names = ("url", "title", "author", "outlet", "date", "modified", "language", "timestamp")
    entry = record(_line({"text": TEXT, **dict.fromkeys(names, value)}))
    assert entry.payload == TEXT
    said = entry.declared
    for field in (said.title, said.author, said.outlet, said.published, said.language):
        assert field is None or (len(field) <= 2_000 and field.isprintable())


DOTTED = sorted(key for key in fields.KNOWN_KEYS if "." in key)
MAPPED = ("doc.title", "doc.text", "doc", "k", "k.url", "thread.site", "meta.x.y", "url", "dump")
KEYS = (
    *("url", "text", "html", "date", "source", "title", "meta", "thread", "warc_headers"),
    *(*fields.CRAWL_MARKS, *DOTTED, *MAPPED, "other", "doc.x"),
)
values = st.sampled_from([None, "", "a", 5, [], ["a"]])
inner = st.recursive(
    values,
    lambda below: st.dictionaries(
        st.sampled_from(sorted({part for key in KEYS for part in key.split(".")[1:]})), below
    ),
    max_leaves=4,
)
rows = st.dictionaries(st.sampled_from(KEYS), inner, max_size=8)
mappings = st.dictionaries(st.sampled_from(fields.FIELD_NAMES), st.sampled_from(MAPPED))


@given(rows, mappings)
@example({"thread": {"site": "a"}, "thread.url": "b", "dump": 1, "date": "c"}, {})
@example({"doc": {"title": "a"}, "doc.text": "b", "title": "c"}, {"title": "doc.title"})
@example({"meta": {"x": {"y": "a"}}}, {"outlet": "meta.x.y"})
def test_no_key_that_a_row_has_is_left_out(row: dict[str, Any], mapping: dict[str, str]) -> None:
    """Of the keys that are looked at in a row, those that give anything are those of the tables
    and the mapping that do, in their order."""
    crawled = any(mark in row for mark in fields.CRAWL_MARKS)
    found = fields._keys_in(row, mapping)
    for name in fields.FIELD_NAMES:
        plain = fields._keys(name, mapping, crawled)
        assert given_by(row, found[name]) == given_by(row, plain)


def given_by(row: dict[str, Any], keys: tuple[str, ...]) -> list[str]:
    """Those of the keys under which the row has a value."""
    return [key for key in keys if fields._at(row, key) is not None]


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        (20261003, "20261003"),
        (20261003120000, "2026-10-03T12:00:00"),
        (1790985600, "2026-10-03T00:00:00+00:00"),
        (1790985600000, "2026-10-03T00:00:00+00:00"),
        ({"$date": "2026-10-03T00:00:00Z"}, "2026-10-03T00:00:00Z"),
        ({"$date": 1790985600000}, "2026-10-03T00:00:00+00:00"),
        ({"$date": {"$numberLong": "1790985600000"}}, "2026-10-03T00:00:00+00:00"),
        ({"@value": "2026-10-03"}, "2026-10-03"),
        (20261003.0, "20261003"),
        (["2026-10-03"], "2026-10-03"),
    ],
)
def test_a_time_is_read_as_its_producer_means_it(
    record: RecordOf, said: object, read_as: str
) -> None:
    entry = record(_line({"text": TEXT, "published": said}))
    assert (entry.declared.published, entry.warnings) == (read_as, ())
    parsed = parse_time(read_as)
    assert parsed is not None
    assert parsed.date() == date(2026, 10, 3)


@pytest.mark.parametrize(
    ("said", "warnings"),
    [
        ({"year": 2026}, ("published not understood: of type dict",)),
        (True, ("published not understood: of type bool",)),
        (False, ()),
        ({}, ()),
        (None, ()),
    ],
)
def test_what_cannot_be_a_time_is_left_out_with_a_warning(
    record: RecordOf, said: object, warnings: tuple[str, ...]
) -> None:
    """What the user says stands in for it."""
    entry = record(
        _line({"text": TEXT, "published": said}), defaults=Declared(published="2026-10-03")
    )
    assert (entry.declared.published, entry.warnings) == ("2026-10-03", warnings)


def test_a_number_of_hundreds_of_digits_is_no_time(record: RecordOf) -> None:
    entry = record(_line({"text": TEXT, "published": 10**350}))
    assert entry.declared.published == "1" + "0" * 39
