"""What goes to a worker process and back comes as it was."""

from __future__ import annotations

import pickle
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aggregator.core.model import Declared, ExtractedArticle, Record, Rejection, Sent
from aggregator.core.sightings import SeenPage, Sighting
from aggregator.core.tokens import Fingerprint
from aggregator.fingerprint import fingerprint

SIZES = st.integers(0, 5)
hashes = arrays(np.uint64, SIZES)
prints = st.builds(
    Fingerprint,
    st.binary(min_size=16, max_size=16),
    st.integers(0, 2**31),
    arrays(np.uint32, SIZES),
    hashes,
    arrays(np.uint32, SIZES),
    st.none() | hashes,
)
sightings = st.builds(Sighting, fingerprint=prints)
SENT: dict[type[Sent], st.SearchStrategy[Any]] = {
    Declared: st.from_type(Declared),
    Record: st.from_type(Record),
    Rejection: st.from_type(Rejection),
    ExtractedArticle: st.from_type(ExtractedArticle),
    Sighting: sightings,
    SeenPage: st.builds(
        SeenPage, sightings=st.lists(sightings, max_size=2).map(tuple), warnings=...
    ),
}


def told(value: Any) -> Any:
    """A value with its parts, and the type of each."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.tolist()
    if is_dataclass(value):
        return type(value), [(f.name, told(getattr(value, f.name))) for f in fields(value)]
    if isinstance(value, tuple):
        return tuple(map(told, value))
    return type(value), value


@given(prints)
@example(fingerprint(""))
@example(fingerprint("A heron.\n\nTwo herons by the mill."))
def test_a_fingerprint_arrives_as_it_was(print_: Fingerprint) -> None:
    """All its arrays with their types, and None for keys that were not made."""
    assert told(pickle.loads(pickle.dumps(print_))) == told(print_)


@given(st.data())
@pytest.mark.parametrize("kind", SENT, ids=lambda kind: kind.__name__)
def test_what_is_sent_arrives_as_it_was(kind: type[Sent], data: st.DataObject) -> None:
    """Each field has its value, whichever are left at their defaults."""
    value = data.draw(SENT[kind])
    assert told(pickle.loads(pickle.dumps(value))) == told(value)


def test_all_that_is_sent_is_tried() -> None:
    """A further kind of value has to be added above."""
    assert {kind.__name__ for kind in Sent.__subclasses__()} == {kind.__name__ for kind in SENT}
