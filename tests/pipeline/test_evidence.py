"""Promise 8: what is stored as evidence says how it was made, and can be made again."""

from __future__ import annotations

import random

import numpy as np
from datasketch import MinHash
from sqlalchemy import Engine

from aggregator.boilerplate import passages_left_out
from aggregator.core.text import NORMALISER, normalise
from aggregator.core.tokens import HASH, SHINGLING, shingles, tokenise
from aggregator.fingerprint import NUM_PERM, SCHEME, SEED
from aggregator.store.engine import reading
from tests.pipeline.worlds import World, ingest
from tests.stores import rows

NODES = """
SELECT n.scheme, n.signature, n.short, r.text
FROM nodes n
JOIN articles a ON a.article_id = n.earliest_article
JOIN revisions r ON r.revision_number = a.revision_number
"""
MATCHES = """
SELECT x.scheme, x.rule, x.resemblance, x.containment_a_in_b, x.containment_b_in_a, p.text, q.text,
       a.node_id, b.node_id
FROM article_matches x
JOIN articles a ON a.article_id = x.article_a
JOIN revisions p ON p.revision_number = a.revision_number
JOIN articles b ON b.article_id = x.article_b
JOIN revisions q ON q.revision_number = b.revision_number
"""


def shingle_set(text: str) -> set[int]:
    return set(shingles(tokenise(normalise(text).split())).tolist())


def test_a_scheme_names_everything_it_depends_on() -> None:
    """Normaliser, shingling, hash, permutations and seed stand in the scheme."""
    for part in (NORMALISER, SHINGLING, HASH, f"affine64-{NUM_PERM}", f"seed{SEED}"):
        assert part in SCHEME


def test_signatures_are_those_of_plain_datasketch(engine: Engine) -> None:
    """From the stored text and the scheme, datasketch makes the stored signature again."""
    ingest(engine, [World(random.Random(4)).deliveries(12)])
    found = rows(engine, NODES)
    assert len(found) > 5
    for scheme, signature, _short, text in found:
        plain = MinHash(NUM_PERM, seed=SEED, scheme="affine64", hashfunc=int)
        for value in shingle_set(text):
            plain.update(value)
        assert scheme == SCHEME
        assert np.array_equal(np.frombuffer(signature, "<u8"), plain.hashvalues)


def test_matches_can_be_computed_again(engine: Engine) -> None:
    """Resemblance and containments follow from the texts' shingles, but for what sites repeat."""
    ingest(engine, [World(random.Random(5)).deliveries(20)])
    found = rows(engine, MATCHES)
    assert len(found) > 5
    with reading(engine) as connection:
        ids = {node for row in found for node in row[-2:]}
        repeated = {node: passages_left_out(connection, node) for node in ids}
    for scheme, rule, resemblance, a_in_b, b_in_a, one, other, node_a, node_b in found:
        a = shingle_set(one).difference(*map(shingle_set, repeated[node_a]))
        b = shingle_set(other).difference(*map(shingle_set, repeated[node_b]))
        shared = len(a & b)
        told = (resemblance, a_in_b, b_in_a)
        assert scheme == SCHEME
        assert rule
        assert np.allclose(
            told, (shared / len(a | b), shared / len(a), shared / len(b)), atol=1e-6
        )


def test_every_match_names_scheme_and_rule(engine: Engine) -> None:
    """No stored comparison is without the scheme and the rule that made it."""
    ingest(engine, [World(random.Random(6)).deliveries(20)])
    schemes = "SELECT DISTINCT scheme FROM nodes UNION SELECT DISTINCT scheme FROM matches"
    assert rows(engine, schemes) == [(SCHEME,)]
    assert rows(engine, "SELECT count(*) FROM article_matches WHERE rule = ''") == [(0,)]
