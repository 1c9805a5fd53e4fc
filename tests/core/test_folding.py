"""Many texts at once: the same words and tokens as one text at a time."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.core.folding import WordTable, fold_texts, tokenise_texts
from aggregator.core.text import normalise, words
from aggregator.core.tokens import tokenise

LETTERS = "¨ᅠ　aB é'‘“”–…™€\u00a0\u200c\u0627’-.7\n\t\r\x00\x1f_漢ก\u0301\u00ad\u2028\ud800İﬁк"
texts = st.one_of(st.text(), st.text(alphabet=LETTERS), st.text(st.characters(codec="ascii")))


@given(st.lists(texts, max_size=8))
@example(["", " ", "a", "", "b  c", "…"])
def test_texts_are_folded_as_one_is(batch: list[str]) -> None:
    """The bytes of each text are those of its normalised words, whatever stands beside it."""
    expected = [normalise(text).encode("utf-8", "surrogatepass") for text in batch]
    assert fold_texts(batch).texts == expected


@given(st.lists(texts, max_size=8))
@example(["abcdefgh abcdefghi abcdefghijklmnop abcdefghijklmnopq", "abcdefgh"])
def test_texts_are_tokenised_as_one_is(batch: list[str]) -> None:
    """Words of any length and script have the tokens that they have alone."""
    found = tokenise_texts(fold_texts(batch))
    assert [each.tolist() for each in found] == [tokenise(words(t)).tolist() for t in batch]


@given(st.lists(st.lists(texts, max_size=4), max_size=4))
def test_a_table_that_is_too_small_gives_the_same_tokens(batches: list[list[str]]) -> None:
    """Words that take each other's place cost time, and never take each other's token."""
    table = WordTable(bits=1)
    for batch in batches:
        expected = [tokenise(words(text)) for text in batch]
        found = table.tokens(fold_texts(batch))
        assert np.array_equal(found, np.concatenate([np.empty(0, np.uint32), *expected]))
