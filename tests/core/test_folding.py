"""Many texts at once: the same words and tokens as one text at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.core import folding
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


FEW = 5


@given(st.lists(st.lists(st.text("дé漢a", min_size=1, max_size=3)), max_size=4))
@example([["д", "дд", "д", "é", "éд", "дé", "éé", "ддд", "д"], ["дд", "é"]])
def test_what_is_kept_of_pieces_is_bounded_within_a_line(lines: list[list[str]]) -> None:
    """A line of more pieces than are kept is folded as one of few, and none too many stay."""
    folding._PIECES.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "_MOST_PIECES", FEW)
        for line in map(" ".join, lines):
            expected = normalise(line).encode("utf-8", "surrogatepass")
            assert fold_texts([line]).texts == [expected]
            assert len(folding._PIECES) <= FEW


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
