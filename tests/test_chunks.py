"""How records are shared out to the workers."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from aggregator import workers
from aggregator.core.model import Kind, Record

LONG = "x" * 2 * workers._SIZE
lengths = st.sampled_from((0, 100, workers._SIZE // 20, workers._SIZE // 2, len(LONG)))


@given(st.lists(lengths, max_size=3 * workers.CHUNK))
@example([len(LONG)] * (2 * workers._FEWEST + 1))
@example([100] * (2 * workers.CHUNK))
@example([*[0] * (workers.CHUNK - 1), len(LONG), *[100] * workers.CHUNK])
def test_records_are_cut_into_chunks_of_a_good_size(sizes: list[int]) -> None:
    """All records in their order; each chunk but the last is full, and none goes on then."""
    records = [Record(f"line {n}", LONG[:size], Kind.TEXT) for n, size in enumerate(sizes)]
    chunks = list(workers._in_chunks(records))
    assert [record for chunk in chunks for record in chunk] == records
    assert all(map(is_full, chunks[:-1]))
    assert not any(is_full(chunk[:-1]) for chunk in chunks)
    assert all(0 < len(chunk) <= workers.CHUNK for chunk in chunks)


def is_full(chunk: Sequence[Record]) -> bool:
    """Whether a chunk has as many records as one may have, or enough that are large."""
    large = sum(len(record.payload) for record in chunk) >= workers._SIZE
    return len(chunk) >= (workers._FEWEST if large else workers.CHUNK)
