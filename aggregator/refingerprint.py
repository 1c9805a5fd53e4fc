"""Signing and deciding everything again, after a change of method or settings.

The texts stay as they were cleaned; fingerprints, keys, matches and clusters are made anew. As
results are a function of the texts, the articles are simply taken through `standing` and
`settle` once more. All of it is one transaction: readers see the old results until the end,
and a killed run leaves them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aggregator.core.canonical import Ranking
from aggregator.core.tokens import packed
from aggregator.fingerprint import SCHEME, fingerprints
from aggregator.pipeline import PipelineOptions
from aggregator.settle import Counts, Settler, Settling
from aggregator.standing import Moved, article_row, move
from aggregator.store import articles, info, nodes, reset
from aggregator.store.engine import Connection, Engine, writing
from aggregator.store.index import CANDIDATES


def refingerprint(
    engine: Engine, options: PipelineOptions, progress: Callable[[int], None] | None = None
) -> int:
    """Sign and decide all articles again under these options; returns how many there are.

    `progress` is told how many are done, after each batch.
    """
    ranking = Ranking(options.canonical)
    counts = Counts()
    done = 0
    with writing(engine) as connection:
        reset.clear_results(connection)
        settling = Settling(options.matching, ranking, SCHEME)
        for purged in reset.purged_batches(connection, options.batch_records):
            CANDIDATES.add(connection, Settler(connection, settling, counts).keys(purged))
        for batch in reset.article_batches(connection, options.batch_records):
            # Articles that are still to come have their former nodes, which may be present ones.
            stored = articles.load_articles(connection, batch)
            left = set(nodes.standing(connection, {row.node_id for row in stored.values()}))
            moved = Moved(_signed(connection, batch, options), left, added=0)
            changes = move(connection, moved, options.matching, ranking)
            Settler(connection, settling, counts).settle(changes)
            done += len(batch)
            if progress:
                progress(done)
        info.set_facts(connection, options.method())
    return done


def _signed(
    connection: Connection, batch: list[int], options: PipelineOptions
) -> list[dict[str, Any]]:
    """Sign all revisions of these articles; returns the articles' rows with their new nodes."""
    revisions = articles.revisions_of(connection, batch)
    prints = fingerprints(revision.text for revision in revisions)
    articles.update_revisions(
        connection,
        [
            {
                "number": revision.revision_number,
                "text_digest": p.digest,
                "word_count": p.word_count,
                "lines": packed(p.lines),
            }
            for revision, p in zip(revisions, prints, strict=True)
        ],
    )
    stored = articles.load_articles(connection, batch)
    latest = articles.load_revisions(connection, (row.revision_number for row in stored.values()))
    return [
        article_row(latest[row.revision_number]._asdict(), row, options.matching)
        for row in stored.values()
    ]
