"""Entries of live blogs are told from the main text, and stories from notes among them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from aggregator.cleaning import clean
from aggregator.core.model import ExtractedArticle, Kind, Page, Record
from aggregator.core.options import CleaningOptions

CAPTURED = datetime(2026, 3, 4, 18, 30, 12, tzinfo=UTC)
TITLE = "Live: council decides on the seals"
LEAD = "The council of Mossel Point decides tonight where its rowing club may row."
STORY = """\
The council has voted to move the rowing club to the canal by the first of May. Members spoke for \
three hours about the seals, the oars and the price of a second pontoon, which the harbour office \
puts at forty thousand crowns.
The mayor said that nobody wanted to drive the animals away, and that the boats could be carried \
over the dyke by hand. A warden will count the seals twice a day and report in April. The oldest \
member called the vote a sad day and bought coffee for everyone in the hall.""".split("\n")
ENTRIES = [
    ("17:40", "Council votes to move the rowing club", STORY),
    ("17:05", "Session paused by a seal", ["A seal has been seen on the steps of the hall."]),
    ("16:50", "Vote expected soon", ["The vote is expected within the hour, says the mayor."]),
    ("16:30", "Speakers take their seats", ["The first speakers have sat down in the hall."]),
]
NOTES = [LEAD, *(line for _, title, text in ENTRIES[1:] for line in (title, *text))]

Entry = Callable[[str, str, str], str]


def iso(clock: str) -> str:
    return f"2026-03-04T{clock}:00+00:00"


def cleaned(payload: str, kind: Kind = Kind.HTML) -> tuple[list[str], list[ExtractedArticle]]:
    record = Record("page", payload.encode(), kind, "https://tide.example/live", None, CAPTURED)
    page = clean(record, CleaningOptions())
    assert isinstance(page, Page), page
    assert page.main is not None
    return page.main.text.split("\n"), list(page.embedded)


def html(entry: Entry, around: str = "{}", head: str = "") -> str:
    entries = "".join(
        entry(clock, title, "".join(f"<p>{text}</p>" for text in texts))
        for clock, title, texts in ENTRIES
    )
    return (
        f"<html lang=en><head><title>{TITLE}</title>{head}"
        f'<meta property="og:site_name" content="Tidewater Gazette"></head><body><main>'
        f"<h1>{TITLE}</h1><p>{LEAD}</p>{around.format(entries)}</main></body></html>"
    )


LINKED = json.dumps(
    {
        "@type": "LiveBlogPosting",
        "headline": TITLE,
        "datePublished": "2026-03-04T16:00:00Z",
        "liveBlogUpdate": [
            {
                "@type": "BlogPosting",
                "headline": title,
                "datePublished": iso(clock),
                "url": "/live#a",
            }
            for clock, title, _ in ENTRIES
        ],
    }
)
FORMS: dict[str, str] = {
    "linked data": html(
        lambda t, h, x: f'<div class="live-entry"><p>{t}</p><h2>{h}</h2>{x}</div>',
        head=f'<script type="application/ld+json">{LINKED}</script>',
    ),
    "microdata": html(
        lambda t, h, x: (
            '<div itemprop="liveBlogUpdate" itemscope itemtype="https://schema.org/BlogPosting">'
            f'<meta itemprop="datePublished" content="{iso(t)}"><h2>{h}</h2>'
            f'<div itemprop="articleBody">{x}</div></div>'
        ),
        '<div itemscope itemtype="https://schema.org/LiveBlogPosting">{}</div>',
    ),
    "articles": html(
        lambda t, h, x: (
            f'<article id="a"><time datetime="{iso(t)}">{t}</time><h3><a href="#a">{h}</a></h3>{x}'
            "</article>"
        )
    ),
    "list": html(
        lambda t, h, x: (
            f'<li class="post"><time datetime="{iso(t)}">{t} GMT</time><h4>{h}</h4>{x}</li>'
        ),
        '<ul class="entries">{}</ul>',
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_full_story_in_an_entry_is_an_article_and_the_notes_are_main_text(form: str) -> None:
    """Only the entry with a title and many words leaves; the times of the others are no text."""
    text, (story,) = cleaned(FORMS[form])
    assert text == NOTES
    assert (story.title, story.text.split("\n")) == (ENTRIES[0][1], STORY)
    assert story.published == datetime(2026, 3, 4, 17, 40, tzinfo=UTC)
    assert story.outlet == "Tidewater Gazette"


@pytest.mark.parametrize("form", ["linked data", "articles"])
def test_an_entry_has_its_own_address(form: str) -> None:
    """The link of an entry is the one that its headline, its id or the page's data gives."""
    _, (story,) = cleaned(FORMS[form])
    assert story.link == "https://tide.example/live#a"


def test_an_entrys_date_is_not_the_pages() -> None:
    """What microdata gives to an entry says nothing of the page's own time."""
    record = Record("page", FORMS["microdata"].encode(), Kind.HTML)
    page = clean(record, CleaningOptions())
    assert isinstance(page, Page)
    assert page.main is not None
    assert page.main.published is None


@pytest.mark.parametrize(
    "line", ["{}", "{} GMT", "[{}]"], ids=["clock", "clock and zone", "brackets"]
)
def test_clock_times_part_the_entries_of_a_text(line: str) -> None:
    """In plain text several times of day in order do what boxes do in HTML."""
    lines = [TITLE, LEAD]
    for clock, title, texts in ENTRIES:
        lines += ["", line.format(clock), title, *texts]
    text, (story,) = cleaned("\n".join(lines), Kind.TEXT)
    assert text == NOTES
    assert (story.title, story.text.split("\n")) == (ENTRIES[0][1], STORY)
    assert story.published is None


def test_ages_without_outlets_part_the_entries_of_a_text() -> None:
    """Relative ages in order, without heading and outlets, are the page's own entries."""
    lines = [TITLE, LEAD]
    for hours, (_, title, texts) in enumerate(ENTRIES, 1):
        lines += ["", f"{hours} hours ago" if hours > 1 else "1 hour ago", title, *texts]
    text, (story,) = cleaned("\n".join(lines), Kind.TEXT)
    assert text == NOTES
    assert story.published == datetime(2026, 3, 4, 17, 30, 12, tzinfo=UTC)


def test_readers_comments_are_no_entries() -> None:
    """A thread of comments with times is neither main text nor an article."""
    thread = "".join(
        f'<div class="comment"><h4>Reader of the coast</h4><time datetime="{iso(t)}">{t}</time>'
        f"<p>{' '.join(x)}</p></div>"
        for t, _, x in ENTRIES
    )
    body = f"<p>{STORY[0]}</p><p>{STORY[1]}</p>"
    page = f'<html><body><h1>{TITLE}</h1>{body}<div id="comments">{thread}</div></body></html>'
    assert cleaned(page) == (STORY, [])


def test_a_text_with_a_timetable_keeps_it() -> None:
    """Times that are not in order, or too few, part nothing."""
    lines = [TITLE, LEAD, "17:40", "Boats leave the pontoon.", "18:10", "Boats are back again."]
    assert cleaned("\n".join(lines), Kind.TEXT) == (lines[1:], [])
