"""Purging: texts that are kept no longer go, and what is known of them stays.

Of a purged text there stay its article's address, title, outlet and times, its digest and
signature, its matches with other purged texts, and its cluster. It is found by equality only:
another article with equal words (of the same node) joins it, a near copy does not. So purging is
the one thing whose moment matters: what arrives before it may join a cluster, what arrives after
it may not. Whatever was delivered stays ``known``, and comes not back.

A cluster goes as a whole, or its members could not show any more why they are together.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from aggregator.boilerplate import follow
from aggregator.core.canonical import Ranking
from aggregator.core.nodes import NodeChanges
from aggregator.core.times import to_text
from aggregator.fingerprint import SCHEME
from aggregator.pipeline import PipelineOptions
from aggregator.settings import Settings
from aggregator.settle import Counts, Settler, Settling
from aggregator.store import matches, nodes, retention
from aggregator.store.engine import Connection, Engine, reading, writing
from aggregator.store.index import CANDIDATES
from aggregator.store.retention import Extent, Keeping

BATCH = 200
"""Clusters that are purged in one transaction."""


def keeping(settings: Settings, now: datetime) -> tuple[dict[str, Keeping], Keeping]:
    """How long texts are kept: of each configured source, and of all others."""
    general = settings.retention

    def made(days: int | None, megabytes: int | None) -> Keeping:
        days = general.days if days is None else days
        megabytes = general.megabytes if megabytes is None else megabytes
        since = to_text(now - timedelta(days=days)) if days else ""
        return Keeping(since, megabytes * 1_000_000)

    named = {each.name: made(each.keep_days, each.keep_megabytes) for each in settings.sources}
    return named, made(None, None)


def would_purge(engine: Engine, named: Mapping[str, Keeping], rest: Keeping) -> Extent:
    """How much a purge would take now."""
    with reading(engine) as connection:
        return retention.extent(connection, retention.due(connection, named, rest))


def purge(
    engine: Engine,
    options: PipelineOptions,
    limits: tuple[Mapping[str, Keeping], Keeping],
    now: datetime,
) -> Extent:
    """Purge what is kept no longer, some clusters in a transaction; returns how much went."""
    total = Extent()
    with reading(engine) as connection:
        anchors = retention.due(connection, *limits)
    for start in range(0, len(anchors), BATCH):
        with writing(engine) as connection:
            chosen = anchors[start : start + BATCH]
            total += retention.extent(connection, chosen)
            _purge(connection, options, chosen, now)
    return total


def _purge(
    connection: Connection, options: PipelineOptions, anchors: list[int], now: datetime
) -> None:
    """Purge clusters, and let the others be as if these texts had no passage in common."""
    ranking = Ranking(options.canonical)
    settler = Settler(connection, Settling(options.matching, ranking, SCHEME), Counts())
    of_anchor = nodes.members(connection, anchors)
    ids = set().union(*of_anchor.values())
    changed = follow(connection, options.matching.boilerplate_stories, NodeChanges(gone=ids))
    promoted = settler.remove_gone(ids)
    retention.remove_texts(connection, ids, to_text(now))
    CANDIDATES.add(connection, settler.keys(ids))
    kept = ids | nodes.purged(connection, matches.partners(connection, ids))
    ends = matches.forget_between(connection, ids, kept)
    ends |= matches.forget(connection, changed)
    promoted -= nodes.purged(connection, promoted)
    ends |= settler.propose(promoted | changed, set())
    ends -= nodes.purged(connection, ends)
    dirty = changed - nodes.purged(connection, changed)
    settler.resettle(dirty, ends, NodeChanges(restated=changed))
