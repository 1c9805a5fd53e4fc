"""Cheap tests before thorough ones: they never change what the thorough ones say."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aggregator.cleaning import fields, furniture, language
from aggregator.cleaning.headings import is_related_heading
from aggregator.cleaning.lines import read_lines
from aggregator.cleaning.script import tidy

PIECES = """Related Articles|more stories|• Related|# Read next|[More](https://a.example/x)
Related\u2028stories|12 more|- Read also|Related: https://a.example/b|A weir.
heron pond mill heron pond mill heron pond mill heron pond mill heron pond mill heron pond mill
A line that somebody broke at a width of sixty signs or so, and""".replace("\n", "|").split("|")
blanks = st.sampled_from(["\n", "\n\n", "\r", "\r\n", " ", "\t", "\u00a0", "\x85", "\u2029", "  "])
pages = st.lists(st.one_of(st.sampled_from(PIECES), blanks, st.text(max_size=8))).map("".join)


@settings(deadline=None)  # the first one compiles every pattern
@given(pages)
@example("Related\u2028Articles and more text behind it")
@example("\n".join(["The heron stands on one leg beside the old mill pond and", "Related"] * 4))
def test_a_text_that_may_have_no_heading_has_none(text: str) -> None:
    """Where the quick look says no, reading the lines one by one finds none."""
    lines = [tidy(line) for line in text.replace("\r", "\n").split("\n")]
    if not fields._may_have_heading(text, [line for line in lines if line]):
        assert not any(is_related_heading(line.text) for line in read_lines(text))


@given(st.text(alphabet="ab'’“–1_ -.\n\x1f\x7f"), st.sampled_from(["", "é", "д", "aका"]))
def test_words_of_plain_samples_are_those_of_the_expression(sample: str, other: str) -> None:
    """Words of text that is ASCII but for quotes are what the pattern finds in it as it is."""
    found = language._words(language._plain(sample + other))
    expected = language._WORDS.findall(sample + other)
    assert [word.replace("\x7f", "’") for word in found] == expected


@given(st.text(alphabet="ab \t\n\u00a0\u2003\u200b漢"))
def test_tidy_lines_have_single_blanks(line: str) -> None:
    """Any run of blanks becomes one space, and none stands at the ends."""
    assert tidy(line) == re.sub(r"\s+", " ", line).strip()


ORIGINS = """Read the full story on|This article first appeared in|Originally posted at
Lesen Sie den Originalartikel auf|Dieser Text ist zuerst erschienen in|Lire l'article complet sur
Initialement publié par|Lea el artículo original en|Publicado originalmente en
Leia o artigo original em|Leggi l'articolo completo su|Originariamente pubblicato su
Lees het volledige artikel op|Läs originalartikeln på|Przeczytaj oryginalny artykuł na
Читать оригинал на|Читати оригінал на
Orijinal haberi {}'da oku|Orijinal makaleyi {} ’de okuyun""".replace("\n", "|").split("|")
WRITTEN = (
    *(str, str.upper, str.title, lambda text: text.upper().replace("I", "İ")),
    lambda text: text.replace("i", "ı").replace("I", "İ"),
)


@given(st.sampled_from(ORIGINS), st.sampled_from(WRITTEN))
def test_a_line_that_names_its_origin_gives_the_outlet(
    words: str, written: Callable[[str], str]
) -> None:
    """None is passed over, whatever the case of its letters, with the Turkish ones of one kind."""
    line = written(words if "{}" in words else f"{words} {{}}").format("Heron Post")
    assert furniture.origin_outlet(line) == "Heron Post"


ODD = ("[ab]bc", "b?cc", "(?:a|b)c", "a{2}", "c*b", "(?:ab|a)c?", "b(?:a|ac)")
parts = st.one_of(st.text("abc", min_size=1, max_size=4), st.sampled_from(ODD))


@given(st.lists(parts, min_size=1, max_size=9), st.text("abcd "))
@example(["a", "[ab]bc", "ab"], "abc")
@example(["ab", "[ab]bc", "abcd"], "abcd ab")
def test_words_by_their_first_letters_are_found_where_they_were(
    words: list[str], line: str
) -> None:
    """The first of several words that stand at one place is found, not another.

    Words that may begin with several letters keep their place among the others.
    """
    grouped = furniture._by_first_letter(words)
    for edges in ("(?:{})", r"(?<!\w)(?:{})(?!\w)"):
        found = re.search(edges.format(grouped), line)
        plain = re.search(edges.format("|".join(words)), line)
        assert (found and found.span()) == (plain and plain.span())
    pattern = furniture._word_pattern("|".join(words))
    assert pattern.pattern == rf"(?<!\w)(?:{grouped})(?!\w)"


@pytest.mark.parametrize("words", ["a(?:b|(?:c|d)e)|f", "(a(b))", "[a|b]c|d"])
def test_words_that_cannot_be_told_apart_are_refused(words: str) -> None:
    """A bar deeper than one level of brackets, or in a class, is no bar between words."""
    with pytest.raises(ValueError, match="brackets in brackets"):
        furniture._word_pattern(words)
