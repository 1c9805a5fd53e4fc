"""``aggregator db upgrade`` and ``check``: every damage of a store is found."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from aggregator.check import check_store
from aggregator.store.engine import open_engine, reading
from tests.running import Cli

DAMAGES = {
    "UPDATE dumps SET known = known + 1 WHERE dump_id = 1": "the counts of every dump add up",
    "DELETE FROM deliveries WHERE dump_id = 1": "what a dump's counts say was stored is there",
    "INSERT INTO rejections (dump_id, locator, reason, detail) VALUES (1, 'file', 'empty', '')": (
        "every rejection is counted by its dump"
    ),
    "UPDATE counters SET value = value + 1 WHERE name = 'clusters'": (
        "the counters are what is stored"
    ),
    "UPDATE articles SET revision_number = 0 WHERE article_id = (SELECT min(article_id) FROM"
    " articles)": "every article has its latest revision, and its words",
    "UPDATE articles SET node_id = (SELECT max(node_id) FROM nodes) WHERE article_id = (SELECT"
    " min(article_id) FROM articles)": "every article has a node of its text",
    "DELETE FROM appearances WHERE revision_number = 1": (
        "every revision is one of a stored article, and stood on a delivered page"
    ),
    "UPDATE nodes SET best_article = 'a0'": "the articles that stand for a node are its own",
    "DELETE FROM clusters WHERE size = 1": "every node is in a cluster",
    "UPDATE clusters SET cluster_id = 'c0' WHERE size = 8": (
        "every cluster's canonical article is its member and gives it its id"
    ),
    "DELETE FROM matches WHERE relation = 'near' AND star = 1": (
        "every member has a stored passing match with its canonical"
    ),
    "UPDATE matches SET verdict = 'apart' WHERE star = 1": (
        "the match of a member with its canonical passes and is marked as such"
    ),
    "UPDATE matches SET star = 0, proposed = 0": (
        "every match is held by the candidate index or by a canonical"
    ),
    "UPDATE matches SET scheme = 'another'": (
        "every node and match was made with one scheme, the store's (purged ones aside)"
    ),
    "UPDATE revisions SET purged_at = '2026-01-01T00:00:00Z' WHERE"
    " revision_number = 1": "a purged text is gone in all places",
    "UPDATE nodes SET node_id = node_id + 1 WHERE node_id = (SELECT max(node_id) FROM nodes)": (
        "every posting of the candidate index is of a node"
    ),
    "UPDATE index_chunks SET data = x'' WHERE chunk_id = (SELECT max(chunk_id) FROM"
    " index_chunks)": ("the candidate index has every key of every node, and no other"),
    "UPDATE clusters SET outlets = outlets + 1 WHERE size = 8": (
        "the figures of every cluster are those of its articles"
    ),
    "UPDATE clusters SET languages = 'xx' WHERE size = 8": (
        "the figures of every cluster are those of its articles"
    ),
    "UPDATE nodes SET signature = (SELECT n.signature FROM nodes n ORDER BY n.node_id DESC"
    " LIMIT 1) WHERE node_id = (SELECT min(node_id) FROM nodes)": (
        "the signature of every node is that of its words, and datasketch's"
    ),
    "UPDATE revisions SET text = 'other' WHERE"
    " revision_number = 1": "the words of every text are those that its digest names",
    "UPDATE nodes SET tokens = x'00' WHERE node_id = (SELECT max(node_id) FROM nodes)": (
        "the candidate index has every key of every node, and no other"
    ),
    "UPDATE dumps SET source = 'news'": "what each source brought is what its dumps say",
    "INSERT INTO repeated_passages (key) VALUES (1)": (
        "what sites repeat follows from the texts, and so does what is left out of comparisons"
    ),
    "UPDATE store_info SET value = 'lines-1' WHERE name = 'boilerplate'": (
        "the results were made by this program's methods"
    ),
    "DELETE FROM nodes WHERE node_id = (SELECT min(node_id) FROM nodes)": (
        "the database file is whole, and every reference leads somewhere"
    ),
}
FIRST = next(iter(DAMAGES))


@pytest.fixture
def copied(shipped_store: Cli, tmp_path: Path) -> Cli:
    """A copy of the store that a test may damage."""
    source = shipped_store.folder / "store.sqlite3"
    shutil.copy(source, tmp_path / "copy.sqlite3")
    return Cli(tmp_path, f"sqlite:///{tmp_path / 'copy.sqlite3'}")


def damage(cli: Cli, statement: str) -> None:
    with closing(sqlite3.connect(cli.folder / "copy.sqlite3")) as connection, connection:
        changed = connection.execute(statement).rowcount
    assert changed > 0


def test_a_sound_store_passes_and_says_what_was_checked(shipped_store: Cli) -> None:
    rows = shipped_store.json("db", "check")
    assert {row["claim"] for row in rows} == set(DAMAGES.values())
    assert all(row["holds"] is True and row["findings"] == [] for row in rows)


@pytest.mark.parametrize("statement", DAMAGES)
def test_every_damage_is_found(copied: Cli, statement: str) -> None:
    """Each claim notices what breaks it."""
    damage(copied, statement)
    engine = open_engine(copied.url, must_exist=True)
    with reading(engine) as connection:
        wrong = {each.claim: each for each in check_store(connection) if not each.holds}
    engine.dispose()
    assert wrong[DAMAGES[statement]].count > 0
    assert wrong[DAMAGES[statement]].findings


def test_a_damage_is_told_with_exit_code_1_and_not_repaired(copied: Cli) -> None:
    """The same is found a second time."""
    damage(copied, FIRST)
    found = copied("db", "check", "--format", "jsonl", code=1)
    assert DAMAGES[FIRST] in [row["claim"] for row in found.lines() if not row["holds"]]
    assert "claims do not hold" in found.err
    assert copied("db", "check", "--format", "jsonl", code=1).out == found.out


def test_people_read_each_finding_under_its_claim(copied: Cli) -> None:
    damage(copied, FIRST)
    out = copied("db", "check", code=1).out
    assert "WRONG  the counts of every dump add up\n         dump 1: " in out


def test_an_upgrade_makes_a_store_and_leaves_a_present_one_alone(cli: Cli) -> None:
    assert "A new store of version" in cli("db", "upgrade").out
    assert "already" in cli("db", "upgrade").out
    assert cli.json("clusters", "list") == []
    assert {row["holds"] for row in cli.json("db", "check")} == {True}
