"""Tokens carry a word's hash, its share of a word and whether it holds a digit."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.text import words
from aggregator.core.tokens import (
    DIGIT_BIT,
    SHINGLE_WORDS,
    distinct,
    grams,
    is_spaced,
    rank_among_equal,
    shingles,
    tokenise,
    units,
    word_count,
)

texts = st.lists(st.sampled_from("oak elm ash fir 7 90 猫 犬 ก ข ж".split())).map(" ".join)


def naive_grams(text: str, size: int) -> list[tuple[str, ...]]:
    """The runs of `size` words that start at each word of a spaced text."""
    found = words(text)
    size = min(size, len(found))
    return [tuple(found[i : i + size]) for i in range(len(found) - size + 1)] if found else []


@given(st.lists(st.sampled_from("oak elm ash fir 7 90 ж".split())).map(" ".join))
def test_shingles_are_the_distinct_runs_of_three_words(text: str) -> None:
    assert len(shingles(tokenise(words(text)))) == len(set(naive_grams(text, SHINGLE_WORDS)))


@given(texts, st.integers(1, 8))
def test_there_is_one_gram_for_each_token(text: str, size: int) -> None:
    tokens = tokenise(words(text))
    assert len(grams(tokens, size)) == len(tokens)


@given(texts)
def test_tokens_know_digits_and_units(text: str) -> None:
    tokens = tokenise(words(text))
    assert ((tokens & DIGIT_BIT) == 1).tolist() == [word.isdecimal() for word in words(text)]
    expected = [{"猫": 2, "犬": 2, "ก": 4, "ข": 4}.get(word, 1) for word in words(text)]
    assert units(tokens).tolist() == expected


def test_length_counts_characters_of_unspaced_scripts_as_parts_of_words() -> None:
    assert word_count(tokenise(words("three plain words"))) == 3
    assert word_count(tokenise(words("猫が魚を"))) == 2
    assert word_count(tokenise(words("ฝนตกหนักมาก"))) == 3
    assert word_count(tokenise([])) == 0


def test_a_run_in_an_unspaced_script_takes_more_characters() -> None:
    """Two texts that share five characters of Han script share no shingle, with six they do."""
    one, other = "甲乙丙丁戊己庚", "甲乙丙丁戊壬癸"
    assert not set(shingles(tokenise(words(one)))) & set(shingles(tokenise(words(other))))
    assert set(shingles(tokenise(words(one)))) & set(shingles(tokenise(words("甲乙丙丁戊己壬"))))


@given(st.lists(st.integers(0, 20)))
def test_distinct_is_the_sorted_set(values: list[int]) -> None:
    assert distinct(np.array(values, dtype=np.uint64)).tolist() == sorted(set(values))


@given(st.lists(st.integers(0, 5)))
def test_equal_values_are_numbered_from_nought(values: list[int]) -> None:
    ordered = sorted(values)
    ranks = rank_among_equal(np.array(ordered, dtype=np.uint64)).tolist()
    assert ranks == [i - ordered.index(value) for i, value in enumerate(ordered)]


@given(texts)
def test_a_spaced_text_has_a_word_for_each_token(text: str) -> None:
    tokens = tokenise(words(text))
    assert is_spaced(tokens) == bool((units(tokens) == 1).all())
