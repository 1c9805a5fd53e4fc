"""What a site repeats: passages, when they are boilerplate, and what a text leaves out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.core.boilerplate import (
    LEAST_LEFT,
    NOWHERE,
    Layout,
    is_repeated,
    line_keys,
    lines_left_out,
    passages,
    place,
    shingles_left_out,
)
from aggregator.core.evidence import Text, compare
from aggregator.core.text import normalise, words
from aggregator.core.tokens import shingles, tokenise
from aggregator.fingerprint import fingerprint, fingerprints

HERE = place("site.example", "2026-03-05T10:00:00Z")
TAIL = "Support the work of this newsroom with a small gift every month."
STORY = "The council of Fernby voted on Monday to keep the old mill open for five more years."


def layout(text: str, where: int = HERE) -> Layout:
    """The layout of a text at a place."""
    return Layout(where, fingerprint(text).lines)


@settings(deadline=None)
@given(st.text(alphabet="ab ñ\u0301 \n\r\u2028的ไ'ﬁ", max_size=60))
def test_lines_are_counted_in_words(text: str) -> None:
    """A fingerprint tells how many words each line has that has any, whatever is signed beside."""
    expected = [count for line in text.split("\n") if (count := len(words(line)))]
    for print_ in fingerprints(["One\ntwo", text, "", text, "x\n\ny z"])[1::2]:
        assert print_.lines.tolist() == expected
        assert sum(expected) == len(print_.tokens)


def test_a_passage_is_of_one_site_and_one_month() -> None:
    """The same line on another site or in another month is another passage."""
    tokens = fingerprint(TAIL).tokens
    places = [
        HERE,
        place("site.example", "2026-03-31T23:59:59Z"),
        place("other.example", "2026-03-05T10:00:00Z"),
        place("site.example", "2026-04-01T00:00:00Z"),
        place("site.example", None),
    ]
    keys = [passages(tokens, layout(TAIL, where)) for where in places]
    assert keys[0] == keys[1]
    assert len(set.union(*keys)) == 4


def test_without_a_site_there_are_no_passages() -> None:
    """A text of unknown origin has none, nor has one whose lines are not known."""
    tokens = fingerprint(TAIL).tokens
    assert place(None, "2026-03-05T10:00:00Z") == 0
    assert passages(tokens, layout(TAIL, 0)) == set()
    assert passages(tokens, NOWHERE) == set()
    assert passages(tokens, layout(STORY)) == set()


def test_a_line_shorter_than_a_shingle_is_no_passage() -> None:
    """Two words have no shingle of their own, so nothing could be left out."""
    text = f"Read also\n{TAIL}"
    assert [key is None for key in line_keys(fingerprint(text).tokens, layout(text))] == [
        True,
        False,
    ]


def test_versions_of_one_story_count_once() -> None:
    """A line that many near copies of one text carry is that story's, not the site's."""
    rng = np.random.default_rng(1)
    story = rng.integers(0, 2**60, 64, dtype=np.uint64)
    versions = []
    for _ in range(20):
        version = story.copy()
        version[rng.integers(0, 64, 12)] = rng.integers(0, 2**60, 12, dtype=np.uint64)
        versions.append(version)
    others = [rng.integers(0, 2**60, 64, dtype=np.uint64) for _ in range(3)]
    assert not is_repeated(versions, 2)
    assert is_repeated([*versions, *others], 4)
    assert not is_repeated([*versions, *others], 5)


def test_repeated_lines_are_left_out_and_the_story_stays() -> None:
    """What is left out are the shingles inside the repeated line; all others are compared."""
    text = f"{STORY}\n{TAIL}"
    print_ = fingerprint(text)
    where = layout(text)
    repeated = passages(fingerprint(TAIL).tokens, layout(TAIL))
    lines = lines_left_out(print_.tokens, where, repeated)
    assert lines.tolist() == [1]
    left_out = shingles_left_out(print_.tokens, where.lines, lines)
    assert set(left_out) == set(shingles(tokenise(normalise(TAIL).split())))
    one = Text(print_.tokens, None, left_out)
    other = Text(fingerprint(TAIL).tokens)
    assert compare(one, other).shared == 0
    assert compare(one, Text(fingerprint(STORY).tokens)).containment_b_in_a == 1.0


@pytest.mark.parametrize(("own", "kept"), [(LEAST_LEFT - 1, True), (LEAST_LEFT, False)])
def test_a_text_of_repeated_lines_keeps_them(own: int, kept: bool) -> None:
    """Where less than a sentence would be left, the text stays whole."""
    text = f"{' '.join(f'word{n}' for n in range(own))}\n{TAIL}"
    repeated = passages(fingerprint(TAIL).tokens, layout(TAIL))
    lines = lines_left_out(fingerprint(text).tokens, layout(text), repeated)
    assert (len(lines) == 0) is kept


def test_lines_of_unspaced_scripts_count_in_their_words() -> None:
    """A Han line of three words is a passage, and its shingles are six characters long."""
    line = "请支持本报编辑部"
    text = f"{STORY}\n{line}"
    print_ = fingerprint(text)
    lines = lines_left_out(
        print_.tokens, layout(text), passages(fingerprint(line).tokens, layout(line))
    )
    left_out = shingles_left_out(print_.tokens, layout(text).lines, lines)
    assert set(left_out) == set(shingles(fingerprint(line).tokens))
