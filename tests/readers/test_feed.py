"""RSS, Atom and JSON Feed files."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import feedparser  # type: ignore[import-untyped]
import pytest

from aggregator.core.model import Declared, Kind, Reason, Record, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers import Entry, find_dumps, read_dump
from tests.readers import dumps
from tests.readers.conftest import Read

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Tout</title>
<entry><title type="html">Le &lt;b&gt;bac&lt;/b&gt;</title>
<link rel="alternate" href="https://news.example/1"/><id>tag:1</id>
<author><name>A. Author</name></author><category term="Mer"/>
<published>2024-05-01T12:00:00+02:00</published><updated>2024-05-01T13:00:00+02:00</updated>
<source><title>Le Journal</title></source>
<content type="html">&lt;p&gt;Le bac est là.&lt;/p&gt;</content></entry></feed>"""


def _one(entries: list[Entry]) -> Record:
    (entry,) = entries
    assert isinstance(entry, Record), entry
    return entry


def test_an_item_says_what_it_is_and_is_marked(read: Read) -> None:
    assert _one(read(dumps.rss(1))) == Record(
        "item 1",
        dumps.text(1),
        Kind.FIELDS,
        url=dumps.url(1),
        declared=Declared("Page 1", published="2021-09-06T16:45:00+00:00", language="en"),
        feed_item=True,
    )


def test_atom_gives_both_times_and_the_items_source(read: Read) -> None:
    entry = _one(read(ATOM.encode()))
    assert (entry.url, entry.payload) == ("https://news.example/1", "Le bac est là.")
    assert entry.declared == Declared(
        "Le bac",
        "A. Author",
        "Le Journal",
        "2024-05-01T10:00:00+00:00",
        "2024-05-01T11:00:00+00:00",
        "fr",
        "Mer",
    )


def test_the_full_content_goes_before_the_summary_and_a_long_one_is_a_page(read: Read) -> None:
    html = "".join(f"<p>{dumps.text(n)}</p>" for n in range(20))
    item = f"<description>Short.</description><c:encoded><![CDATA[{html}]]></c:encoded>"
    space = 'xmlns:c="http://purl.org/rss/1.0/modules/content/"'
    data = f"<rss {space}><channel><item><title>T</title>{item}</item></channel></rss>"
    entry = _one(read(data.encode()))
    assert (entry.kind, entry.payload) == (Kind.HTML, html)


def test_a_json_feed_is_read_like_the_others(read: Read) -> None:
    items = [
        {"id": "1", "url": dumps.url(1), "title": "T", "content_text": dumps.text(1)}
        | {"date_published": "2024-05-01T10:00:00Z", "authors": [{"name": "A"}]}
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "All", "items": items}
    entry = _one(read(json.dumps(feed).encode()))
    assert (entry.url, entry.payload, entry.feed_item) == (dumps.url(1), dumps.text(1), True)
    assert entry.declared == Declared("T", "A", published="2024-05-01T10:00:00Z")


@pytest.mark.parametrize("cut", ["<rss><channel>", "<rss", ATOM[:120]])
def test_a_feed_that_is_cut_off_before_its_first_item_is_told(read: Read, cut: str) -> None:
    (told,) = read(cut.encode(), "news.rss")
    assert isinstance(told, Rejection)
    assert told.reason is Reason.TRUNCATED


def test_a_feed_that_is_cut_off_between_its_items_gives_them_and_is_told(read: Read) -> None:
    feed = dumps.rss(3)
    *items, last = read(feed[: feed.rindex(b"</item>") + len(b"</item>")])
    assert items == read(feed)
    assert isinstance(last, Rejection)
    assert (last.locator, last.reason) == ("item 4", Reason.TRUNCATED)


@pytest.mark.parametrize("feed", ["<rss><channel></channel></rss>", "<rss/>", "Not found"])
def test_a_whole_feed_without_items_is_empty(read: Read, feed: str) -> None:
    (told,) = read(feed.encode(), "news.rss")
    assert isinstance(told, Rejection)
    assert told.reason is Reason.EMPTY


@pytest.mark.parametrize("cut", [30, 60, 120, 200])
def test_a_feed_that_is_cut_off_gives_its_whole_items(read: Read, cut: int) -> None:
    *items, last = read(dumps.rss(4)[:-cut])
    assert [type(item) for item in items] == [Record] * len(items)
    assert items == read(dumps.rss(4))[: len(items)]
    assert isinstance(last, Rejection)
    assert last.reason is Reason.TRUNCATED
    assert last.locator == f"item {len(items) + 1}"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<rss version='2.0'><channel></channel></rss>", Reason.EMPTY),
        (b"<rss><channel><item><title>T</title></item></channel></rss>", Reason.NO_TEXT),
    ],
)
def test_a_feed_that_tells_nothing_is_told(read: Read, data: bytes, reason: Reason) -> None:
    assert [getattr(entry, "reason", None) for entry in read(data)] == [reason]


def test_a_feed_never_opens_what_it_names(read: Read, tmp_path: Path) -> None:
    """Entities that name a file stay unread, and a bomb of entities does not grow."""
    (tmp_path / "secret").write_text("secret")
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    data = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file://{tmp_path}/secret">'
        f'<!ENTITY e0 "aaaaaaaaaa">{bomb}]><rss><channel><item><title>T</title>'
        "<description>&x; &e11;</description></item></channel></rss>"
    )
    entries = read(data.encode())
    assert len(entries) == 1
    assert "secret" not in str(getattr(entries[0], "payload", ""))
    assert len(str(entries)) < 10_000


@pytest.mark.parametrize(
    "told",
    [
        "&#xD800;",
        "&#1114112;",
        "&#99999999999999999999;",
        "&#0;",
        "<![x[",
        "<![ <b",
        "&#x;",
        "<![",
    ],
)
def test_what_is_no_character_and_no_section_costs_itself_alone(read: Read, told: str) -> None:
    """The parsers' own errors on such references and declarations reach nobody."""
    items = f"<item><description>It was seen {told} </description></item>"
    items += f"<item><description>{told.replace('<', '&lt;')} It was told</description></item>"
    data = f"<rss><channel>{items}<item><description>The last</description></item></channel></rss>"
    entries = read(data.encode())
    assert "The last" in str(_last(entries).payload)


def _last(entries: list[Entry]) -> Record:
    assert isinstance(entries[-1], Record), entries
    return entries[-1]


@pytest.mark.parametrize(
    "name", ["undefined", "idna", "unicode_escape", "rot13", "x-none", "utf-7"]
)
def test_a_declared_encoding_that_is_none_of_the_webs_is_passed_over(
    read: Read, name: str
) -> None:
    data = dumps.rss(2).replace(b'"1.0"?', b'"1.0" encoding="%s"?' % name.encode(), 1)
    assert read(data) == read(dumps.rss(2))


def test_a_declared_encoding_is_used(read: Read) -> None:
    text = "Паром к островам снова ходит после недельного шторма."
    head = '<?xml version="1.0" encoding="windows-1251"?>'
    data = f"{head}<rss><channel><item><description>{text}</description></item></channel></rss>"
    assert _one(read(data.encode("cp1251"))).payload == text


def test_one_item_that_the_parser_fails_on_costs_no_other(read: Read) -> None:
    """Where the parser gives up on a feed, its items are read one by one, and the odd one told."""
    item = (
        "<entry><title>Item {0}</title><link href='https://a.example/{0}'/>"
        "<content>The ferry of Mossel Point sailed {0} times.</content></entry>"
    )
    odd = "<entry<link<body></entry<svg</content<link/></entry>"
    feed = f"<feed>{item.format(1)}{odd}{item.format(2)}</feed>"
    entries = read(feed.encode())
    records = [entry for entry in entries if isinstance(entry, Record)]
    assert [record.url for record in records] == [f"https://a.example/{n}" for n in (1, 2)]
    assert [entry.locator for entry in entries] == [
        f"item {n}" for n in range(1, len(entries) + 1)
    ]
    assert Reason.CORRUPT in [entry.reason for entry in entries if isinstance(entry, Rejection)]


def test_items_that_are_read_one_by_one_are_delivered_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is there before the second is parsed, and none has the feed's head parsed anew."""
    parse, parsed = feedparser.parse, list[int]()

    def counted(file: io.BytesIO, **told: Any) -> Any:
        parsed.append(len(file.getvalue()))
        return parse(file, **told)

    monkeypatch.setattr(feedparser, "parse", counted)
    told = f"<title>{'All of Mossel. ' * 900}</title><language>fr</language>"
    item = "<item><title>T</title><description>The ferry sailed.</description></item>"
    odd = "<entry<link<body></entry<svg</content<link/></entry>"
    path = tmp_path / "dump"
    path.write_text(f"<rss><channel>{told}{item * 5}{odd}{item}</channel></rss>")
    (dump,) = find_dumps([str(path)], ReadingOptions())
    entries = read_dump(dump, ReadingOptions())
    first = next(iter(entries))
    assert isinstance(first, Record)
    assert first.declared.language == "fr"
    whole, head, alone = parsed
    assert alone < 200 < head < whole
    assert sum(isinstance(entry, Record) for entry in entries) >= 4
