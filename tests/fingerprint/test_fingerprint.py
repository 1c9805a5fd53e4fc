"""Fingerprints: equal digests for equal words, and datasketch's signatures bit for bit."""

from __future__ import annotations

import hashlib

import numpy as np
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.core.tokens import shingles
from aggregator.fingerprint import NUM_PERM, SCHEME, SEED, fingerprint, fingerprints
from aggregator.fingerprint.permutations import permutations

vocabulary = st.sampled_from("heron reed mill pond lock weir barge 12 猫 犬 ฝ น".split())
texts = st.lists(vocabulary, max_size=60).map(" ".join)


def datasketch_signature(text: str) -> list[int]:
    sketch = MinHash(NUM_PERM, seed=SEED, scheme="affine64", hashfunc=int)
    sketch.update_batch(shingles(fingerprint(text).tokens).tolist())
    return [int(value) for value in sketch.hashvalues]


@given(st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_permutations_are_those_of_datasketch(number: int, seed: int) -> None:
    """Without importing datasketch, any number from any seed."""
    expected = MinHash(number, seed=seed, scheme="affine64").permutations
    assert np.array_equal(permutations(number, seed), expected)


@settings(max_examples=40)
@given(texts)
def test_a_signature_is_that_of_datasketch(text: str) -> None:
    assert fingerprint(text).signature.tolist() == datasketch_signature(text)


def test_a_long_text_is_signed_as_datasketch_does() -> None:
    """Longer than the block in which values are permuted."""
    text = " ".join(f"w{i}" for i in range(10_000))
    assert fingerprint(text).signature.tolist() == datasketch_signature(text)


def test_the_signature_of_a_text_never_changes_under_one_scheme_name() -> None:
    """Golden: whoever changes these values must rename the scheme."""
    made = fingerprint("The miller's heron stands on one leg; 12 barges wait. 猫が魚を食べた。")
    assert SCHEME == "words-nfkc-casefold-1/shingles-3w-1/blake2b-29/minhash-affine64-64-seed1"
    assert made.digest.hex() == GOLDEN_DIGEST
    assert hashlib.sha256(made.tokens.astype("<u4").tobytes()).hexdigest() == GOLDEN_TOKENS
    assert hashlib.sha256(made.signature.astype("<u8").tobytes()).hexdigest() == GOLDEN_SIGNATURE


GOLDEN_DIGEST = "b69d2a202bec9af7866701bc309b86b7"
GOLDEN_TOKENS = "b03c6f9b3cbc8b1972bb6835e786d5b1a88f081c07001a5259518c265d80566c"
GOLDEN_SIGNATURE = "69568d612e14e56f62e39e042a5859699f5fc4a0b51ab6d8ff7ffca3df621ba0"


@given(st.lists(texts, max_size=6))
def test_a_batch_gives_what_single_texts_give(batch: list[str]) -> None:
    for text, made in zip(batch, fingerprints(batch), strict=True):
        alone = fingerprint(text)
        assert made.digest == alone.digest
        assert made.word_count == alone.word_count
        assert np.array_equal(made.tokens, alone.tokens)
        assert np.array_equal(made.signature, alone.signature)


@given(texts, texts)
def test_digests_are_equal_exactly_when_the_words_are(one: str, other: str) -> None:
    equal = fingerprint(one).digest == fingerprint(other).digest
    assert equal == (one.split() == other.split())


def test_a_text_without_words_has_a_fingerprint() -> None:
    empty = fingerprint("… !")
    assert (empty.word_count, len(empty.tokens)) == (0, 0)
    assert set(empty.signature.tolist()) == {2**64 - 1}
