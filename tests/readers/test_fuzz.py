"""Mutated dumps: no exception, bounded output, and what stands before the damage is delivered.

The examples are derandomised, so that the suite tries the same ones each time;
`benchmarks/fuzz.py` tries a hundred thousand of such inputs.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.core.model import Ignored, Record, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers import Dump, Entry, read_dump
from benchmarks.fuzz_checks import check_dump
from benchmarks.mutations import PACKINGS, mutated, packed
from tests.readers import dumps

COUNT = 6
PLAIN = {name: make(COUNT) for name, make in dumps.MAKERS.items()}
PACKED = {
    f"{name}.{packed}": dumps.COMPRESSORS[packed](PLAIN[name])
    for name, packed in [("jsonl", "gz"), ("warc", "gz"), ("csv", "xz"), ("json", "zst")]
} | {"arc.bz2": dumps.COMPRESSORS["bz2"](PLAIN["arc"])}
VALID = PLAIN | PACKED
# Each of these says of a record, wherever the damage is, where its bytes end.
FRAMED = ["jsonl", "json", "csv", "warc", "arc"]
OPTIONS = ReadingOptions(max_record_bytes=100_000)

fuzzed = settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _read(path: Path, data: bytes) -> list[Entry]:
    path.write_bytes(data)
    return list(read_dump(Dump(str(path), str(path)), OPTIONS))


def _mutated(data: bytes, draw: st.DataObject, first: int = 0) -> tuple[bytes, int]:
    """Damaged data, and the offset up to which it is as it was."""
    at = draw.draw(st.integers(first, len(data) - 1), "at")
    kind = draw.draw(st.sampled_from(["flip", "cut", "insert", "delete", "repeat"]), "kind")
    span = draw.draw(st.integers(1, 40), "span")
    if kind == "flip":
        return data[:at] + bytes([data[at] ^ (1 << span % 8)]) + data[at + 1 :], at
    if kind == "cut":
        return data[:at], at
    if kind == "insert":
        return data[:at] + draw.draw(st.binary(min_size=1, max_size=40), "bytes") + data[at:], at
    if kind == "delete":
        return data[:at] + data[at + span :], at
    return data[:at] + data[max(0, at - span) :], at


@pytest.mark.parametrize("name", VALID)
@fuzzed
@given(draw=st.data())
def test_a_damaged_dump_is_read_to_its_end_without_an_exception(
    tmp_path: Path, name: str, draw: st.DataObject
) -> None:
    data, _ = _mutated(VALID[name], draw)
    entries = _read(tmp_path / f"dump.{name}", data)
    assert all(isinstance(entry, Record | Rejection | Ignored) for entry in entries)
    assert 1 <= len(entries) <= 10 * COUNT
    for entry in entries:
        said = entry.url if isinstance(entry, Record) else entry.detail
        assert not any(ord(char) < 32 for char in entry.locator + (said or ""))
        if not isinstance(entry, Record):
            assert len(entry.detail) <= 500


@pytest.mark.parametrize("name", FRAMED)
@fuzzed
@given(draw=st.data())
def test_the_records_before_the_damage_are_as_they_were(
    tmp_path: Path, name: str, draw: st.DataObject
) -> None:
    whole = PLAIN[name]
    data, at = _mutated(whole, draw)
    sound = [
        entry
        for entry in _read(tmp_path / "whole", whole)
        if isinstance(entry, Record) and whole.find(entry.url.encode()) < at  # type: ignore[union-attr]
    ][:-1]  # the last of them may be the damaged one
    assert _records(_read(tmp_path / f"dump.{name}", data))[: len(sound)] == sound


@pytest.mark.parametrize("name", ["jsonl", "warc"])
@fuzzed
@given(draw=st.data())
def test_at_most_the_damaged_record_and_its_neighbours_are_lost(
    tmp_path: Path, name: str, draw: st.DataObject
) -> None:
    data, _ = _mutated(PLAIN[name], draw, first=8)  # its first bytes tell what a dump is
    if len(data) < len(PLAIN[name]) - 40:
        return  # cut off: the rest is gone
    whole = _records(_read(tmp_path / "whole", PLAIN[name]))
    kept = _records(_read(tmp_path / f"dump.{name}", data))
    payloads = {entry.payload for entry in kept}
    assert sum(entry.payload not in payloads for entry in whole) <= 2


@pytest.mark.parametrize("name", ["jsonl.gz", "warc.gz", "csv.xz", "json.zst", "arc.bz2"])
@fuzzed
@given(draw=st.data())
def test_damage_of_compressed_data_is_never_silent(
    tmp_path: Path, name: str, draw: st.DataObject
) -> None:
    data = VALID[name]
    cut = draw.draw(st.integers(10, len(data) - 1), "cut")
    entries = _read(tmp_path / f"dump.{name}", data[:cut])
    assert isinstance(entries[-1], Rejection)
    assert sum(isinstance(entry, Rejection) for entry in entries) == 1


@fuzzed
@given(data=st.binary(max_size=400), name=st.sampled_from(["x", *(f"x.{n}" for n in VALID)]))
def test_any_bytes_under_any_name_are_answered(tmp_path: Path, data: bytes, name: str) -> None:
    assert 1 <= len(_read(tmp_path / name, data)) <= 400


@pytest.mark.parametrize("name", PLAIN)
def test_dumps_mutated_as_the_fuzz_run_does_keep_its_claims(tmp_path: Path, name: str) -> None:
    """No exception, each entry counted once, the same when read again, no cut unsaid."""
    path = tmp_path / "dump"
    for number in range(40):
        random = Random(f"{name} {number}")
        other = PLAIN[random.choice(list(PLAIN))]
        data = mutated(PLAIN[name], random, other, binary=name == "parquet")
        if number % 2:
            data = packed(data, random, random.choice(list(PACKINGS)))
        path.write_bytes(data)
        assert check_dump(path, f"dump.{name}", None).findings == [], number


def _records(entries: list[Entry]) -> list[Record]:
    return [entry for entry in entries if isinstance(entry, Record)]
