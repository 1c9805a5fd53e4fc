"""Reading: bounded by an index, and the same rows from both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, text

from aggregator.compare import explain, with_differences
from aggregator.store.engine import open_engine, reading
from aggregator.store.queries import (
    ArticleFilter,
    ClusterFilter,
    Slice,
    find_article,
    list_articles,
    list_clusters,
    load_article,
    load_cluster,
    resolve_cluster,
)
from tests.running import Cli

COMMANDS = [
    ["clusters", "list", "--limit", "1000"],
    ["clusters", "list", "--outlet", "castermoor POST", "--since", "2026-10-01"],
    ["clusters", "list", "--language", "ar"],
    ["clusters", "list", "--outlet", "صدى الساحل"],
    ["clusters", "list", "--until", "2026-10-05", "--min-size", "2", "--offset", "1"],
    ["articles", "list", "--limit", "1000"],
    ["articles", "list", "--role", "embedded", "--until", "2026-11-01"],
    ["export", "--canonical-only", "--format", "csv"],
    ["export"],
    ["rejections", "list"],
]
FERRY = "https://www.meridianpress.example/2026/10/03/estmark-ferry-cape-orlow"
CUT = "https://www.valleylantern.example/2026/10/fog-ferry-rescue.html"
TUNNEL = "https://www.castermoorpost.example/estmark/2026-11-09/hallbeck-tunnel"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_both_databases_answer_alike(
    shipped_store: Cli, postgres_store: Cli, command: list[str]
) -> None:
    assert postgres_store(*command, code=0).out == shipped_store(*command).out


@pytest.mark.parametrize(
    "command",
    [
        ["clusters", "show", FERRY],
        ["clusters", "explain", FERRY, CUT],
        ["clusters", "explain", FERRY, TUNNEL],
        ["articles", "show", TUNNEL],
        ["articles", "show", CUT],
        ["dumps", "list", "--limit", "100"],
    ],
    ids=" ".join,
)
def test_but_for_our_own_clock_single_things_are_the_same(
    shipped_store: Cli, postgres_store: Cli, command: list[str]
) -> None:
    if command[:2] == ["clusters", "show"]:
        command = [*command[:2], shipped_store.json("articles", "show", FERRY)["cluster_id"]]
    shown = [without_clock(cli.json(*command)) for cli in (shipped_store, postgres_store)]
    assert shown[0] == shown[1]


def without_clock(value: Any) -> Any:
    """A value without the times that our own clock gave."""
    ours = {"first_seen_at", "started_at", "finished_at"}
    if isinstance(value, dict):
        return {name: without_clock(each) for name, each in value.items() if name not in ours}
    return [without_clock(each) for each in value] if isinstance(value, list) else value


def test_a_sound_store_passes_its_check_on_postgresql_too(postgres_store: Cli) -> None:
    rows = postgres_store.json("db", "check")
    assert all(row["holds"] for row in rows), rows


@pytest.mark.parametrize(
    ("read_first", "index"),
    [
        (lambda c: list_clusters(c, ClusterFilter(), Slice(50)), "ix_clusters_listing"),
        (lambda c: list_articles(c, ArticleFilter(), Slice(50)), "published_at_article_id"),
    ],
    ids=["clusters", "articles"],
)
def test_the_first_page_of_a_list_is_read_from_an_index_and_not_sorted(
    shipped_store: Cli, read_first: Any, index: str
) -> None:
    engine = open_engine(shipped_store.url, must_exist=True)
    statements: list[tuple[str, Any]] = []
    with reading(engine) as connection:
        event.listen(engine, "before_cursor_execute", lambda *a: statements.append((a[2], a[3])))
        read_first(connection)
        statement, values = statements[0]
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    engine.dispose()
    plan = [row[3] for row in rows]
    page = plan.index(next(step for step in plan if index in step))
    assert plan[page].startswith("SCAN")
    assert not plan[page + 1].startswith("USE TEMP B-TREE"), plan


READS = {
    "articles show": lambda c, a, _b: load_article(c, a),
    "articles show URL": lambda c, _a, _b: find_article(c, f"{TUNNEL}?other=1"),
    "clusters show": lambda c, a, _b: with_differences(
        c, load_cluster(c, str(resolve_cluster(c, a)))
    ),
    "clusters explain": explain,
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_single_things_are_found_by_indexes(shipped_store: Cli, read: Any) -> None:
    """Nothing that shows one thing goes through a whole table."""
    engine = open_engine(shipped_store.url, must_exist=True)
    statements: list[tuple[str, Any]] = []
    with reading(engine) as connection:
        (one,), (other,) = find_article(connection, FERRY), find_article(connection, TUNNEL)
        event.listen(engine, "before_cursor_execute", lambda *a: statements.append((a[2], a[3])))
        read(connection, one, other)
        plans = {
            statement: [
                row[3]
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            ]
            for statement, values in list(statements)
        }
    engine.dispose()
    assert plans
    whole = {
        statement: [step for step in plan if step.startswith("SCAN") and is_table(step)]
        for statement, plan in plans.items()
    }
    assert not any(whole.values()), whole


def is_table(step: str) -> bool:
    """Whether a step of a plan goes through rows that grow with the store.

    The others are given lists, subqueries and the list of the index's few segments.
    """
    inner = (
        "SCAN k ",
        "SCAN (",
        "SCAN p",
        "SCAN x",
        "SCAN CONSTANT ROW",
        "SCAN store_info",
        "SCAN index_segments",
    )
    return not step.startswith(inner)


def test_an_article_shows_its_rows_of_the_view(shipped_store: Cli) -> None:
    """The matches that an article shows are those that the SQL view has of it."""
    engine = open_engine(shipped_store.url, must_exist=True)
    with reading(engine) as connection:
        rows = connection.execute(text("SELECT * FROM article_matches")).mappings().all()
        ids = list(connection.scalars(text("SELECT article_id FROM cluster_members")))
        shown = {each: load_article(connection, each) for each in ids}
    engine.dispose()
    assert len(rows) > 20
    for identifier, article in shown.items():
        ends = sorted(
            other
            for row in rows
            for one, other in (
                (row["article_a"], row["article_b"]),
                (row["article_b"], row["article_a"]),
            )
            if one == identifier
        )
        assert article is not None
        assert sorted(match["article_id"] for match in article["matches"]) == ends
