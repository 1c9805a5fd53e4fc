"""Proving that a store is sound: its invariants, its figures and its candidate index.

Nothing is repaired here. Reads the whole store, a part at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from aggregator.boilerplate import wrong_boilerplate
from aggregator.candidates import postings
from aggregator.compare import stored_options
from aggregator.core.tokens import SHINGLE_WORDS, grams
from aggregator.fingerprint import fingerprints, sign, signed_by_datasketch
from aggregator.method import METHODS
from aggregator.store import check, info, nodes
from aggregator.store.engine import Connection
from aggregator.store.index import CANDIDATES

MOST_FINDINGS = 20
"""Findings of one claim that are told; more are counted only up to `_COUNTED`."""
_COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim, and what was found that breaks it."""

    claim: str
    findings: list[str] = field(default_factory=list)
    """The first `MOST_FINDINGS`."""
    count: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing breaks the claim."""
        return self.count == 0


def check_store(connection: Connection) -> Iterator[Checked]:
    """Check one claim after another."""
    yield _checked(
        "the database file is whole, and every reference leads somewhere",
        check.file_damage(connection),
    )
    yield _checked("the results were made by this program's methods", _other_methods(connection))
    for invariant in check.INVARIANTS:
        yield _checked(invariant.claim, check.broken(connection, invariant))
    yield _checked(
        "the figures of every cluster are those of its articles", check.wrong_figures(connection)
    )
    yield _checked(
        "the words of every text are those that its digest names", _wrong_texts(connection)
    )
    yield _checked(
        "the signature of every node is that of its words, and datasketch's",
        _wrong_signatures(connection),
    )
    yield _checked(
        "every posting of the candidate index is of a node", _foreign_postings(connection)
    )
    yield _checked(
        "the candidate index has every key of every node, and no other",
        _wrong_postings(connection),
    )
    yield _checked(
        "what sites repeat follows from the texts, and so does what is left out of comparisons",
        wrong_boilerplate(connection, stored_options(connection).boilerplate_stories),
    )


def _checked(claim: str, found: Iterator[str]) -> Checked:
    found = _readable(found)
    findings = list(islice(found, MOST_FINDINGS))
    return Checked(claim, findings, len(findings) + sum(1 for _more in islice(found, _COUNTED)))


def _other_methods(connection: Connection) -> Iterator[str]:
    """Methods that are not this program's: then its indexes are not as claimed either."""
    for name in info.differing(connection, METHODS):
        yield f"another {name}: run `aggregator refingerprint`"


def _readable(found: Iterator[str]) -> Iterator[str]:
    """The findings; values that are not of their kind at all are one, and end the claim."""
    try:
        yield from found
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        yield f"what is stored cannot be read: {type(error).__name__}: {error}"


def _wrong_texts(connection: Connection) -> Iterator[str]:
    """Revisions whose text has other words than its digest names."""
    for rows in check.text_pages(connection):
        prints = fingerprints(row.text for row in rows)
        for row, print_ in zip(rows, prints, strict=True):
            if row.text_digest != print_.digest or row.word_count != print_.word_count:
                yield f"{row.article_id}: other words than its digest names"


def _wrong_signatures(connection: Connection) -> Iterator[str]:
    """Nodes that are signed otherwise; datasketch itself signs one of each page."""
    for page in check.node_pages(connection):
        prints = {
            node: print_
            for node, print_ in nodes.load_fingerprints(connection, page).items()
            if not print_.is_purged
        }
        made = sign([grams(each.tokens, SHINGLE_WORDS) for each in prints.values()])
        for (node, print_), signature in zip(prints.items(), made, strict=True):
            if not np.array_equal(print_.signature, signature):
                yield f"node {node}: another signature"
        for node, print_ in islice(prints.items(), 1):
            if not np.array_equal(print_.signature, signed_by_datasketch(print_.tokens)):
                yield f"node {node}: not datasketch's signature"


def _wrong_postings(connection: Connection) -> Iterator[str]:
    """Keys that the index lacks, and what is wrong with its segments."""
    expected = 0
    complete = True
    for page in check.node_pages(connection):
        prints = nodes.load_fingerprints(connection, page)
        keys = postings(prints, nodes.short_ones(connection, page))
        expected += len(keys)
        missing = Counter(keys.nodes[~CANDIDATES.contains(connection, keys)].tolist())
        complete = complete and not missing
        for node, count in missing.items():
            yield f"node {node}: {count} keys are missing"
    damages = list(CANDIDATES.damages(connection))
    yield from damages
    stored = CANDIDATES.count(connection)
    if complete and not damages and stored != expected:
        yield f"{stored} postings, and {expected} are expected"


def _foreign_postings(connection: Connection) -> Iterator[str]:
    """Nodes that the index has and the store has not."""
    for part in CANDIDATES.everything(connection):
        ids = set(part.nodes.tolist())
        for node in sorted(ids - nodes.standing(connection, ids).keys()):
            yield f"node {node}: posting"
