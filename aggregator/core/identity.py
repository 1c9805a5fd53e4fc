"""What a thing is called: addresses and ids, made from content and address, never arrival.

All digests are BLAKE2b (RFC 7693) over length-prefixed fields, so that no two lists of
fields run into one another.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from urllib.parse import unquote_plus, urlsplit, urlunsplit

from aggregator.core.model import Declared, ExtractedArticle, Record, Role
from aggregator.core.times import to_text

_ID_BYTES = 10
_TRACKING = re.compile(
    r"^(utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|mc_cid|mc_eid"
    r"|_hsenc|_hsmi|mkt_tok|ref_src|ref_url|cmpid|ocid|ncid|smid|xtor|at_\w+|ito|__twitter_impression"
    r"|spm|vero_id|wt_mc|oly_\w+_id|s_cid|ICID|ns_\w+)$",
    re.IGNORECASE,
)
_said = attrgetter(*(each.name for each in fields(Declared)))
"""All that a dump declares, in its order."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_NOT_IN_HOSTS = re.compile(r"""[\s\x00-\x20\x7f"<>\\^`{|}%]|\.\.|^\.""")
"""What no host's name holds (WHATWG URL, forbidden domain code points)."""


def digest(parts: Iterable[bytes | str | None], size: int = 16) -> bytes:
    """BLAKE2b of the parts, each prefixed by its length; None differs from an empty part."""
    pieces = []
    for part in parts:
        if part is None:
            pieces.append(b"-")
        else:
            raw = part if isinstance(part, bytes) else _utf8(part)
            pieces += (b"%d:" % len(raw), raw)
    return hashlib.blake2b(b"".join(pieces), digest_size=size).digest()


def without_login(url: str | None) -> str | None:
    """The URL as it is, but for a user and a password in it, which are nobody else's business."""
    scheme, mark, rest = (url or "").partition("://")
    place = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if not mark or "@" not in place:
        return url
    return f"{scheme}://{rest[place.rindex('@') + 1 :]}"


@lru_cache(maxsize=4096)  # one record's address is asked for several times
def normalise_address(url: str | None) -> str | None:
    """The address that a URL names: host lower-cased, fragment and tracking dropped.

    Only absolute http and https URLs are addresses (RFC 3986); anything else gives None.
    User information is dropped: it is no part of where a page stands.
    """
    try:
        parts = urlsplit((url or "").strip())
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host or _NOT_IN_HOSTS.search(host):
        return None
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    query = _query(parts.query).strip()
    return urlunsplit((parts.scheme, host, parts.path or "/", query, "")).strip()


def address_warning(said: object) -> str:
    """What is told of something in the place of an address that is none."""
    if not isinstance(said, str):
        return f"address not understood: of type {type(said).__name__}"
    return f"address not understood: {(without_login(said) or '')[:60]!r}"


def _host(name: str) -> str:
    """A host's name in ASCII (RFC 5890), so that both ways to write it are one."""
    if ":" in name:
        return f"[{name}]"
    if name.isascii():
        return name.rstrip(".")
    labels = unicodedata.normalize("NFC", name.replace("\u3002", ".")).rstrip(".").split(".")
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
        for label in labels
    )


def _query(query: str) -> str:
    """The query without tracking parameters, the others as they stand."""
    if not query:
        return ""
    parts = query.split("&")
    return "&".join(p for p in parts if not _TRACKING.match(unquote_plus(p.partition("=")[0])))


def record_key(record: Record) -> bytes:
    """Identity of a delivery: its payload, URL and what transport, dump and user say of it.

    The time of its capture is no part of it: the same page crawled again without a change
    has the same key, and is ``known``.
    """
    said = [*_said(record.declared), *_said(record.fallback)]
    kind = f"{record.kind}{' in a feed' if record.feed_item else ''}"
    charset = record.charset and record.charset.lower()
    return digest([kind, record.payload, charset, normalise_address(record.url), *said])


def capture_key(record: Record) -> bytes:
    """Identity of a delivery whose capture time shaped what was made of it."""
    return both_keys(record)[1]


def both_keys(record: Record) -> tuple[bytes, bytes]:
    """A record's `record_key` and `capture_key`, with its payload hashed once."""
    key = record_key(record)
    return key, digest([key, to_text(record.record_time)])


def page_address(record: Record, own_url: str | None) -> str:
    """Address of a record's page: its URL, else its own link, else a hash of its text.

    What the dump says of a text without a link is hashed with it: another outlet's copy is an
    article of its own, and there are no revisions without an address. A feed item has an
    address of its own kind: it is no revision of the fuller page there.
    """
    address = normalise_address(record.url) or normalise_address(own_url)
    if address is None:
        return f"text:{digest([_collapsed(record.payload), *_said_itself(record)]).hex()}"
    return f"feed:{address}" if record.feed_item else address


def _said_itself(record: Record) -> list[str | None]:
    """What the dump says of a record; None where it is only what the user said."""
    pairs = zip(_said(record.declared), _said(record.fallback), strict=True)
    return [said if said != fallback else None for said, fallback in pairs]


def has_address(address: str) -> bool:
    """Whether a page address came from a URL: only then can there be revisions."""
    return not address.startswith("text:")


def embedded_key(article: ExtractedArticle, text_digest: bytes) -> str:
    """What tells an embedded article from the others of its page."""
    link = normalise_address(article.link)
    if link:
        return f"link:{link}"
    if article.title:
        return f"title:{article.outlet or ''}\n{article.title}"
    return f"text:{text_digest.hex()}"


def article_id(address: str, role: Role, key: str = "", number: int = 1) -> str:
    """Id of the article at an address: ``a`` and 20 hex digits.

    `key` and `number` (from 1, for repeats) tell embedded articles of one page apart.
    """
    return "a" + digest([role, address, key, str(number)], _ID_BYTES).hex()


def cluster_id(canonical_article_id: str) -> str:
    """Id of the cluster whose canonical article has this id."""
    return "c" + canonical_article_id[1:]


def article_of_cluster_id(identifier: str) -> str:
    """Id of the article that was canonical when the cluster had this id."""
    return "a" + identifier[1:]


def revision_id(article: str, content: ExtractedArticle, carrier: str | None) -> bytes:
    """Identity of a revision: everything that the page says of the article."""
    return digest(
        [
            article,
            content.text,
            content.title,
            content.author,
            content.outlet,
            content.link,
            to_text(content.published),
            to_text(content.modified),
            content.language,
            content.section,
            carrier,
        ]
    )


def node_id(text_digest: bytes, *, short: bool, era: int | None = None) -> int:
    """Content hash of a distinct text as a signed 64-bit integer.

    A text too short to compare is another node than the same text where it is long enough,
    and a text that comes back in another `era` (`times.era`) is a node of its own.
    """
    parts: list[bytes | str | None] = [text_digest, b"short" if short else b"long"]
    if era is not None:
        parts.append(str(era))
    return int.from_bytes(digest(parts, 8), signed=True)


def _collapsed(payload: bytes | str) -> bytes:
    raw = payload if isinstance(payload, bytes) else _utf8(payload)
    return b" ".join(raw.split())


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
