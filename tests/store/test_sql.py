"""Statements with many values or rows do the same on both databases, however many they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    delete,
    select,
    update,
)

from aggregator.store.base import Bytewise, Flag, Real
from aggregator.store.engine import writing
from aggregator.store.sql import (
    CHUNK,
    delete_among,
    for_each,
    insert_all,
    insert_new,
    rows_among,
    upsert,
)

STORED = 2 * CHUNK + 10
SAMPLE = Table(
    "sample",
    MetaData(),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("word", Bytewise, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("share", Real),
    Column("flag", Flag),
    Column("note", Bytewise),
)
EVEN = select(SAMPLE).where(SAMPLE.c.word.like("even%"))
ALL = select(SAMPLE)
DELETE = delete(SAMPLE)
RENAME = update(SAMPLE).where(SAMPLE.c.number == bindparam("id"))
DELETE_THIS = delete(SAMPLE).where(SAMPLE.c.number == bindparam("id"))


def row(i: int) -> dict[str, object]:
    """Numbers are low and high, and keys are no text."""
    number = i - (1 << 63) if i % 3 else i
    word = f"{'odd' if i % 2 else 'even'} {i} 'é:x%s?"
    return {
        "number": number,
        "word": word,
        "key": b"\xff\x00" + i.to_bytes(2, "big"),
        "share": i / 7 if i % 5 else None,
        "flag": i % 2,
        "note": None,
    }


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A table with the rows from 0 to `STORED`."""
    with writing(engine) as made:
        SAMPLE.create(made)
        insert_all(made, SAMPLE, [row(i) for i in range(STORED)])
        yield made
        SAMPLE.drop(made)


@pytest.mark.parametrize("count", [0, 1, 2, 3, CHUNK - 1, CHUNK, CHUNK + 1, STORED])
@pytest.mark.parametrize("name", ["number", "word", "key"])
def test_rows_with_one_of_many_values(connection: Connection, name: str, count: int) -> None:
    wanted = [row(i) for i in range(STORED - count, STORED + 5)]
    there = wanted[:count]
    values = [each[name] for each in wanted]
    found = rows_among(connection, ALL, SAMPLE.c[name], values)
    assert sorted(each.key for each in found) == [each["key"] for each in there]
    even = rows_among(connection, EVEN, SAMPLE.c[name], values)
    assert sorted(each.key for each in even) == [e["key"] for e in there if "even" in str(e)]
    assert all(type(each.key) is bytes for each in found)


def test_a_value_that_is_asked_for_twice_is_found_once(connection: Connection) -> None:
    words = [row(7)["word"], row(8)["word"], row(7)["word"]]
    found = rows_among(connection, ALL, SAMPLE.c.word, words)
    assert {each.number for each in found} == {row(7)["number"], row(8)["number"]}
    assert len(found) == 2


def test_rows_come_back_as_they_were_inserted(connection: Connection) -> None:
    """Values of all kinds are kept, also nothing, and a column of nothing else."""
    found = {each.number: each._asdict() for each in connection.execute(ALL)}
    assert found == {values["number"]: values for values in map(row, range(STORED))}


def test_rows_that_are_there_are_left_or_set(connection: Connection) -> None:
    """`insert_new` leaves rows that are there, `upsert` sets their columns; both add others."""
    later = [{**row(i), "word": "later", "note": "x"} for i in range(STORED - 3, STORED + 3)]
    insert_new(connection, SAMPLE, later)
    assert with_word(connection, "later") == {row(i)["number"] for i in range(STORED, STORED + 3)}
    upsert(connection, SAMPLE, later)
    assert with_word(connection, "later") == {each["number"] for each in later}
    upsert(connection, SAMPLE, [])


def with_word(connection: Connection, word: str) -> set[int]:
    """The numbers of the rows with this word."""
    return {each.number for each in connection.execute(ALL) if each.word == word}


def test_many_rows_are_removed_and_counted(connection: Connection) -> None:
    numbers = [row(i)["number"] for i in range(5, STORED + 100)]
    assert delete_among(connection, DELETE, SAMPLE.c.number, numbers) == STORED - 5
    left = {each.number for each in connection.execute(ALL)}
    assert left == {row(i)["number"] for i in range(5)}


def test_a_statement_for_each_of_many_rows(connection: Connection) -> None:
    numbers = [row(i)["number"] for i in range(STORED)]
    for_each(connection, RENAME, [{"id": n, "word": f"now {n}"} for n in numbers[5:]])
    for_each(connection, DELETE_THIS, [{"id": n} for n in numbers[:4]])
    for_each(connection, DELETE_THIS, [])
    words = {each.number: each.word for each in connection.execute(ALL)}
    assert words == {n: f"now {n}" for n in numbers[5:]} | {numbers[4]: row(4)["word"]}
