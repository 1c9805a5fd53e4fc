"""What made a store is written in it, and unlike things are never mixed."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from aggregator.store import info
from aggregator.store.engine import StoreError, reading, writing

MADE_BY = {"scheme": "words/minhash", "rule": "points", "matching": "{}", "canonical": "{}"}


def agree(engine: Engine, **other: str) -> None:
    with writing(engine) as connection:
        info.agree(connection, {**MADE_BY, **other})


def test_a_new_store_takes_on_what_makes_it(engine: Engine) -> None:
    """The first run writes the method into the store, and the same method is welcome again."""
    agree(engine)
    agree(engine)
    with reading(engine) as connection:
        assert info.facts(connection) == MADE_BY


@pytest.mark.parametrize("fact", MADE_BY)
def test_another_method_is_refused_by_name(engine: Engine, fact: str) -> None:
    """Another scheme, rule or option is refused with its name and the way out, unchanged."""
    agree(engine)
    with pytest.raises(StoreError, match=rf"another {fact};.*aggregator refingerprint"):
        agree(engine, **{fact: "something else"})
    with reading(engine) as connection:
        assert info.facts(connection) == MADE_BY


def test_all_that_differs_is_named(engine: Engine) -> None:
    """Several differences are told at once."""
    agree(engine)
    with pytest.raises(StoreError, match="another rule and scheme;"):
        agree(engine, scheme="x", rule="y")


@pytest.mark.parametrize(("version", "told"), [("9999", "newer than this"), ("0001", "upgrade")])
def test_a_schema_that_changed_meanwhile_is_refused(
    engine: Engine, version: str, told: str
) -> None:
    """A program that has the store open writes nothing into one of another version."""
    agree(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    with pytest.raises(StoreError, match=rf"has version {version}.*{told}"):
        agree(engine)
