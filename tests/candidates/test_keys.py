"""Keys: what likely copies share, by guarantee or with the stated chance."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.candidates import postings, with_keys
from aggregator.candidates.keys import (
    BANDS,
    KIND_BIT,
    MAX_RUN_KEYS,
    RUN_WORDS,
    band_keys,
    batch_keys,
    run_keys,
)
from aggregator.core.tokens import Fingerprint, Hashes, Tokens, shingles, tokenise
from aggregator.fingerprint import fingerprint, sign

HAN = [chr(0x4E00 + i) for i in range(40)]
THAI = [chr(0x0E01 + i) for i in range(40)]
LATIN = [f"w{i}" for i in range(40)]


def keys(made: Fingerprint) -> Hashes:
    return batch_keys([made])[0]


def runs(tokens: Tokens) -> set[int]:
    return set(run_keys([tokens])[0].tolist())


def around(alphabet: list[str], run: list[str], rng: random.Random) -> list[str]:
    before, after = (rng.choices(alphabet, k=rng.randint(0, 60)) for _ in range(2))
    return [*before, *run, *after]


@pytest.mark.parametrize(("alphabet", "length"), [(LATIN, 1), (HAN, 2), (THAI, 4)])
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_texts_that_share_a_run_of_twelve_words_share_a_run_key(
    alphabet: list[str], length: int, seed: int
) -> None:
    """In unspaced scripts the run has as many characters as make twelve words."""
    rng = random.Random(seed)
    run = rng.choices(alphabet, k=RUN_WORDS * length)
    one = runs(tokenise(around(alphabet[::2], run, rng)))
    other = runs(tokenise(around(alphabet[1::2], run, rng)))
    assert one & other


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_mixed_run_that_is_long_enough_for_its_largest_unit_is_shared(seed: int) -> None:
    """Figures and foreign names stand inside Han and Thai text."""
    rng = random.Random(seed)
    run = rng.choices(LATIN + HAN + THAI, k=RUN_WORDS * 4)
    one = runs(tokenise(around(LATIN, run, rng)))
    other = runs(tokenise(around(HAN, run, rng)))
    assert one & other


def test_a_resemblance_of_a_quarter_shares_two_band_keys_nearly_always() -> None:
    """The definition of a candidate asks for two; Binomial(24, .25) has fewer in 1 % of cases."""
    rng = np.random.default_rng(7)
    missed = 0
    for _ in range(400):
        pool = rng.integers(0, 2**63, 1600, dtype=np.uint64)
        one, other = sign([pool[:1000], pool[600:]])  # 400 of 1600 shared
        missed += len(np.intersect1d(band_keys(one), band_keys(other))) < 2
    assert missed <= 12


def test_unrelated_texts_share_no_key() -> None:
    one = fingerprint(" ".join(f"a{i}" for i in range(400)))
    other = fingerprint(" ".join(f"b{i}" for i in range(400)))
    assert not set(keys(one).tolist()) & set(keys(other).tolist())


@given(st.lists(st.sampled_from(LATIN), max_size=300))
def test_keys_are_distinct_few_and_tell_their_kind(words: list[str]) -> None:
    made = keys(fingerprint(" ".join(words)))
    assert sorted(set(made.tolist())) == made.tolist()
    kinds = (made & KIND_BIT).tolist()
    assert kinds.count(0) == (BANDS if words else 0)
    assert kinds.count(1) <= max(1, len(words))


def test_the_number_of_keys_of_a_long_text_is_bounded() -> None:
    made = keys(fingerprint(" ".join(f"w{i}" for i in range(20_000))))
    assert len(made) == BANDS + MAX_RUN_KEYS


def test_two_keys_in_nine_words() -> None:
    """The density of winnowing, 2 / (window + 1)."""
    tokens = tokenise(f"w{i}" for i in range(2000))
    assert 0.2 < len(runs(tokens)) / 2000 < 0.245
    assert len(shingles(tokens)) == 1998


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(LATIN + HAN[:9] + THAI[:5]), max_size=70), max_size=9))
def test_the_keys_of_a_text_do_not_depend_on_the_others(texts: list[list[str]]) -> None:
    """Texts of all scripts and lengths in one batch have the keys that each has alone."""
    prints = [fingerprint(" ".join(words)) for words in texts]
    together = [its.tolist() for its in batch_keys(prints)]
    assert together == [keys(each).tolist() for each in prints]
    made = with_keys(prints)
    nodes = dict(enumerate(made))
    assert [its.tolist() for each in made if (its := each.keys) is not None] == [
        keys(each).tolist() for each in prints
    ]
    missing = {node: replace(each, keys=None) for node, each in nodes.items() if node % 2}
    assert sorted(postings(nodes | missing, {3}).rows()) == sorted(postings(nodes, {3}).rows())


def test_a_value_in_another_band_is_another_key() -> None:
    values = np.full(BANDS, 12345, dtype=np.uint64)
    assert len(set(band_keys(values).tolist())) == BANDS
