"""Addresses and ids: made from content and address, never from arrival."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.identity import (
    article_id,
    article_of_cluster_id,
    cluster_id,
    digest,
    embedded_key,
    has_address,
    node_id,
    normalise_address,
    page_address,
    record_key,
    revision_id,
    without_login,
)
from aggregator.core.model import Declared, ExtractedArticle, Kind, Record, Role

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RECORD = Record("line 1", b"<p>Some words</p>", Kind.HTML, "https://paper.example/story")
ARTICLE = ExtractedArticle(Role.MAIN, "Some words", title="A title", published=NOW)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://Paper.Example/Story", "https://paper.example/Story"),
        ("HTTPS://paper.example/a", "https://paper.example/a"),
        ("http://paper.example", "http://paper.example/"),
        ("http://paper.example?page=2", "http://paper.example/?page=2"),
        ("  https://paper.example/a\n", "https://paper.example/a"),
        ("https://paper.example/a#part", "https://paper.example/a"),
        ("https://paper.example./a", "https://paper.example/a"),
        ("https://paper.example:443/a", "https://paper.example/a"),
        ("http://paper.example:80/a", "http://paper.example/a"),
        ("http://paper.example:443/a", "http://paper.example:443/a"),
        ("https://paper.example:/a", "https://paper.example/a"),
        ("https://me:secret@paper.example/a", "https://paper.example/a"),
        ("https://[2001:DB8::1]:8080/a", "https://[2001:db8::1]:8080/a"),
        ("https://192.0.2.7/a", "https://192.0.2.7/a"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://BÜCHER.example/a", "https://xn--bcher-kva.example/a"),
        ("https://bu\u0308cher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://xn--bcher-kva.example/a", "https://xn--bcher-kva.example/a"),
        ("https://例え。テスト/a", "https://xn--r8jz45g.xn--zckzah/a"),
        ("https://paper.example/ä?q=ö", "https://paper.example/ä?q=ö"),
    ],
)
def test_one_address_however_it_is_written(url: str, address: str) -> None:
    """Case, dots, default ports, user information, fragments and scripts of hosts do not count."""
    assert normalise_address(url) == address


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("utm_source=x&utm_medium=y", ""),
        ("id=7&utm_source=x", "?id=7"),
        ("fbclid=1&id=7&gclid=2&b=", "?id=7&b="),
        ("UTM_Source=x&id=7", "?id=7"),
        ("utm%5Fsource=x&id=7", "?id=7"),
        ("q=a%20b+c&utm_source=x", "?q=a%20b+c"),
        ("q=%C3%A4;b&fbclid=x&flag", "?q=%C3%A4;b&flag"),
        ("utmost=1&ref=2&at=3&spa=4", "?utmost=1&ref=2&at=3&spa=4"),
        ("id=7&id=8&a=utm_source", "?id=7&id=8&a=utm_source"),
    ],
)
def test_tracking_parameters_are_dropped_and_others_stay_as_they_are(
    query: str, kept: str
) -> None:
    """The same page with and without tracking has one address, however the rest is written."""
    assert normalise_address(f"https://a.example/x?{query}") == f"https://a.example/x{kept}"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "   ",
        "paper.example/story",
        "/story",
        "//paper.example/story",
        "mailto:me@paper.example",
        "ftp://paper.example/a",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "urn:uuid:1",
        "http://",
        "http:///path",
        "http://.",
        "http://..example/",
        "https://paper..example/a",
        "https://pa per.example/a",
        "https://<paper>/a",
        "https://paper.example:port/a",
        "https://paper.example:70000/a",
        "https://[::1/a",
        "https://[no::ip/a",
        "https://paper\u2100example/a",
    ],
)
def test_what_is_no_address_gives_none(url: str | None) -> None:
    """Only absolute web URLs with a sound host are addresses; nothing else raises."""
    assert normalise_address(url) is None


odd_urls = st.one_of(
    st.text(),
    st.builds(
        "{}://{}{}/{}?{}#{}".format,
        st.sampled_from(["http", "https", "HTTP", "ftp"]),
        st.text(),
        st.sampled_from(["", ".example", ":80", "@host.example", ".EXAMPLE:443"]),
        st.text(),
        st.text(),
        st.text(),
    ),
    st.builds("https://{}.example/{}?{}".format, st.text(min_size=1), st.text(), st.text()),
)


@given(odd_urls)
def test_an_address_is_its_own_address(url: str) -> None:
    """Normalising never raises, and doing it twice changes nothing."""
    address = normalise_address(url)
    assert address is None or normalise_address(address) == address
    assert address is None or "#" not in address


fields = st.lists(st.one_of(st.none(), st.binary(max_size=6), st.text(max_size=6)), max_size=4)


@given(fields, fields)
def test_different_fields_have_different_digests(one: list[bytes], other: list[bytes]) -> None:
    """Fields do not run into one another, and None is no empty field."""

    def raw(parts: list[bytes | str | None]) -> list[bytes | None]:
        return [p.encode("utf-8", "surrogatepass") if isinstance(p, str) else p for p in parts]

    assert (digest(one) == digest(other)) == (raw(list(one)) == raw(list(other)))


def test_a_delivery_is_known_by_payload_and_what_is_said_of_it() -> None:
    """Capture time, locator and warnings do not make another delivery."""
    same = replace(RECORD, locator="line 9", record_time=NOW, warnings=("repaired",))
    tracked = replace(RECORD, url="https://PAPER.example/story?utm_source=x#top")
    assert record_key(same) == record_key(RECORD) == record_key(tracked)


@pytest.mark.parametrize(
    "change",
    [
        {"payload": b"<p>Other words</p>"},
        {"payload": "<p>Some words</p> "},
        {"kind": Kind.TEXT},
        {"url": "https://paper.example/other"},
        {"url": None},
        {"declared": Declared(title="T")},
        {"declared": Declared(outlet="T")},
        {"fallback": Declared(title="T")},
        {"feed_item": True},
        {"charset": "utf-8"},
    ],
)
def test_what_changes_the_result_makes_another_delivery(change: dict[str, object]) -> None:
    """Whatever cleaning depends on, but the time of capture, is part of the key."""
    assert record_key(replace(RECORD, **change)) != record_key(RECORD)


def test_a_page_stands_at_its_url_else_at_its_own_link() -> None:
    """The record's URL goes before og:url or the canonical link; a bad one does not count."""
    nowhere = replace(RECORD, url=None)
    assert page_address(RECORD, "https://own.example/") == "https://paper.example/story"
    assert page_address(nowhere, "https://OWN.example/#x") == "https://own.example/"
    assert page_address(replace(RECORD, url="urn:x"), "https://own.example/") == (
        "https://own.example/"
    )


def test_a_page_without_a_url_is_known_by_its_text() -> None:
    """Neither the locator nor blanks make another page; other words do."""
    nowhere = replace(RECORD, url=None)
    address = page_address(nowhere, None)
    blanks = replace(nowhere, payload=b"\n<p>Some \t words</p>\n", locator="other.html")
    assert address == page_address(blanks, "no url") == page_address(nowhere, "ftp://x.example/")
    assert address != page_address(replace(nowhere, payload=b"<p>More words</p>"), None)
    assert not has_address(address)
    assert has_address(page_address(RECORD, None))


def test_a_feed_item_has_an_address_of_its_own() -> None:
    """It is no revision of the page that it links to, and has an address all the same."""
    item = replace(RECORD, feed_item=True)
    assert page_address(item, None) != page_address(RECORD, None)
    assert has_address(page_address(item, None))


def test_embedded_articles_are_told_apart_by_link_then_title_then_text() -> None:
    """The first of these that the page gives is the key."""
    linked = replace(ARTICLE, link="https://A.example/x?utm_source=y")
    assert embedded_key(linked, b"t") == embedded_key(replace(linked, title="Other"), b"u")
    assert embedded_key(ARTICLE, b"t") == embedded_key(ARTICLE, b"u")
    assert embedded_key(ARTICLE, b"t") != embedded_key(replace(ARTICLE, outlet="O"), b"t")
    bare = replace(ARTICLE, title=None)
    assert embedded_key(bare, b"t") != embedded_key(bare, b"u")


def test_ids_have_one_form_and_name_one_thing() -> None:
    """Addresses, roles, keys and numbers each make another article; ids are 21 characters."""
    made = [
        article_id("https://a.example/", Role.MAIN),
        article_id("https://b.example/", Role.MAIN),
        article_id("https://a.example/", Role.EMBEDDED),
        article_id("https://a.example/", Role.EMBEDDED, "title:x"),
        article_id("https://a.example/", Role.EMBEDDED, "title:x", 2),
    ]
    assert len(set(made)) == len(made)
    assert all(len(each) == 21 and each[0] == "a" for each in made)
    assert [article_of_cluster_id(cluster_id(each)) for each in made] == made


def test_ids_never_change() -> None:
    """Stored ids are referred to from outside: another method would break all of them."""
    assert article_id("https://a.example/", Role.MAIN) == "a5968b177b3bee268e1e2"
    assert record_key(RECORD).hex() == "cc04d6eeadffe618b4335bb3ea3ab360"


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Other words"},
        {"title": None},
        {"author": "A"},
        {"outlet": "A"},
        {"link": "A"},
        {"published": None},
        {"modified": NOW},
        {"language": "en"},
        {"section": "A"},
    ],
)
def test_whatever_the_page_says_of_an_article_is_part_of_its_revision(
    change: dict[str, object],
) -> None:
    """Two revisions with one id would hide a change."""
    assert revision_id("a1", ARTICLE, None) != revision_id("a1", replace(ARTICLE, **change), None)


def test_article_and_carrier_are_part_of_a_revision() -> None:
    """The same words at another address are another revision."""
    made = {revision_id(a, ARTICLE, c) for a in ("a1", "a2") for c in (None, "x")}
    assert len(made) == 4


@given(st.binary(min_size=16, max_size=16))
def test_a_node_is_a_signed_number_of_text_and_shortness(text_digest: bytes) -> None:
    """It fits the databases' 64-bit integers, and short and long are two nodes."""
    short, long = node_id(text_digest, short=True), node_id(text_digest, short=False)
    assert short != long
    assert all(-(2**63) <= number < 2**63 for number in (short, long))


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://user:word@site.example:8080/a?b=c#d", "https://site.example:8080/a?b=c#d"),
        ("https://user:a@b@site.example", "https://site.example"),
        ("https://user@site.example?who=x@y", "https://site.example?who=x@y"),
        ("https://site.example/@writer", "https://site.example/@writer"),
        ("mailto:someone@site.example", "mailto:someone@site.example"),
        ("", ""),
        (None, None),
    ],
)
def test_a_login_is_taken_out_of_a_url(url: str | None, kept: str | None) -> None:
    """User and password go, and every other character stays."""
    assert without_login(url) == kept
