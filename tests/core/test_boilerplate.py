"""What a site repeats: passages, when they are boilerplate, and what a text leaves out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aggregator.core import boilerplate
from aggregator.core.boilerplate import (
    LEAST_LEFT,
    NOWHERE,
    Layout,
    Lines,
    Passages,
    is_repeated,
    lines_left_out,
    passages,
    place,
    shingles_left_out,
)
from aggregator.core.evidence import Text, compare
from aggregator.core.text import normalise, words
from aggregator.core.tokens import SHINGLE_WORDS, Tokens, shingles, tokenise, units
from aggregator.fingerprint import fingerprint, fingerprints

HERE = place("site.example", "2026-03-05T10:00:00Z")
TAIL = "Support the work of this newsroom with a small gift every month."
STORY = "The council of Fernby voted on Monday to keep the old mill open for five more years."


def keys_of(text: str, where: int = HERE) -> set[int]:
    """The keys of a text's passages at a place."""
    return set(its(text, layout(text, where)).keys.tolist())


def its(text: str, where: Layout) -> Passages:
    """The passages of a text in a layout."""
    return passages([(fingerprint(text).tokens, where)])


def left_out(text: str, *repeated: str) -> Lines:
    """The lines that a text leaves out when the site repeats these."""
    keys = np.array(sorted(set().union(*map(keys_of, repeated))), dtype=np.uint64)
    return lines_left_out(its(text, layout(text)), keys)[0]


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
    places = [
        HERE,
        place("site.example", "2026-03-31T23:59:59Z"),
        place("other.example", "2026-03-05T10:00:00Z"),
        place("site.example", "2026-04-01T00:00:00Z"),
        place("site.example", None),
    ]
    keys = [keys_of(TAIL, where) for where in places]
    assert keys[0] == keys[1]
    assert len(set.union(*keys)) == 4


def test_without_a_site_there_are_no_passages() -> None:
    """A text of unknown origin has none, nor has one whose lines are not known."""
    assert place(None, "2026-03-05T10:00:00Z") == 0
    for where in (layout(TAIL, 0), NOWHERE, layout(STORY)):
        assert len(its(TAIL, where).keys) == 0
    assert len(passages([]).keys) == 0


def test_a_line_shorter_than_a_shingle_is_no_passage() -> None:
    """Two words have no shingle of their own, so nothing could be left out."""
    text = f"Read also\n{TAIL}"
    assert its(text, layout(text)).lines.tolist() == [1]


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
    lines = left_out(text, TAIL)
    assert lines.tolist() == [1]
    shared = shingles_left_out(print_.tokens, where.lines, lines)
    assert set(shared) == set(shingles(tokenise(normalise(TAIL).split())))
    one = Text(print_.tokens, None, shared)
    other = Text(fingerprint(TAIL).tokens)
    assert compare(one, other).shared == 0
    assert compare(one, Text(fingerprint(STORY).tokens)).containment_b_in_a == 1.0


@pytest.mark.parametrize(("own", "kept"), [(LEAST_LEFT - 1, True), (LEAST_LEFT, False)])
def test_a_text_of_repeated_lines_keeps_them(own: int, kept: bool) -> None:
    """Where less than a sentence would be left, the text stays whole."""
    text = f"{' '.join(f'word{n}' for n in range(own))}\n{TAIL}"
    assert (len(left_out(text, TAIL)) == 0) is kept


def test_lines_of_unspaced_scripts_count_in_their_words() -> None:
    """A Han line of three words is a passage, and its shingles are six characters long."""
    line = "请支持本报编辑部"
    text = f"{STORY}\n{line}"
    print_ = fingerprint(text)
    shared = shingles_left_out(print_.tokens, layout(text).lines, left_out(text, line))
    assert set(shared) == set(shingles(fingerprint(line).tokens))


BODIES = st.text(alphabet="ab ñ\n的ไ", max_size=60)


@settings(deadline=None)
@given(st.lists(st.tuples(BODIES, st.booleans()), max_size=5), st.sets(st.integers(0, 9)))
def test_texts_together_have_the_passages_that_each_has(
    bodies: list[tuple[str, bool]], which: set[int]
) -> None:
    """Many texts at once have the keys, and leave out the lines, that each has alone."""
    texts = [
        (fingerprint(body).tokens, layout(body, HERE if known else 0)) for body, known in bodies
    ]
    together = passages(texts)
    alone = [passages([each]) for each in texts]
    assert together.keys.tolist() == [key for each in alone for key in each.keys.tolist()]
    assert together.lengths.tolist() == [each.lengths[0] for each in alone]
    chosen = [key for i, key in enumerate(together.keys.tolist()) if i % 10 in which]
    repeated = np.array(sorted(set(chosen)), dtype=np.uint64)
    found = [lines.tolist() for lines in lines_left_out(together, repeated)]
    assert found == [lines_left_out(each, repeated)[0].tolist() for each in alone]


UNITS = st.sampled_from(["oak", "elm", "7", "的", "猫犬鳥", "ไก่", "か的"])
LINES = st.lists(st.lists(UNITS, max_size=7).map(" ".join), max_size=5).map("\n".join)


@settings(deadline=None)
@given(st.lists(LINES, max_size=5))
@example(["oak elm 7 oak\nelm\noak", "的 猫犬鳥 oak\noak elm oak", "oak elm oak"])
@example(["oak " * 9 + "\n" + "elm " * 9, "的 猫犬鳥 oak"])
def test_texts_longer_than_a_block_have_the_passages_that_each_has(bodies: list[str]) -> None:
    """However the tokens of texts are cut into blocks, and whatever scripts stand beside."""
    texts = [(fingerprint(body).tokens, layout(body)) for body in bodies]
    alone = [passages([each]) for each in texts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boilerplate, "_BLOCK", 4)
        together = passages(texts)
    for name in ("keys", "lines", "words", "lengths"):
        expected = [value for each in alone for value in getattr(each, name).tolist()]
        assert getattr(together, name).tolist() == expected
    words_of_lines = [plain_words(*each) for each in texts]
    long = [[size for size in each if size >= SHINGLE_WORDS] for each in words_of_lines]
    assert together.words.tolist() == [size for each in long for size in each]
    assert together.texts.tolist() == [i for i, each in enumerate(long) for _ in each]


def plain_words(tokens: Tokens, where: Layout) -> list[float]:
    """The words of each line of a text, each line for itself."""
    each = np.split(tokens, np.cumsum(where.lines)[:-1])
    return [float((1 / units(line)).sum()) for line in each]


def test_equal_lines_have_one_key_wherever_they_stand() -> None:
    """A line has the key of its words in their order; other words or another order another."""
    one = its(f"{STORY}\n{TAIL}\n{STORY}", layout(f"{STORY}\n{TAIL}\n{STORY}"))
    assert one.keys[0] == one.keys[2] != one.keys[1]
    backwards = " ".join(reversed(TAIL.split()))
    assert keys_of(TAIL).isdisjoint(keys_of(backwards))
    assert len(one.postings([7])) == 2
