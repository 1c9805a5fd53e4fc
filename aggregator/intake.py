"""Taking a batch of seen pages into the store: deliveries, articles, revisions and nodes.

Which revision is an article's latest, and who stands for a text, are functions of everything
seen so far, whatever the order: maxima and minima, never "the one that came last".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, field
from enum import StrEnum
from typing import Any

from aggregator.core.identity import has_address
from aggregator.core.model import Role
from aggregator.core.nodes import NodeChanges
from aggregator.core.revisions import Observation, revision_values
from aggregator.core.sightings import SeenPage, Sighting
from aggregator.standing import Birth, Circumstances, Seen, restand
from aggregator.store import articles
from aggregator.store.engine import Connection


class Outcome(StrEnum):
    """What became of a record that was read and cleaned."""

    STORED = "stored"
    REVISED = "revised"
    """Stored, as a further revision of the page's main article."""
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Known:
    """A record whose payload was delivered before, and was not cleaned again."""

    record_key: bytes
    page_url: str | None
    record_time: str | None


def take_in(
    connection: Connection, circumstances: Circumstances, pages: Sequence[SeenPage | Known]
) -> tuple[list[Outcome], NodeChanges]:
    """Store a batch; returns what became of each page, and what changed for the nodes."""
    batch = _Batch(connection)
    outcomes = batch.observe(pages)
    widened = batch.store_times()
    revisions = batch.store_revisions(circumstances)
    batch.store_deliveries(pages, circumstances)
    prints = {revision: s.fingerprint for revision, s in batch.fresh.items()}
    seen = Seen(batch.births, revisions, prints)
    stored = widened | (batch.births.keys() & batch.existing)
    return outcomes, restand(connection, stored, seen, circumstances)


@dataclass(slots=True)
class _Batch:
    """The revisions of one batch: those it adds, and when and where each was observed."""

    connection: Connection
    fresh: dict[bytes, Sighting] = field(default_factory=dict)
    observed: dict[bytes, Observation] = field(default_factory=dict)
    births: dict[str, Birth] = field(default_factory=dict)
    existing: set[str] = field(default_factory=set)
    """Seen articles that were stored before."""
    stored: dict[bytes, Any] = field(default_factory=dict)
    """Observed revisions that were stored before, with what ranks them."""

    def observe(self, pages: Sequence[SeenPage | Known]) -> list[Outcome]:
        known = {page.record_key for page in pages if isinstance(page, Known)}
        delivered = articles.revisions_delivered(self.connection, known)
        seen = [s for page in pages if isinstance(page, SeenPage) for s in page.sightings]
        self.existing = articles.existing(self.connection, {s.article_id for s in seen})
        # Revisions of an article that is new are new.
        asked = {s.revision_id for s in seen if s.article_id in self.existing}
        asked = asked.union(*delivered.values())
        self.stored = articles.revision_ranks(self.connection, asked)
        stored, existing = set(self.stored), set(self.existing)
        outcomes = []
        for page in pages:
            if isinstance(page, Known):
                revisions = delivered.get(page.record_key, [])
                outcomes.append(Outcome.KNOWN)
            else:
                revisions = [sighting.revision_id for sighting in page.sightings]
                outcomes.append(self.outcome(page, stored, existing))
            when, where = page.record_time, page.page_url
            for revision in revisions:
                before = self.observed.get(revision)
                now = before.also(when, where) if before else Observation(when, where)
                self.observed[revision] = now
        return outcomes

    def outcome(self, page: SeenPage, stored: set[bytes], existing: set[str]) -> Outcome:
        new = [s for s in page.sightings if s.revision_id not in stored]
        revised = has_address(page.address) and any(
            s.content.role == Role.MAIN and s.article_id in existing for s in new
        )
        for sighting in new:
            self.fresh[sighting.revision_id] = sighting
            self.births[sighting.article_id] = Birth(sighting.content.role, page.address)
            stored.add(sighting.revision_id)
            existing.add(sighting.article_id)
        return Outcome.REVISED if revised else Outcome.STORED if new else Outcome.KNOWN

    def store_times(self) -> set[str]:
        """Widen the observations of stored revisions; returns the articles concerned."""
        rows, concerned = [], set()
        for revision, row in self.stored.items():
            before = Observation(row.record_time, row.page_url)
            wider = before.also(*astuple(self.observed[revision]))
            if wider != before:
                rows.append({"id": revision, **asdict(wider)})
                concerned.add(row.article_id)
        articles.update_revisions(self.connection, rows)
        return concerned

    def store_revisions(self, circumstances: Circumstances) -> dict[bytes, dict[str, Any]]:
        """Add the revisions that are new; returns their rows by id."""
        rows = {}
        for revision, sighting in self.fresh.items():
            rows[revision] = revision_values(sighting)
            rows[revision]["record_time"] = self.observed[revision].record_time
            rows[revision]["page_url"] = self.observed[revision].page_url
            rows[revision]["first_seen_at"] = circumstances.now
        articles.add_revisions(self.connection, list(rows.values()))
        return rows

    def store_deliveries(
        self, pages: Sequence[SeenPage | Known], circumstances: Circumstances
    ) -> None:
        """Note the records as delivered, and which revision stood where on them."""
        fresh = [page for page in pages if isinstance(page, SeenPage)]
        rows = [
            {
                "record_key": page.record_key,
                "page_address": page.address,
                "dump_id": circumstances.dump_id,
                "locator": page.locator,
                "warnings": "\n".join(page.warnings) or None,
            }
            for page in fresh
        ]
        articles.add_deliveries(self.connection, rows)
        appearances = [
            {"record_key": page.record_key, "position": s.position, "revision_id": s.revision_id}
            for page in fresh
            for s in page.sightings
        ]
        articles.add_appearances(self.connection, appearances)
