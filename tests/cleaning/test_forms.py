"""Forms of HTML pages that hide the text, or set other things amid it."""

from __future__ import annotations

import json

import pytest

from aggregator.cleaning import clean
from aggregator.core.model import ExtractedArticle, Kind, Page, Record
from aggregator.core.options import CleaningOptions

TITLE = "Ostley turns its signal box into a reading room"
TEXT = """\
The town council of Ostley has bought the old signal box for one crown and opens it to children.
Work begins in May, the mayor's office said on Tuesday, and should take no longer than ten weeks.
The levers will hang above the door, and a stove is to come from the station of Larchfield.
A vote on the garden behind the building follows in June, when the new budget has been agreed.
Marta Quill, who collected the first signatures, has waited eleven years for this day.""".split(
    "\n"
)
FERRY = "A ferry captain has steered the same boat across the fjord for forty winters."


def html(*paragraphs: str) -> str:
    return "".join(f"<p>{text}</p>" for text in paragraphs)


def cleaned(body: str, head: str = "") -> tuple[list[str], list[ExtractedArticle]]:
    """The main text's paragraphs and the embedded articles of a page."""
    page = f"<html lang=en><head><title>{TITLE}</title>{head}</head><body>{body}</body></html>"
    result = clean(Record("page", page.encode(), Kind.HTML), CleaningOptions())
    assert isinstance(result, Page), result
    assert result.main is not None
    assert result.main.title == TITLE
    return result.main.text.split("\n"), list(result.embedded)


def script(data: object, kind: str = "application/json") -> str:
    return f'<script type="{kind}">{json.dumps(data)}</script>'


STATED = {
    "linked data": script(
        {"@type": "NewsArticle", "headline": TITLE, "articleBody": "\n".join(TEXT)},
        "application/ld+json",
    ),
    "html body": script(
        {
            "props": {
                "article": {"headline": TITLE, "body": html(*TEXT)},
                "related": [{"headline": "Ferry", "body": html(*[FERRY] * 6)}],
            }
        }
    ),
    "blocks": script(
        {"page": {"title": TITLE, "content": [{"type": "p", "text": text} for text in TEXT]}}
    ),
}


@pytest.mark.parametrize("form", STATED)
def test_a_page_drawn_by_scripts_has_the_text_of_its_data(form: str) -> None:
    """Where the page shows nothing, the data under its own headline is the text."""
    assert cleaned('<div id="root">Loading</div>', STATED[form]) == (TEXT, [])


def test_a_text_behind_a_wall_is_taken_from_the_data() -> None:
    """Most of a text may stand in JSON-LD only."""
    body = f"<article><h1>{TITLE}</h1>{html(TEXT[0])}<p>Log in to continue reading.</p></article>"
    assert cleaned(body, STATED["linked data"]) == (TEXT, [])


def test_data_of_another_story_is_no_text() -> None:
    """A short page does not take the story that its data states under another headline."""
    other = script({"items": [{"headline": "Ferry", "body": html(*[FERRY] * 6)}] * 2})
    assert cleaned(f"<h1>{TITLE}</h1>{html(*TEXT[:2])}", other) == (TEXT[:2], [])


def test_the_text_goes_on_behind_blocks_in_boxes() -> None:
    """Paragraphs behind the last card under a related heading are the main text's."""
    card = '<div class="c"><h4><a href="https://fjord.example/s">Ferry retires</a></h4>{}</div>'
    block = f"<h3>Related Articles</h3>{card.format(html(FERRY))}"
    body = f"<div><h1>{TITLE}</h1>{html(*TEXT[:3])}{block}{html(*TEXT[3:])}</div>"
    text, (story,) = cleaned(body)
    assert text == TEXT
    assert story.text == FERRY


def test_a_linked_headline_between_paragraphs_is_no_text() -> None:
    """A paragraph that is nothing but a link to another story is cut, a linked sentence stays."""
    pointer = '<p><strong><a href="/s">Ferry captain retires after forty winters</a></strong></p>'
    linked = f'<p><a href="/box">{TEXT[3]}</a></p>'
    body = html(*TEXT[:2]) + pointer + html(TEXT[2]) + linked + html(TEXT[4])
    assert cleaned(f"<article><h1>{TITLE}</h1>{body}</article>") == (TEXT, [])


def test_what_stands_beside_the_cards_of_a_box_is_no_article() -> None:
    """The weather below a list of headlines does not become the text of the last one."""
    links = (
        "<li><a href=/x>Ferry captain retires today</a></li><li><a href=/y>Bees are awake</a></li>"
    )
    side = f"<div><h3>Trending</h3><ol>{links}</ol><h3>Weather</h3><p>Rain, then sun.</p></div>"
    body = f"<div><div><h1>{TITLE}</h1>{html(*TEXT)}</div>{side}</div>"
    assert cleaned(body) == (TEXT, [])


def test_a_text_in_several_boxes_of_one_class_is_whole() -> None:
    """Advertising between the parts of a text neither ends nor enters it."""
    long = [
        f"{text} {text.replace('council', 'committee')} It was {n}." for n, text in enumerate(TEXT)
    ]
    parts = [long[:2], long[2:4], [*long[4:], FERRY + " " + FERRY]]
    boxes = [f'<div class="body article__body">{html(*part)}</div>' for part in parts]
    page = '<div class="ad"><span>Advertisement</span></div>'.join(boxes)
    text = [line for part in parts for line in part]
    assert cleaned(f"<article><h1>{TITLE}</h1><div>{page}</div></article>") == (text, [])


def test_boxes_with_headings_between_them_keep_their_order() -> None:
    """Items of a list, each below a heading of its own, are not one text in parts."""
    items = "".join(
        f'<h2>Seal number {n} of them</h2><div class="item-body">{html(text * 3)}</div>'
        for n, text in enumerate(TEXT)
    )
    text, _ = cleaned(f"<article><h1>{TITLE}</h1>{items}</article>")
    told = [
        line for line in text if line.startswith("Seal number") or line in [t * 3 for t in TEXT]
    ]
    expected = [part for n, t in enumerate(TEXT) for part in (f"Seal number {n} of them", t * 3)]
    assert told == expected


@pytest.mark.parametrize("reference", ["&#1;", "&#x1f;", "&#8", "&#11;", "&#65535;", "&#xFFFE;"])
def test_a_reference_to_no_character_is_a_blank(reference: str) -> None:
    """What a page writes as a control sign costs that sign, wherever it stands."""
    share = f"<p class=share>Share</p>{reference}{FERRY}"
    body = f"<h1>{TITLE}</h1><article>{html(*TEXT)}{share}</article>"
    text, _ = cleaned(body.replace("stove is", f"stove{reference} is"))
    assert " ".join(text).replace("  ", " ").startswith(" ".join(TEXT))
    assert all(line.isprintable() for line in text)


@pytest.mark.parametrize("kind", ["application/json", "application/ld+json"])
def test_what_json_writes_and_no_text_holds_is_mended(kind: str) -> None:
    """Controls and halves of a pair in a page's data do not reach the article."""
    odd = "\x00 \ud800\x1f".join(TEXT)
    data = {"@type": "NewsArticle", "headline": TITLE, "articleBody": odd}
    data |= {"author": {"name": "\x00\x00Nell Harrow"}}
    page = f"<title>{TITLE}</title>{script(data, kind)}"
    result = clean(Record("page", page.encode(), Kind.HTML), CleaningOptions())
    assert isinstance(result, Page), result
    assert result.main is not None
    assert result.main.author in (None, "Nell Harrow")
    assert "\x00" not in result.main.text
    assert TEXT[-1] in result.main.text
    result.main.text.encode()
