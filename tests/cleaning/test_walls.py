"""Pages that hold a wall, a form or labels where an article should stand are rejected."""

from __future__ import annotations

import pytest

from aggregator.cleaning import clean
from aggregator.core.model import Kind, Page, Reason, Record, Rejection
from aggregator.core.options import CleaningOptions
from tests.cleaning.invented import LANGUAGES, cleaned, main_of

WALLS = [
    ["Featured Video"],
    ["Play", "Next clip", "More clips"],
    ["We use cookies to improve our pages.", "Some cookies are needed for the shop to work."],
    ["Wir verwenden Cookies auf unserer Seite.", "Mehr über Cookies steht in der Erklärung."],
    ["Your e-mail address will not be published. Required fields are marked *"],
    ["Log in to continue reading.", "You have used all of your free articles this month."],
    ["Please enable JavaScript and reload.", "Checking your browser before you go on."],
    ["The page you are looking for does not exist.", "It may be gone."],
    ["Pour lire la suite, abonnez-vous.", "Déjà abonné ?"],
    ["Чтобы продолжить чтение, войдите на сайт.", "Подпишитесь на нас."],
]


def result(kind: Kind, lines: list[str]) -> Page | Rejection:
    """What cleaning makes of a page with the given lines."""
    text = "\n".join(lines)
    if kind is Kind.HTML:
        body = "".join(f"<p>{line}</p>" for line in lines)
        text = f"<html><body><h1>Harbour seals</h1><div>{body}</div></body></html>"
    return clean(Record("file", text.encode(), kind), CleaningOptions())


@pytest.mark.parametrize("kind", [Kind.HTML, Kind.TEXT])
@pytest.mark.parametrize("lines", WALLS, ids=lambda lines: lines[0][:20])
def test_a_page_of_furniture_alone_holds_no_text(lines: list[str], kind: Kind) -> None:
    """Neither labels nor notices to the reader are stored as an article."""
    refusal = result(kind, lines)
    assert isinstance(refusal, Rejection), refusal
    assert refusal.reason is Reason.NO_TEXT


@pytest.mark.parametrize("kind", [Kind.HTML, Kind.TEXT])
@pytest.mark.parametrize(
    "line",
    [
        "The seals left.",
        "Cookies were baked for the seals by nine people who had nothing else to do at night.",
        "A robot counted the seals of Mossel Point.",
        "The council logged in the seals one by one and published their names.",
    ],
)
def test_a_short_text_of_its_own_is_an_article(line: str, kind: Kind) -> None:
    """Words of walls and forms in a sentence of a story make no wall of it."""
    page = result(kind, [line])
    assert isinstance(page, Page)
    assert main_of(page).text == line


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_for_comments_leaves_the_text(language: str) -> None:
    """What stands at the fields of a form is cut wherever it stands."""
    title, _, text = LANGUAGES[language].main
    form = "Your email address will not be published. Required fields are marked *"
    assert main_of(cleaned([title, "", *text, form])).text.split("\n") == text
