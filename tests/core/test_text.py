"""The normaliser folds what outlets change without changing the text, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.text import HAN_UNIT, THAI_UNIT, normalise, unit, words


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text())
def test_words_hold_letters_digits_and_marks_only(text: str) -> None:
    assert all(word and not any(c.isspace() for c in word) for word in words(text))
    assert " ".join(words(text)) == normalise(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_takes_a_shorter_way_to_the_same_words(text: str) -> None:
    """A letter of another alphabet behind the text sends it the longer way."""
    assert words(text + " ж") == [*words(text), "ж"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Mayor's dog isn’t “home”", 'THE MAYORS DOG ISNT "HOME"'),
        ("coöperate ﬁnely", "coo\u0308perate finely"),
        ("ＦＵＬＬ width １２", "full width 12"),
        ("so\u00adft hy\u200bphen", "soft hyphen"),
        ("d´accord", "d'accord"),
        ("ещё ёлка", "еще елка"),
        ("اللُّغَةُ العَرَبِيَّةُ", "اللغة العربية"),
        ("كتـــاب", "كتاب"),
        ("كتاب علي", "کتاب علی"),
        ("می\u200cروند", "می روند"),
        ("שָׁלוֹם עוֹלָם", "שלום עולם"),
        ("صفحه ۱۲۳", "صفحه 123"),
        ("पृष्ठ ४२", "पृष्ठ 42"),
        ("STRASSE", "straße"),
    ],
)
def test_one_text_in_two_spellings_has_the_same_words(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("गाँव की चिट्ठी", ["गाँव", "की", "चिट्ठी"]),
        ("ஊரில் மழை பெய்தது", ["ஊரில்", "மழை", "பெய்தது"]),
        ("마을 사람들이 모였다", ["마을", "사람들이", "모였다"]),
        ("猫が3匹", ["猫", "が", "3", "匹"]),
        ("ฝนตก", ["ฝ", "น", "ต", "ก"]),
    ],
)
def test_words_follow_the_script(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_different_word_stays_different() -> None:
    assert words("the tide rose") != words("the tide fell")
    assert words("résumé") != words("resume")


@pytest.mark.parametrize(
    ("word", "expected"),
    [("tide", 1), ("пруд", 1), ("마을", 1), ("猫", HAN_UNIT), ("カ", HAN_UNIT), ("ฝ", THAI_UNIT)],
)
def test_a_character_of_an_unspaced_script_is_a_part_of_a_word(word: str, expected: int) -> None:
    assert unit(word) == expected
