"""Which names on a byline are outlets."""

from __future__ import annotations

import pytest

from aggregator.cleaning.furniture import outlet_of_byline
from aggregator.cleaning.lines import read_when


@pytest.mark.parametrize(
    ("byline", "outlet"),
    [
        ("By Nell Harrow, Tidewater Gazette", "Tidewater Gazette"),
        ("By Nell Harrow | Tidewater Gazette", "Tidewater Gazette"),
        ("By Nell Harrow, QNN", "QNN"),
        ("Von Tilda Brack, Mossel-Bote", "Mossel-Bote"),
        ("By Nell Harrow, Gazette staff writer", None),
        ("By Nell Harrow, Chief Business Correspondent, Online", "Online"),
        ("By Nell Harrow, MD", None),
        ("By Nell Harrow, Associated Press", None),
        ("By Nell Harrow, AFP", None),
        ("Par Odile Carme, rédactrice du Courrier", None),
    ],
)
def test_a_job_a_degree_or_an_agency_behind_a_writer_is_no_outlet(
    byline: str, outlet: str | None
) -> None:
    """Only a name of the press behind a writer's name is the outlet; what he is, is none."""
    assert outlet_of_byline(byline) == outlet


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        ("By Nell Harrow, Tidewater Gazette - 3 hours ago", "Tidewater Gazette"),
        ("By Nell Harrow, staff reporter, Daily desk - 3 hours ago", None),
        ("By Nell Harrow | Tidewater Gazette | 4 March 2026", "Tidewater Gazette"),
        ("By Nell Harrow | Gazette Staff Writer | 4 March 2026", None),
    ],
)
def test_beside_a_time_the_same_holds(line: str, outlet: str | None) -> None:
    """A byline that states a time names an outlet by the same signs as one without."""
    when = read_when(line)
    assert when is not None
    assert when.author == "Nell Harrow"
    assert when.outlet == outlet
