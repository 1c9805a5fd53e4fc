"""Site boilerplate is learnt from the store, left out of matching, and can be seen."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Engine, text

from aggregator.boilerplate import passages_left_out
from aggregator.check import check_store
from aggregator.core.model import Declared, Kind, Record
from aggregator.core.options import CleaningOptions, MatchingOptions
from aggregator.pipeline import Pipeline, PipelineOptions
from aggregator.refingerprint import refingerprint
from aggregator.store.engine import reading, writing
from tests.pipeline.records import CANONICAL, clock

MATCHING = MatchingOptions(boilerplate_stories=4)
OPTIONS = PipelineOptions(CleaningOptions(), MATCHING, CANONICAL, 1, 10)
NOTICE = "\n".join(" ".join(f"notice{line}x{word}" for word in range(20)) for line in range(4))


def story(name: str, words: int) -> str:
    """A text of invented words that no other name has."""
    return " ".join(f"{name}{n}" for n in range(words))


def record(number: int, site: str, body: str) -> Record:
    """A record with its text given."""
    said = Declared(title=f"Title of {number}", published="2026-03-05T10:00:00Z")
    url = f"https://{site}/{number}"
    return Record(f"line {number}", body, Kind.FIELDS, url, declared=said)


def ingest(engine: Engine, records: Sequence[Record], options: PipelineOptions = OPTIONS) -> None:
    """Ingest records as one dump."""
    with Pipeline(engine, options, clock) as pipeline:
        pipeline.ingest("dump", records)


def stubs(count: int) -> list[Record]:
    """Pages of one site: some words of their own, and more of the site's below."""
    return [record(n, "site.example", f"{story(f's{n}x', 100)}\n{NOTICE}") for n in range(count)]


def sizes(engine: Engine) -> list[int]:
    """Sizes of all clusters, the largest first."""
    with engine.connect() as connection:
        found = connection.scalars(text("SELECT size FROM canonical_stories ORDER BY size DESC"))
        return list(found)


def related(engine: Engine) -> int:
    """How many pairs share a passage."""
    with engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM article_matches")) or 0


def left_out(engine: Engine) -> dict[int, list[str]]:
    """What each node leaves out, where it does."""
    with reading(engine) as connection:
        ids = connection.scalars(text("SELECT node_id FROM nodes")).all()
        found = {node: passages_left_out(connection, node) for node in ids}
    return {node: lines for node, lines in found.items() if lines}


def sound(engine: Engine) -> bool:
    """Whether `db check` finds nothing."""
    with reading(engine) as connection:
        return all(found.holds for found in check_store(connection))


def test_a_notice_is_shared_until_enough_stories_show_that_it_is_the_sites(
    engine: Engine,
) -> None:
    """Pages that share only the notice are related, until four stories carry it."""
    for number, each in enumerate(stubs(5), start=1):
        ingest(engine, [each])
        learnt = left_out(engine)
        assert len(learnt) == (number if number >= 4 else 0)
        assert all(lines == NOTICE.split("\n") for lines in learnt.values())
        assert related(engine) == (number * (number - 1) // 2 if number < 4 else 0)
        assert sound(engine)
    assert sizes(engine) == [1] * 5


def test_a_story_in_many_versions_on_one_site_is_no_boilerplate(engine: Engine) -> None:
    """Near copies on one site stay together however many there are."""
    lines = [story(f"line{n}x", 25) for n in range(12)]
    rng = random.Random(3)
    versions = []
    for number in range(12):
        body = list(lines)
        body[rng.randrange(12)] = story(f"own{number}x", 25)
        versions.append(record(number, "site.example", "\n".join(body)))
    ingest(engine, [replace(each, declared=Declared(title="One title")) for each in versions])
    assert sizes(engine) == [12]
    assert left_out(engine) == {}


def test_the_same_words_elsewhere_are_compared(engine: Engine) -> None:
    """What one site repeats counts in full where another site carries it."""
    copies = [record(90 + n, f"other{n}.example", f"{story('t', 60)}\n{NOTICE}") for n in range(2)]
    ingest(engine, [*stubs(5), *copies])
    assert sizes(engine) == [2, 1, 1, 1, 1, 1]
    assert len(left_out(engine)) == 5


def test_zero_stories_learn_nothing_and_refingerprint_learns_afterwards(engine: Engine) -> None:
    """The setting turns it off, and a change of it is made good from the stored texts."""
    off = replace(OPTIONS, matching=replace(MATCHING, boilerplate_stories=0))
    ingest(engine, stubs(6), off)
    assert left_out(engine) == {}
    assert sound(engine)
    refingerprint(engine, OPTIONS)
    assert len(left_out(engine)) == 6
    assert sound(engine)
    refingerprint(engine, off)
    assert left_out(engine) == {}
    assert sound(engine)


LAST = "(SELECT max(segment_id) FROM index_segments WHERE index_number = 1)"


def test_check_finds_what_does_not_follow_from_the_texts(engine: Engine) -> None:
    """Damage to passages, to what is marked as repeated or to what is left out is told."""
    ingest(engine, stubs(5))
    for damage in (
        f"DELETE FROM index_chunks WHERE chunk_id / 65536 = {LAST}",
        "UPDATE index_segments SET postings = postings + 1 WHERE index_number = 1",
        "DELETE FROM repeated_passages",
        "INSERT INTO repeated_passages (key) VALUES (1)",
        "UPDATE nodes SET left_out = NULL WHERE node_id = (SELECT min(node_id) FROM nodes)",
        "UPDATE nodes SET place = 5",
    ):
        with writing(engine) as connection:
            connection.execute(text(damage))
            broken = [found.claim for found in check_store(connection) if not found.holds]
            assert any("sites repeat" in claim for claim in broken), damage
            connection.rollback()
    assert sound(engine)
