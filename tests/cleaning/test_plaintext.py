# ruff: noqa: E501 - invented pages, one line of a page on one line
"""Single signs of plain-text pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aggregator.cleaning import clean
from aggregator.core.model import Declared, Kind, Page, Record
from aggregator.core.options import CleaningOptions
from tests.cleaning.invented import main_of

CAPTURED = datetime(2026, 3, 4, 12, tzinfo=UTC)
TITLE = "Rowing club moves to the canal"
BODY = [
    "The council of Mossel Point voted on Tuesday to move the rowing club to the canal.",
    "Members said that the seals had left them no choice, and that the oars were ruined.",
    "The warden will count the animals until April, and a report follows in May this year.",
    "Nobody in the town objects to the plan, according to a survey by the local school.",
]
TRAM = "A retired driver recognised his first tram in a hen house near Ostley and bought it."
CHOIR = "Nine bakers who start work at two have founded a choir that sings to the ovens."


def cleaned(*lines: str, kind: Kind = Kind.TEXT, declared: Declared | None = None) -> Page:
    payload = "\n".join(lines).encode()
    record = Record("file", payload, kind, None, None, CAPTURED, declared or Declared())
    page = clean(record, CleaningOptions())
    assert isinstance(page, Page), page
    return page


@pytest.mark.parametrize(
    "scraps",
    [
        ["Read also: Bakers of Larchfield form a choir"],
        ["Related", "Bakers of Larchfield form a choir"],
        ["Related Articles", "Bakers of Larchfield form a choir", "Old tram finds its driver"],
        ["Advertisement"],
        ["Sign up for our newsletter"],
        ["Get the Tidewater app", "Scan the code to download it and read on the train."],
        ["Photo: Nell Harrow"],
        ["Seals rest on the pontoon. Photo: Nell Harrow/Tidewater via AP"],
        ["© Nell Harrow"],
        [TITLE],
    ],
)
def test_furniture_amid_a_text_leaves_the_text_whole(scraps: list[str]) -> None:
    main = main_of(cleaned(TITLE, *BODY[:2], *scraps, *BODY[2:]))
    assert main.text == "\n".join(BODY)


@pytest.mark.parametrize(
    "tail",
    [
        ["Edited by: Nell Harrow"],
        ["Reporting by Nell Harrow; editing by Ben Ost"],
        ["Read the original article on Tidewater Gazette"],
        ["Blue background", "Ask our AI assistant", "Comments", "No comments yet..."],
        ["12 Comments"],
        ["More in Sports MORE..."],
        ["Like what you read? Subscribe to our daily newsletter today."],
        ["Follow us on Facebook and Instagram."],
        ["Share", "Facebook", "WhatsApp", "© 2026 Tidewater Gazette"],
        ["Comments", "Anna", "2 hours ago", "What lovely beasts they are."],
        ["Published 4 March 2026"],
    ],
)
def test_furniture_behind_a_text_is_cut(tail: list[str]) -> None:
    assert main_of(cleaned(TITLE, *BODY, *tail)).text == "\n".join(BODY)


@pytest.mark.parametrize(
    "sentence",
    [
        "The app was downloaded by nine million people in its first week, the company said.",
        "Readers may subscribe to the new library from the first day of June onwards.",
        "He is survived by his wife, two sons and the newsletter that he edited for years.",
        "Comments on the plan may be sent to the council until the end of the month.",
        "Related industries lost two thousand jobs.",
        "The photo shows a seal.",
        "Video from the scene showed nothing but fog.",
        "Most people approve of the plan, according to a Reuters/Ipsos poll.",
        "The rocks appear in visible light images: a pale ring of chalk, which may hold fossils.",
        "It was, he told the agency, a mistake.",
        "It was signed by Reuters in 1851.",
        "Two hours ago it began to rain.",
        "You should follow the river until you see the bridge.",
    ],
)
def test_sentences_that_only_speak_of_such_things_stay(sentence: str) -> None:
    for at in range(1, 5):
        text = [*BODY[:at], sentence, *BODY[at:]]
        assert main_of(cleaned(TITLE, *text)).text == "\n".join(text)


def test_the_header_goes_to_its_fields_and_the_standfirst_to_the_text() -> None:
    standfirst = "Officials call the move temporary but necessary for the club"
    main = main_of(
        cleaned(
            "LOCAL", TITLE, standfirst, "By Jane Doe", "Published 3 March 2026, 10:35 CET", "Share",
            "Seals rest on the pontoon. (Nell Harrow/AFP)", "Seals rest on the pontoon. (Nell Harrow/AFP)",
            "3 min read", *BODY,
        )
    )  # fmt: skip
    assert main.text == "\n".join([standfirst, *BODY])
    assert (main.title, main.author, main.outlet) == (TITLE, "Jane Doe", None)
    assert main.published == datetime(2026, 3, 3, 9, 35, tzinfo=UTC)


def test_subheadings_stay_in_the_text() -> None:
    text = [*BODY[:2], "What happens next", *BODY[2:]]
    assert main_of(cleaned(TITLE, *text)).text == "\n".join(text)


def test_an_embedded_text_keeps_its_paragraphs_and_subheadings() -> None:
    page = cleaned(
        TITLE, *BODY, "Related Stories",
        "Old tram finds its driver", "Ferrous Daily", "2 hours ago", TRAM, "It had been painted green.",
        "A long restoration", "The work will take two years.",
        "Bakers form a choir", "Larch Courier", "5 hours ago", CHOIR,
    )  # fmt: skip
    first, second = page.embedded
    assert first.text.split("\n")[1:] == [
        "It had been painted green.", "A long restoration", "The work will take two years.",
    ]  # fmt: skip
    assert (second.title, second.text) == ("Bakers form a choir", CHOIR)


def test_blocks_without_times_need_only_titles() -> None:
    page = cleaned(
        TITLE,
        *BODY,
        "You might also like",
        "Old tram finds its driver",
        TRAM,
        "Bakers form a choir",
        CHOIR,
    )
    assert [(a.title, a.outlet, a.published) for a in page.embedded] == [
        ("Old tram finds its driver", None, None),
        ("Bakers form a choir", None, None),
    ]


def test_section_names_in_blocks_are_no_outlets() -> None:
    page = cleaned(
        TITLE, *BODY, "Related Articles", "World", "Old tram finds its driver", "2 hours ago", TRAM
    )
    assert [(a.title, a.outlet) for a in page.embedded] == [("Old tram finds its driver", None)]


def test_a_question_may_be_a_headline_where_the_page_shows_it() -> None:
    page = cleaned(
        "Who moved the club?",
        "Tidewater Gazette3 hours ago",
        *BODY,
        "Related Articles",
        "Is the tram back?",
        "Ferrous Daily2 hours ago",
        TRAM,
    )
    assert main_of(page).title == "Who moved the club?"
    assert [a.title for a in page.embedded] == ["Is the tram back?"]


def test_calls_and_credits_behind_a_flattened_text_are_cut() -> None:
    texts = [f"{TRAM} Want more? Subscribe.", f"{CHOIR} With agency reports"]
    page = cleaned(
        TITLE,
        *BODY,
        "Related Articles",
        "One old tram",
        "1 hour ago",
        texts[0],
        "One night choir",
        "2 hours ago",
        texts[1],
    )
    assert [a.text for a in page.embedded] == [TRAM, CHOIR]


def test_lines_broken_at_a_fixed_width_are_joined() -> None:
    page = cleaned(
        "ROWING CLUB MOVES TO CANAL",
        "",
        "The council of Mossel Point voted on Tuesday to move the",
        "rowing club to the canal after a long debate. Members said",
        "that the seals had left them no choice in the matter, and",
        "that the oars were ruined.",
        "",
        "The warden will count the animals until April, and a report",
        "will follow in May.",
    )
    assert len(main_of(page).text.split("\n")) == 2
    assert main_of(page).title == "ROWING CLUB MOVES TO CANAL"


def test_an_original_outlet_named_behind_the_text_is_the_outlet() -> None:
    page = cleaned(TITLE, *BODY, "This article was originally published on Tidewater Gazette.")
    assert main_of(page).outlet == "Tidewater Gazette"
    assert main_of(page).text == "\n".join(BODY)


def test_extracted_fields_are_taken_as_declared() -> None:
    said = Declared(
        TITLE, "Jane Doe", "Tidewater", "2026-03-03T10:00:00+01:00", None, "en_GB", "Local"
    )
    main = main_of(
        cleaned(TITLE, *BODY, "Edited by: Nell Harrow", kind=Kind.FIELDS, declared=said)
    )
    assert main.text == "\n".join([*BODY, "Edited by: Nell Harrow"])
    assert (main.title, main.outlet, main.language) == (TITLE, "Tidewater", "en")
    assert main.published == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_extracted_fields_are_split_only_at_dated_blocks() -> None:
    lines = [
        *BODY,
        "Related Articles",
        "Old tram finds its driver",
        "Ferrous Daily2 hours ago",
        TRAM,
    ]
    page = cleaned(*lines, kind=Kind.FIELDS)
    assert main_of(page).text == "\n".join(BODY)
    assert [a.text for a in page.embedded] == [TRAM]
    undated = cleaned(*BODY, "Related Articles", BODY[0], kind=Kind.FIELDS)
    assert main_of(undated).text == "\n".join([*BODY, "Related Articles", BODY[0]])


@pytest.mark.parametrize("date", ["0000-00-00", "9999-12-31", "yesterday-ish", "2027-05-05"])
def test_a_declared_date_that_cannot_be_is_a_warning(date: str) -> None:
    page = cleaned(*BODY, kind=Kind.FIELDS, declared=Declared(published=date))
    assert main_of(page).published is None
    assert any(date in warning for warning in page.warnings)
