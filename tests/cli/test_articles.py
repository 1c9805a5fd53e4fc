"""``aggregator articles list`` and ``show``."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.running import FIXTURES, Cli

TUNNEL = "https://www.castermoorpost.example/estmark/2026-11-09/hallbeck-tunnel"


@pytest.fixture(scope="module")
def listed(shipped_store: Cli) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = shipped_store.json("articles", "list", "--limit", "1000")
    return rows


@pytest.fixture(scope="module")
def tunnel(shipped_store: Cli) -> dict[str, Any]:
    """An article that was delivered in three texts."""
    found: dict[str, Any] = shipped_store.json("articles", "show", TUNNEL)
    return found


def test_every_article_is_listed_once_the_newest_first(listed: list[dict[str, Any]]) -> None:
    assert len({row["article_id"] for row in listed}) == len(listed) == 107
    dated = [row["published_at"] for row in listed if row["published_at"]]
    assert dated == sorted(dated, reverse=True)
    assert [row["published_at"] for row in listed[len(dated) :]] == [None] * (107 - len(dated))


@pytest.mark.parametrize(
    ("flags", "fits"),
    [
        (["--role", "embedded"], lambda row: row["role"] == "embedded"),
        (["--outlet", "castermoor post"], lambda row: row["outlet"] == "Castermoor Post"),
        (["--language", "ja"], lambda row: row["language"] == "ja"),
        (
            ["--since", "2026-11-01", "--until", "2026-11-10"],
            lambda row: "2026-11-01" <= (row["published_at"] or "")[:10] <= "2026-11-10",
        ),
    ],
    ids=["role", "outlet", "language", "time"],
)
def test_a_filter_leaves_exactly_what_fits(
    shipped_store: Cli, listed: list[dict[str, Any]], flags: list[str], fits: Any
) -> None:
    left = shipped_store.json("articles", "list", "--limit", "1000", *flags)
    assert left == [row for row in listed if fits(row)]
    assert 0 < len(left) < len(listed)


def test_flags_are_true_and_false_and_counts_are_numbers(listed: list[dict[str, Any]]) -> None:
    assert {type(row["is_canonical"]) for row in listed} == {bool}
    assert {type(row["short"]) for row in listed} == {bool}
    assert {type(row["word_count"]) for row in listed} == {int}


def test_an_article_shows_its_latest_text_and_its_revisions(tunnel: dict[str, Any]) -> None:
    assert tunnel["title"] == "All nine drivers out of flooded Hallbeck tunnel"
    assert tunnel["text"].startswith("All nine drivers")
    assert [each["is_latest"] for each in tunnel["revisions"]] == [True, False, False]
    assert [each["path"] for each in tunnel["deliveries"]] == [
        str(FIXTURES / "dumps" / "revisions.jsonl")
    ] * len(tunnel["deliveries"])


def test_an_article_is_found_by_its_id_as_by_its_address(
    shipped_store: Cli, tunnel: dict[str, Any]
) -> None:
    assert shipped_store.json("articles", "show", tunnel["article_id"]) == tunnel
    assert shipped_store.json("articles", "show", TUNNEL + "?utm_source=feed#top") == tunnel


def test_an_embedded_article_is_found_by_its_own_link(
    shipped_store: Cli, listed: list[dict[str, Any]]
) -> None:
    links = [row["url"] for row in listed if row["role"] == "embedded" and row["url"]]
    (link,) = [url for url in links if url.endswith("/90398")]
    assert shipped_store.json("articles", "show", link)["url"] == link


def test_a_link_of_several_articles_names_them(shipped_store: Cli, tmp_path: Path) -> None:
    shutil.copy(shipped_store.folder / "store.sqlite3", tmp_path / "copy.sqlite3")
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as connection, connection:
        linked = "UPDATE articles SET url = 'https://x.example/' WHERE role = 'embedded'"
        assert connection.execute(linked).rowcount > 1
    cli = Cli(tmp_path, f"sqlite:///{tmp_path / 'copy.sqlite3'}")
    errors = cli("articles", "show", "https://x.example/", code=1).err
    assert "several articles have this address: a" in errors


def test_people_read_text_revisions_and_matches(
    shipped_store: Cli, tunnel: dict[str, Any]
) -> None:
    out = shipped_store("articles", "show", TUNNEL).out
    assert "3 revisions, the latest first" in out
    assert " ".join(tunnel["text"].split()) in " ".join(out.split())


def test_what_was_stored_differently_is_a_warning(cli: Cli) -> None:
    cli("ingest", FIXTURES / "hostile" / "dates.jsonl")
    for row in cli.json("articles", "list"):
        assert row["published_at"] is None
        (warning,) = cli.json("articles", "show", row["article_id"])["warnings"]
        assert "date" in warning


def test_control_characters_of_a_page_do_not_reach_the_terminal(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "dump.jsonl").write_text(
        '{"url": "https://east.example/a", "title": "Red \\u001b[31m alert \\u202e", "text": "'
        + "Some plain words that make a text. " * 20
        + '"}\n'
    )
    cli("ingest", "dump.jsonl")
    for command in (("clusters", "list"), ("articles", "list"), ("articles", "show")):
        more = [] if command[1] == "list" else ["https://east.example/a"]
        out = cli(*command, *more).out
        assert "\x1b" not in out
        assert "\u202e" not in out
