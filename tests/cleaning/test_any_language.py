"""What holds for plain-text pages of any language, whatever their layout."""

from __future__ import annotations

import pytest

from tests.cleaning.invented import LANGUAGES, cleaned, main_of


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_age_without_a_record_time_stays_unknown(language: str) -> None:
    """Without the record's own time a relative age gives no time at all."""
    w = LANGUAGES[language]
    lines = [w.main[0], f"{w.main[1]}{w.age}", *w.main[2], w.related]
    lines += [part for t, o, text in w.others for part in ("", t, f"{o}{w.age}", "", text)]
    page = cleaned(lines, record_time=None)
    assert [a.published for a in page.embedded] == [None, None]
    assert main_of(page).published is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_without_related_stories_passes_untouched(language: str) -> None:
    """A headline and its text come out as they went in."""
    title, _, text = LANGUAGES[language].main
    page = cleaned([title, "", *text])
    assert page.embedded == ()
    assert (main_of(page).title, main_of(page).text) == (title, "\n".join(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_first_line_that_is_a_sentence_is_no_title(language: str) -> None:
    """A text that begins at once has no title, and loses none of its sentences."""
    text = LANGUAGES[language].main[2]
    main = main_of(cleaned(text))
    assert main.title is None
    assert main.text == "\n".join(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_bare_headlines_below_a_related_heading_are_no_articles(language: str) -> None:
    """Headlines without a text below them belong to no article."""
    words = LANGUAGES[language]
    headlines = [title for title, _, _ in words.others]
    page = cleaned([words.main[0], *words.main[2], words.related, *headlines])
    assert page.embedded == ()
    assert main_of(page).text == "\n".join(words.main[2])
