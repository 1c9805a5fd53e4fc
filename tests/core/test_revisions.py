"""Which revision is the latest, and when and where one was seen: functions of sets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.revisions import Observation, revision_rank

times = st.sampled_from([None, "2026-03-01T00:00:00Z", "2026-03-01T10:00:00Z"])
urls = st.one_of(st.none(), st.text(max_size=3))
observations = st.lists(st.tuples(times, urls), max_size=6)


def observed(seen: list[tuple[str | None, str | None]]) -> Observation:
    total = Observation()
    for each in seen:
        total = total.also(*each)
    return total


@given(observations, st.randoms(use_true_random=False))
def test_observations_add_up_in_any_order(seen: list, rng: object) -> None:
    """Order and repetition do not matter: the latest time, the first URL bytewise."""
    total = observed(seen)
    assert observed(seen[::-1]) == observed(seen + seen) == total
    known = [time for time, _url in seen if time]
    assert total.record_time == max(known, default=None)


@given(observations, observations)
def test_parts_can_be_added_up_apart(one: list, other: list) -> None:
    """What two batches saw apart is what one batch sees at once."""
    whole, rest = observed(one + other), observed(other)
    assert observed(one).also(rest.record_time, rest.page_url) == whole


def test_rank_is_modified_then_capture_then_hash() -> None:
    """What is unknown ranks below what is known."""
    ranked = [
        revision_rank(None, None, b"\x01"),
        revision_rank(None, None, b"\x02"),
        revision_rank(None, "2026-03-05T00:00:00Z", b"\x00"),
        revision_rank("2026-03-01T00:00:00Z", None, b"\x00"),
        revision_rank("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", b"\x00"),
        revision_rank("2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z", b"\x00"),
    ]
    assert sorted(ranked) == ranked
