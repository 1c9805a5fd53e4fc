"""``aggregator clusters list`` and ``show``."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.running import Cli

LIST_FIELDS = {
    "cluster_id",
    "size",
    "outlets",
    "canonical",
    "first_published_at",
    "last_published_at",
    "languages",
}
MEMBER_FIELDS = {
    "article_id",
    "role",
    "title",
    "url",
    "page_url",
    "outlet",
    "published_at",
    "relation",
    "resemblance",
    "containment",
    "containment_reverse",
    "is_canonical",
}
FERRY = "https://www.meridianpress.example/2026/10/03/estmark-ferry-cape-orlow"


@pytest.fixture(scope="module")
def listed(shipped_store: Cli) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = shipped_store.json("clusters", "list", "--limit", "1000")
    return rows


@pytest.fixture(scope="module")
def ferry(shipped_store: Cli, listed: list[dict[str, Any]]) -> dict[str, Any]:
    """The largest story, as shown."""
    shown: dict[str, Any] = shipped_store.json("clusters", "show", listed[0]["cluster_id"])
    return shown


def test_a_listed_story_has_the_public_fields(listed: list[dict[str, Any]]) -> None:
    for row in listed:
        assert set(row) == LIST_FIELDS
        assert set(row["canonical"]) == {
            *("article_id", "title", "url", "outlet", "published_at"),
        }


def test_the_largest_come_first_then_the_newest(listed: list[dict[str, Any]]) -> None:
    order = [(row["size"], row["last_published_at"] or "", row["cluster_id"]) for row in listed]
    assert order == sorted(order, reverse=True)
    assert order[0][0] == 8


def test_without_a_limit_there_are_fifty(shipped_store: Cli) -> None:
    assert len(shipped_store.json("clusters", "list")) == 50


@pytest.mark.parametrize("format_", ["table", "json", "jsonl", "csv"])
@pytest.mark.parametrize("listed", ["clusters", "articles", "dumps"])
def test_a_list_that_goes_on_says_so_and_a_whole_one_does_not(
    shipped_store: Cli, listed: str, format_: str
) -> None:
    """On standard error, whatever the format: nobody takes a part for the whole."""
    number = len(shipped_store.json(listed, "list", "--limit", "1000"))
    limit = (listed, "list", "--format", format_, "--limit")
    assert "there are more" not in shipped_store(*limit, str(number)).err
    assert "there are more" not in shipped_store(*limit, "1", "--offset", str(number - 1)).err
    done = shipped_store(*limit, str(number - 1))
    assert "there are more" in done.err
    assert "there are more" not in done.out


@pytest.mark.parametrize(
    "flags",
    [
        ("clusters", "list", "--limit"),
        ("clusters", "list", "--offset"),
        ("clusters", "list", "--min-size"),
        ("rejections", "list", "--dump"),
    ],
)
def test_a_number_that_no_database_has_is_refused(
    shipped_store: Cli, flags: tuple[str, ...]
) -> None:
    assert flags[-1] in shipped_store(*flags, str(2**63), code=2).err
    shipped_store(*flags, "1000000000")


def test_limit_and_offset_cut_the_same_list(
    shipped_store: Cli, listed: list[dict[str, Any]]
) -> None:
    part = shipped_store.json("clusters", "list", "--limit", "7", "--offset", "3")
    assert part == listed[3:10]


@pytest.mark.parametrize(
    ("flags", "fits"),
    [
        (["--min-size", "3"], lambda row: row["size"] >= 3),
        (["--language", "fa"], lambda row: "fa" in row["languages"]),
        (
            ["--since", "2026-11-01"],
            lambda row: (row["last_published_at"] or "") >= "2026-11-01T00:00:00Z",
        ),
        (
            ["--until", "2026-10-03"],
            lambda row: (row["first_published_at"] or "~") < "2026-10-04T00:00:00Z",
        ),
        (
            ["--since", "2026-10-03T15:00:00Z", "--until", "2026-10-03T16:00:00+00:00"],
            lambda row: (
                (row["last_published_at"] or "") >= "2026-10-03T15:00:00Z"
                and row["first_published_at"] <= "2026-10-03T16:00:00Z"
            ),
        ),
    ],
    ids=["size", "language", "since", "until", "both"],
)
def test_a_filter_leaves_exactly_what_fits(
    shipped_store: Cli, listed: list[dict[str, Any]], flags: list[str], fits: Any
) -> None:
    left = shipped_store.json("clusters", "list", "--limit", "1000", *flags)
    assert left == [row for row in listed if fits(row)]
    assert 0 < len(left) < len(listed)


def test_the_outlet_of_any_member_counts_in_capitals_or_not(shipped_store: Cli) -> None:
    rows = shipped_store.json("clusters", "list", "--outlet", "CASTERMOOR post")
    assert rows
    for row in rows:
        members = shipped_store.json("clusters", "show", row["cluster_id"])["members"]
        assert "Castermoor Post" in {member["outlet"] for member in members}


def test_a_shown_story_has_the_public_fields_of_every_member(ferry: dict[str, Any]) -> None:
    assert set(ferry) >= LIST_FIELDS | {"members", "canonical_reason"}
    assert ferry["canonical_reason"] == "earliest_published"
    assert len(ferry["members"]) == ferry["size"] == 8
    assert all(set(member) >= MEMBER_FIELDS for member in ferry["members"])


def test_the_canonical_comes_first_and_the_others_by_time(ferry: dict[str, Any]) -> None:
    first, *others = ferry["members"]
    assert first["is_canonical"] is True
    assert first["relation"] is None
    assert first["article_id"] == ferry["canonical"]["article_id"]
    assert [member["is_canonical"] for member in others] == [False] * 7
    times = [member["published_at"] or "~" for member in others]
    assert times == sorted(times)


def test_every_copy_says_how_it_differs(ferry: dict[str, Any]) -> None:
    told = {member["outlet"]: member["differences"] for member in ferry["members"][1:]}
    assert told["Port Orlow Courier"] == "other title; same words"
    assert told["The Valley Lantern"].startswith("other title; lacks ")
    assert told["The Valley Lantern"].endswith(" at the end")


def test_a_story_is_found_by_its_own_id_a_former_one_and_an_articles(
    shipped_store: Cli, ferry: dict[str, Any]
) -> None:
    member = ferry["members"][-1]["article_id"]
    for name in (ferry["cluster_id"], f"c{member[1:]}", member):
        assert shipped_store.json("clusters", "show", name) == ferry


def test_an_unknown_id_is_a_failure_in_one_line(shipped_store: Cli) -> None:
    done = shipped_store("clusters", "show", "c0123", code=1)
    assert done.err == "aggregator: c0123: no story or article has this id\n"


def test_csv_has_a_header_and_the_same_rows(
    shipped_store: Cli, listed: list[dict[str, Any]]
) -> None:
    text = shipped_store("clusters", "list", "--limit", "1000", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["cluster_id"] for row in rows] == [row["cluster_id"] for row in listed]
    assert [row["canonical_title"] or None for row in rows] == [
        row["canonical"]["title"] for row in listed
    ]


def test_json_lines_are_the_same_objects(shipped_store: Cli, listed: list[dict[str, Any]]) -> None:
    assert (
        shipped_store("clusters", "list", "--limit", "9", "--format", "jsonl").lines()
        == (listed[:9])
    )


@pytest.mark.parametrize("columns", ["60", "80", "120"])
def test_a_table_fits_its_width_without_colour_and_cuts_no_id(
    shipped_store: Cli, listed: list[dict[str, Any]], columns: str
) -> None:
    done = shipped_store("clusters", "list", "--limit", "5", env={"COLUMNS": columns})
    assert "\x1b" not in done.out
    assert max(map(len, done.out.splitlines())) <= int(columns)
    for row in listed[:5]:
        assert row["cluster_id"] in done.out


def test_a_shown_table_names_every_member_and_cuts_no_address(
    shipped_store: Cli, ferry: dict[str, Any]
) -> None:
    out = shipped_store("clusters", "show", ferry["cluster_id"]).out
    for member in ferry["members"]:
        assert member["article_id"] in out
        assert (member["url"] or "") in out


def test_an_empty_list_is_empty_in_every_format(shipped_store: Cli) -> None:
    nothing = ("clusters", "list", "--outlet", "Nobody")
    assert shipped_store.json(*nothing) == []
    assert shipped_store(*nothing, "--format", "jsonl").out == ""
    assert shipped_store(*nothing, "--format", "csv").out.startswith("cluster_id,size,")
    assert shipped_store(*nothing).out == "No stories.\n"
