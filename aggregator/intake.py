"""Taking a batch of seen pages into the store: deliveries, articles, revisions and nodes.

Which revision is an article's latest, and who stands for a text, are functions of everything
seen so far, whatever the order: maxima and minima, never "the one that came last".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from aggregator.store.articles import Numbering
from aggregator.store.engine import Connection
from aggregator.store.sql import AnyRow


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


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a batch did to the store."""

    outcomes: list[Outcome]
    """What became of each page, in their order."""
    changes: NodeChanges
    """What changed for the nodes."""
    new_articles: int
    """Articles that were not there before."""


def take_in(
    connection: Connection, circumstances: Circumstances, pages: Sequence[SeenPage | Known]
) -> TakenIn:
    """Store a batch.

    What others refer to is written first: databases look at both ends of a reference otherwise.
    """
    batch = _Batch(connection, articles.last_numbers(connection))
    outcomes = batch.observe(pages)
    widened = batch.store_times()
    revisions = batch.new_revisions(circumstances)
    of_stored = batch.births.keys() & batch.stored_articles
    articles.add_revisions(connection, [r for r in revisions if r["article_number"] in of_stored])
    changes = restand(connection, widened | of_stored, batch.seen(revisions), circumstances)
    of_new = [r for r in revisions if r["article_number"] not in of_stored]
    articles.add_revisions(connection, of_new)
    batch.store_deliveries(pages, circumstances)
    return TakenIn(outcomes, changes, len(batch.births) - len(of_stored))


@dataclass(slots=True)
class _Batch:
    """The revisions of one batch: those it adds, and when and where each was observed."""

    connection: Connection
    last: Numbering
    numbers: dict[str, int] = field(default_factory=dict)
    """Of all articles seen."""
    stored_articles: set[int] = field(default_factory=set)
    """Seen articles that were stored before."""
    births: dict[int, Birth] = field(default_factory=dict)
    fresh: dict[bytes, Sighting] = field(default_factory=dict)
    observed: dict[bytes, Observation] = field(default_factory=dict)
    revisions: dict[bytes, int] = field(default_factory=dict)
    """The numbers of all revisions seen."""
    ranks: dict[bytes, AnyRow] = field(default_factory=dict)
    """Observed revisions that were stored before, with what ranks them."""

    def observe(self, pages: Sequence[SeenPage | Known]) -> list[Outcome]:
        known = {page.record_key for page in pages if isinstance(page, Known)}
        carried = articles.revisions_delivered(self.connection, known)
        self.know_stored(carried, [page for page in pages if isinstance(page, SeenPage)])
        outcomes = []
        for page in pages:
            if isinstance(page, Known):
                revisions = [row.revision_id for row in carried.get(page.record_key, ())]
                outcomes.append(Outcome.KNOWN)
            else:
                revisions = [sighting.revision_id for sighting in page.sightings]
                outcomes.append(self.outcome(page))
            when, where = page.record_time, page.page_url
            for revision in revisions:
                before = self.observed.get(revision)
                now = before.also(when, where) if before else Observation(when, where)
                self.observed[revision] = now
        return outcomes

    def know_stored(
        self, carried: Mapping[bytes, Sequence[AnyRow]], pages: Sequence[SeenPage]
    ) -> None:
        """Look up what the store has of these; revisions of an article that is new are new."""
        seen = [sighting for page in pages for sighting in page.sightings]
        self.numbers = articles.numbers(self.connection, {s.article_id for s in seen})
        self.stored_articles = set(self.numbers.values())
        found = articles.ranks_of_articles(self.connection, self.stored_articles)
        asked = {sighting.revision_id for sighting in seen}
        rows = [row for its in found.values() for row in its if row.revision_id in asked]
        rows += [row for its in carried.values() for row in its]
        self.ranks = {row.revision_id: row for row in rows}
        self.revisions = {row.revision_id: row.revision_number for row in rows}

    def outcome(self, page: SeenPage) -> Outcome:
        new = [s for s in page.sightings if s.revision_id not in self.revisions]
        revised = has_address(page.address) and any(
            s.content.role == Role.MAIN and s.article_id in self.numbers for s in new
        )
        for sighting in new:
            self.note(sighting, page.address)
        return Outcome.REVISED if revised else Outcome.STORED if new else Outcome.KNOWN

    def note(self, sighting: Sighting, address: str) -> None:
        """Give a revision that is new its number, and its article where that is new, too."""
        article = self.numbers.get(sighting.article_id)
        if article is None:
            self.last.article += 1
            article = self.numbers[sighting.article_id] = self.last.article
        self.births[article] = Birth(sighting.article_id, sighting.content.role, address)
        self.last.revision += 1
        self.revisions[sighting.revision_id] = self.last.revision
        self.fresh[sighting.revision_id] = sighting

    def store_times(self) -> set[int]:
        """Widen the observations of stored revisions; returns the articles concerned."""
        rows, concerned = [], set()
        for revision, row in self.ranks.items():
            before = Observation(row.record_time, row.page_url)
            wider = before.also(*astuple(self.observed[revision]))
            if wider != before:
                rows.append({"number": row.revision_number, **asdict(wider)})
                concerned.add(row.article_number)
        articles.update_revisions(self.connection, rows)
        return concerned

    def new_revisions(self, circumstances: Circumstances) -> list[dict[str, Any]]:
        """The rows of revisions that are new."""
        rows = []
        for revision, sighting in self.fresh.items():
            row = revision_values(sighting)
            row["revision_number"] = self.revisions[revision]
            row["article_number"] = self.numbers[sighting.article_id]
            row["record_time"] = self.observed[revision].record_time
            row["page_url"] = self.observed[revision].page_url
            row["first_seen_at"] = circumstances.now
            rows.append(row)
        return rows

    def seen(self, revisions: Sequence[Mapping[str, Any]]) -> Seen:
        """What the articles are to follow from, with the rows of the revisions that are new."""
        prints = {self.revisions[each]: s.fingerprint for each, s in self.fresh.items()}
        return Seen(self.births, revisions, prints)

    def store_deliveries(
        self, pages: Sequence[SeenPage | Known], circumstances: Circumstances
    ) -> None:
        """Note the records as delivered, and which revision stood where on them.

        One that was delivered before, maybe by somebody else meanwhile, stays as it was.
        """
        fresh = [page for page in pages if isinstance(page, SeenPage)]
        numbers = articles.delivered(self.connection, {page.record_key for page in fresh})
        rows = []
        for page in fresh:
            if page.record_key in numbers:
                continue
            self.last.delivery += 1
            numbers[page.record_key] = self.last.delivery
            rows.append(
                {
                    "delivery_number": self.last.delivery,
                    "record_key": page.record_key,
                    "page_address": page.address,
                    "dump_id": circumstances.dump_id,
                    "locator": page.locator,
                    "warnings": "\n".join(page.warnings) or None,
                }
            )
        articles.add_deliveries(self.connection, rows)
        appearances = [
            {
                "delivery_number": numbers[page.record_key],
                "position": s.position,
                "revision_number": self.revisions[s.revision_id],
            }
            for page in fresh
            for s in page.sightings
        ]
        articles.add_appearances(self.connection, appearances)
