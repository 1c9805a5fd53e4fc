# ruff: noqa: E501 - scraps of pages stand on one line each
"""What holds for any text and any bytes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.cleaning import clean
from aggregator.cleaning.decode import decode
from aggregator.core.model import Kind, Page, Record, Rejection
from aggregator.core.options import CleaningOptions

OPTIONS = CleaningOptions()
NOW = datetime(2026, 3, 4, 18, 30, tzinfo=UTC)

WORDS = {
    "latin": "harbour council bridge seven winter engine quietly under market began green river",
    "cyrillic": "гавань совет мост семь зима мотор тихо рынок начался зелёный река город",
    "arabic": "ميناء مجلس جسر سبعة شتاء محرك بهدوء سوق بدأ أخضر نهر مدينة",
    "greek": "λιμάνι συμβούλιο γέφυρα επτά χειμώνας μηχανή αγορά άρχισε πράσινο ποτάμι",
}
STOPS = {"latin": ".", "cyrillic": ".", "arabic": ".", "greek": "."}


@st.composite
def sentences(draw: st.DrawFn) -> list[str]:
    script = draw(st.sampled_from(sorted(WORDS)))
    word = st.sampled_from(WORDS[script].split())
    lines = draw(st.lists(st.lists(word, min_size=1, max_size=40), min_size=1, max_size=12))
    return [" ".join(line).capitalize() + STOPS[script] for line in lines]


@given(sentences(), st.sampled_from(["\n", "\n\n", "\r\n", "\n \n"]))
@settings(max_examples=300, deadline=None)
def test_no_sentence_of_an_ordinary_text_is_lost(lines: list[str], end: str) -> None:
    page = clean(Record("line 1", end.join(lines), Kind.TEXT), OPTIONS)
    assert isinstance(page, Page)
    assert page.main is not None
    assert page.main.title is None
    assert Counter(page.main.text.split("\n")) == Counter(lines)


@given(sentences())
@settings(max_examples=100, deadline=None)
def test_no_sentence_of_an_extracted_text_is_lost(lines: list[str]) -> None:
    page = clean(Record("line 1", "\n".join(lines), Kind.FIELDS), OPTIONS)
    assert isinstance(page, Page)
    assert page.main is not None
    assert page.main.text.split("\n") == lines


MARKUP = st.sampled_from(
    "<html> <body> <article> <h1> <h2>Related</h2> <p> </p> <div class='related'> </div> <a href='//['> "
    '</a> <li> <table><tr><td> <script type=\'application/ld+json\'> {"@type":"NewsArticle", }</script> '
    "<time datetime='9999-99-99'> <meta charset='utf-7'> <base href='x:'> &#xD800; &#0; <!-- ]]> "
    "\x00 \ud800 3\u00a0hours\u00a0ago Comments • 2025 <svg> <b> - . ?".split(" ")
)


@pytest.mark.parametrize("kind", list(Kind))
@given(data=st.one_of(st.binary(max_size=400), st.lists(MARKUP, max_size=60).map("".join)))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_content_raises(kind: Kind, data: bytes | str) -> None:
    record = Record("byte 0", data, kind, "https://tide.example/a", "utf-8", NOW)
    result = clean(record, OPTIONS)
    assert isinstance(result, Page | Rejection)
    assert clean(record, OPTIONS) == result


@given(st.lists(st.one_of(MARKUP, st.text(max_size=30)), max_size=40).map("\n".join))
@settings(max_examples=200, deadline=None)
def test_what_is_stored_can_be_stored(text: str) -> None:
    page = clean(Record("line 1", text, Kind.TEXT, record_time=NOW), OPTIONS)
    for article in (
        [*page.embedded, *([page.main] if page.main else [])] if isinstance(page, Page) else []
    ):
        article.text.encode("utf-8")
        assert "\x00" not in article.text
        assert article.text.strip()


@given(st.text(), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
@settings(deadline=None)
def test_text_with_a_byte_order_mark_is_read_as_written(text: str, encoding: str) -> None:
    plain = "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    assert decode(plain.encode(name)) == plain
