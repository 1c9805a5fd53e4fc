"""Revisions: which text of an article is the latest, whatever the order of arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aggregator.core.sightings import Sighting
from aggregator.core.times import to_text
from aggregator.core.tokens import packed

RevisionRank = tuple[str, str, bytes]
"""Comparable rank of a revision of one article; the largest is the latest."""


def revision_rank(
    modified_at: str | None, record_time: str | None, revision_id: bytes
) -> RevisionRank:
    """Rank by modified time, then record time, then hash (DESIGN section 2)."""
    return (modified_at or "", record_time or "", revision_id)


@dataclass(frozen=True, slots=True)
class Observation:
    """When and at which URL a revision stood: the latest time, the first URL bytewise."""

    record_time: str | None = None
    page_url: str | None = None

    def also(self, record_time: str | None, page_url: str | None) -> Observation:
        """This observation and one more; the order does not matter."""
        times = [time for time in (self.record_time, record_time) if time is not None]
        urls = [url for url in (self.page_url, page_url) if url is not None]
        return Observation(max(times, default=None), min(urls, key=_bytewise, default=None))


def _bytewise(url: str) -> bytes:
    return url.encode("utf-8", "surrogatepass")


def revision_values(sighting: Sighting) -> dict[str, Any]:
    """What the store keeps of a revision, besides its observation and its numbers."""
    content = sighting.content
    return {
        "revision_id": sighting.revision_id,
        "text_digest": sighting.fingerprint.digest,
        "text": content.text,
        "url": sighting.url,
        "title": content.title,
        "author": content.author,
        "outlet": content.outlet,
        "carrier": sighting.carrier,
        "language": content.language,
        "section": content.section,
        "published_at": to_text(content.published),
        "modified_at": to_text(content.modified),
        "word_count": sighting.fingerprint.word_count,
        "lines": packed(sighting.fingerprint.lines),
    }
