"""The migrations make what the models say, on both databases."""

from __future__ import annotations

import random
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, inspect, select, text, update

from aggregator.intake import Outcome
from aggregator.store import migrate
from aggregator.store.engine import DatabaseError, StoreError, open_engine, reading, writing
from aggregator.store.schema import articles, deliveries, metadata, revisions
from tests.pipeline.worlds import World, ingest, results
from tests.stores import opened, rows


def downgrade(engine: Engine, version: str) -> None:
    """Undo the migrations after this one."""
    with writing(engine) as connection:
        command.downgrade(migrate.alembic_config(connection), version)


def test_migrations_and_models_agree(engine: Engine) -> None:
    """Alembic finds no difference between the migrated database and the models."""
    with writing(engine) as connection:
        command.check(migrate.alembic_config(connection))


def test_head_is_the_last_script() -> None:
    """The version that the program asks for is the one that the last migration makes."""
    scripts = ScriptDirectory.from_config(migrate.alembic_config())
    assert scripts.get_heads() == [migrate.HEAD]


def test_downgrade_leaves_no_table_and_upgrade_makes_them_again(engine: Engine) -> None:
    """The history works in both directions."""
    downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    assert inspect(engine).get_view_names() == []
    assert migrate.upgrade(engine) == (None, migrate.HEAD)
    assert set(inspect(engine).get_table_names()) == {*metadata.tables, "alembic_version"}
    assert len(inspect(engine).get_view_names()) == 5


OLDER_ROWS = """
INSERT INTO dumps
    (path, source, read, stored, known, rejected, revised, ignored, started_at, finished_at)
  VALUES ('a', 's', 9, 4, 3, 2, 1, 5, '2026', '2026'), ('a', 's', 1, 0, 0, 1, 0, 0, '2026', NULL),
    ('b', NULL, 1, 0, 0, 1, 0, 0, '2026', '2026');
INSERT INTO rejections (dump_id, locator, reason, detail)
  SELECT dump_id, 'x', 'empty', '' FROM dumps;
INSERT INTO source_state (source, since, waiting) VALUES ('s', '2026', 0);
INSERT INTO source_days VALUES ('s', '2026-01-01', 1, 2, 3, 4, 5, 6, 7),
  ('s', '2026-01-02', 1, 1, 1, 1, 1, 1, 1), ('t', '2026-01-02', 9, 9, 9, 9, 9, 9, 9)
""".split(";")


def test_an_older_store_is_counted_when_it_is_upgraded(engine: Engine) -> None:
    """Counters, and what sources brought, begin with what the log says of dumps, not with 0."""
    downgrade(engine, "0007")
    with writing(engine) as connection:
        for statement in OLDER_ROWS:
            connection.execute(text(statement))
    migrate.upgrade(engine)
    counted = rows(engine, "SELECT kind, name, value FROM counters WHERE value > 0 ORDER BY 1, 2")
    assert counted == [
        ("records", "ignored", 5),
        ("records", "known", 3),
        ("records", "rejected", 4),
        ("records", "revised", 1),
        ("records", "stored", 4),
        ("rejected", "empty", 3),
        ("stored", "dumps", 3),
    ]
    totals = "SELECT dumps, read, stored, known, rejected, revised, ignored FROM source_state"
    assert rows(engine, totals) == [(1, 10, 4, 3, 3, 1, 5)]


FILLED = {
    articles: ("url", "title", "author", "outlet", "section", "language", "modified_at"),
    revisions: ("url", "title", "author", "outlet", "section", "language", "purged_at", "lines"),
    deliveries: ("warnings",),
}
NUMBERS = ("delivery_number", "article_number", "revision_number")


def test_an_older_store_keeps_what_it_has(engine: Engine) -> None:
    """All that is stored is the same after a downgrade to a version without numbers and back."""
    pages = World(random.Random(3)).deliveries(40)
    ingest(engine, [pages])
    with writing(engine) as connection:
        for table, columns in FILLED.items():
            fill = {name: name.encode() if name == "lines" else name for name in columns}
            named = {name: func.coalesce(table.c[name], value) for name, value in fill.items()}
            connection.execute(update(table).values(named))
    before = everything(engine)
    downgrade(engine, "0010")
    migrate.upgrade(engine)
    assert everything(engine) == before
    assert set(ingest(engine, [pages])) == {Outcome.KNOWN}


def everything(engine: Engine) -> list[Any]:
    """What `results` says, and all columns of the tables that were made anew but their numbers."""
    found: list[Any] = [results(engine)]
    owner = revisions.c.article_number == articles.c.article_number
    queries = (
        select(articles),
        select(revisions, articles.c.article_id).join(articles, owner),
        select(deliveries),
    )
    with reading(engine) as connection:
        for query in queries:
            stored = [row._asdict() for row in connection.execute(query)]
            kept = [{k: v for k, v in row.items() if k not in NUMBERS} for row in stored]
            found.append(sorted(kept, key=repr))
            assert [name for name in kept[0] if all(row[name] is None for row in kept)] == []
    return found


def test_a_view_of_ones_own_does_not_stop_an_upgrade(sqlite_url: str) -> None:
    """SQLite asks all views when a table is renamed, also one of a view that is away then."""
    mine = "CREATE VIEW mine AS SELECT article_id FROM canonical_stories"
    with opened(sqlite_url) as engine:
        with writing(engine) as connection:
            connection.execute(text(mine))
        downgrade(engine, "0010")
        migrate.upgrade(engine)
        assert rows(engine, "SELECT * FROM mine") == []


def test_rows_of_ones_own_that_refer_to_articles_stay(sqlite_url: str) -> None:
    """Making tables anew takes nothing from a table that refers to them, and leaves it usable."""
    kept = "CREATE TABLE kept (id TEXT REFERENCES articles (article_id) ON DELETE CASCADE)"
    with opened(sqlite_url) as engine:
        ingest(engine, [World(random.Random(3)).deliveries(5)])
        downgrade(engine, "0010")
        with writing(engine) as connection:
            connection.execute(text(kept))
            connection.execute(text("INSERT INTO kept SELECT article_id FROM articles"))
        before = rows(engine, "SELECT id FROM kept ORDER BY 1")
        migrate.upgrade(engine)
        assert rows(engine, "SELECT id FROM kept ORDER BY 1") == before != []
        with pytest.raises(DatabaseError, match="FOREIGN KEY"), writing(engine) as connection:
            connection.execute(text("INSERT INTO kept VALUES ('no article')"))


def test_a_reference_that_leads_nowhere_stops_an_upgrade(sqlite_url: str) -> None:
    """What refers to nothing is told with its table, and the store stays at its version."""
    with opened(sqlite_url) as engine:
        downgrade(engine, "0010")
        with engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute("INSERT INTO rejections VALUES (1, 99, 'x', 'empty', '')")
        with pytest.raises(StoreError, match="rejections refers to nothing in dumps"):
            migrate.upgrade(engine)
        assert rows(engine, "SELECT version_num FROM alembic_version") == [("0010",)]


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    """An up-to-date store is left as it is, and is accepted."""
    assert migrate.upgrade(engine) == (migrate.HEAD, migrate.HEAD)
    migrate.require_current(engine)


def set_version(engine: Engine, version: str) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})


def assert_named(engine: Engine, error: StoreError) -> None:
    """The message begins with the store: its file, or its URL as users write it."""
    where = engine.url.database if engine.dialect.name == "sqlite" else "postgresql://"
    assert str(error).startswith(str(where))
    assert "psycopg" not in str(error)


def test_a_newer_store_is_refused_and_left_alone(engine: Engine) -> None:
    """A database of a newer version is neither used nor touched."""
    set_version(engine, "9999")
    for use in (migrate.require_current, migrate.upgrade):
        with pytest.raises(StoreError, match="9999, newer than this program's") as caught:
            use(engine)
        assert_named(engine, caught.value)
    assert rows(engine, "SELECT version_num FROM alembic_version") == [("9999",)]


def test_an_older_store_is_told_how_to_go_on(engine: Engine) -> None:
    """A database of an older version names the command that upgrades it."""
    set_version(engine, "0000")
    with pytest.raises(StoreError, match=r"0000.*aggregator db upgrade") as caught:
        migrate.require_current(engine)
    assert_named(engine, caught.value)


def test_an_empty_database_is_told_how_to_go_on(database_url: str) -> None:
    """A database without a store names the commands that make one."""
    empty = open_engine(database_url, must_exist=False)
    with pytest.raises(StoreError, match=r"empty.*aggregator ingest") as caught:
        migrate.require_current(empty)
    assert_named(empty, caught.value)
    empty.dispose()


def test_a_database_with_other_tables_is_refused_and_left_alone(database_url: str) -> None:
    """Somebody else's database gets none of our tables."""
    theirs = open_engine(database_url, must_exist=False)
    with writing(theirs) as connection:
        connection.execute(text("CREATE TABLE invoices (number INTEGER)"))
    for use in (migrate.require_current, migrate.upgrade):
        with pytest.raises(StoreError, match="holds other tables") as caught:
            use(theirs)
        assert_named(theirs, caught.value)
    assert inspect(theirs).get_table_names() == ["invoices"]
    theirs.dispose()


def test_text_and_its_order_are_bytewise(engine: Engine) -> None:
    """No order of stored text depends on a collation: capitals sort before small letters."""
    with writing(engine) as connection:
        for name in ("b", "B", "a", "ä", "Z"):
            values = {"name": name}
            connection.execute(text("INSERT INTO store_info VALUES (:name, 'x')"), values)
    assert [name for (name,) in rows(engine, "SELECT name FROM store_info ORDER BY name")] == [
        "B",
        "Z",
        "a",
        "b",
        "ä",
    ]
