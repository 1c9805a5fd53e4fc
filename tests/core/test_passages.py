"""What two texts share and where they differ, told to people."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.core.evidence import Text
from aggregator.core.passages import MOST_WORDS, differences, passages
from aggregator.core.text import words
from aggregator.core.tokens import tokenise

pieces = st.sampled_from(
    ["one", "Two,", "three.", "four", "five!", "船", "书店", "ประภาคาร", "नई", "a-b", "\n", "…"]
)
texts = st.lists(pieces, max_size=60).map(" ".join)


def unspaced(text: str) -> str:
    return re.sub(r"\s", "", text)


def text(content: str) -> Text:
    return Text(tokenise(words(content)))


@given(texts, texts)
def test_the_passages_of_any_two_texts_together_are_the_texts(a: str, b: str) -> None:
    found = passages(a, b)
    if words(a):
        assert unspaced("".join(each.a for each in found)) == unspaced(a)
    if words(b):
        assert unspaced("".join(each.b for each in found)) == unspaced(b)


@example("书店 one", "one 书店 one")
@given(texts, texts)
def test_what_is_called_shared_has_equal_words_on_both_sides(a: str, b: str) -> None:
    for each in passages(a, b):
        if each.shared:
            assert words(each.a) == words(each.b)


@given(texts)
def test_a_text_shares_all_with_itself_and_differs_in_nothing(a: str) -> None:
    assert all(each.shared for each in passages(a, a))
    assert differences(text(a), text(a)) == ""


STORY = " ".join(f"word{number}" for number in range(100))


@pytest.mark.parametrize(
    ("copy", "told"),
    [
        (STORY + " one two three four five", "adds 5 words at the end"),
        ("one two three four " + STORY, "adds 4 words at the start"),
        (" ".join(STORY.split()[:70]), "lacks 30 words at the end"),
        (" ".join(STORY.split()[30:]), "lacks 30 words at the start"),
        (STORY.replace("word50", "other"), "adds 1 word; lacks 1 word"),
        ("nothing in common here", "adds 4 words, all; lacks 100 words, all"),
        (
            " ".join([*STORY.split()[50:], *STORY.split()[:50]]),
            "the same passages in another order",
        ),
    ],
)
def test_a_copy_is_told_by_what_it_adds_and_lacks_and_where(copy: str, told: str) -> None:
    assert differences(text(copy), text(STORY)) == told


def test_words_of_scripts_without_spaces_count_by_their_length() -> None:
    story = "临澜市一艘改装成书店的旧渡轮"
    assert differences(text(story + "很好很好"), text(story)) == "adds 2 words at the end"


def test_of_a_long_text_the_beginning_is_shown() -> None:
    long = "again and again " * MOST_WORDS
    assert len(words(passages(long, long)[0].a)) <= MOST_WORDS + 1
