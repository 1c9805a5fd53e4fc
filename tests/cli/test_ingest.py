"""``aggregator ingest``, run as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.running import FIXTURES, Cli, Result

FERRY = FIXTURES / "dumps" / "crawl-ferry.warc.gz"
ODD = FIXTURES / "dumps" / "odd"
HOSTILE = FIXTURES / "hostile"

STORY = " ".join(f"The {n}th word of this story says something of its own." for n in range(20))


@pytest.fixture(scope="module")
def ferry(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cli, Result]:
    """A store into which one dump was read, and what was said of it."""
    folder = tmp_path_factory.mktemp("ferry")
    cli = Cli(folder, f"sqlite:///{folder / 'store.sqlite3'}")
    return cli, cli("ingest", FERRY)


def test_the_summary_is_data_whose_counts_add_up(cli: Cli) -> None:
    said = cli("ingest", FERRY, "--format", "json").json()
    assert said["dumps"] == 1
    assert said["read"] == said["stored"] + said["known"] + said["rejected"] == 6
    assert (said["ignored"], said["new_articles"], said["articles"]) == (11, 6, 6)
    assert said["clusters"] == 1


def test_the_summary_for_people_names_the_same_counts(ferry: tuple[Cli, Result]) -> None:
    _cli, done = ferry
    assert "6 records read from 1 dump = 6 stored + 0 known + 0 rejected" in done.out
    assert "the store has 6 articles in 1 story (0 before)" in done.out
    assert f"{FERRY}: 6 read, 6 stored, 11 ignored" in done.err


def test_a_second_run_says_that_nothing_changed(ferry: tuple[Cli, Result]) -> None:
    cli, _done = ferry
    before = cli("export").out
    done = cli("ingest", FERRY)
    assert "Nothing changed: 6 articles in 1 story, as before." in done.out
    assert cli("export").out == before


def test_no_progress_bar_is_drawn_where_there_is_no_terminal(ferry: tuple[Cli, Result]) -> None:
    _cli, done = ferry
    assert "\x1b" not in done.err


def test_no_control_character_of_a_file_name_reaches_the_terminal(
    cli: Cli, tmp_path: Path
) -> None:
    dump = tmp_path / "red\x1b[31m.jsonl"
    dump.write_text('{"text": \n')
    assert "\x1b" not in cli("ingest", dump, code=3).err


def test_a_line_end_in_a_file_name_breaks_no_line(cli: Cli, tmp_path: Path) -> None:
    dump = tmp_path / "two\nlines.jsonl"
    dump.write_text(json.dumps({"text": STORY}) + '\n{"text": \n')
    lines = cli("ingest", dump, code=3).err.splitlines()
    assert [
        line for line in lines if "lines.jsonl" in line and "two lines.jsonl" not in line
    ] == []
    assert any("two lines.jsonl: 2 read" in line for line in lines)


def test_rejections_are_told_by_reason_with_file_and_locator_and_exit_with_3(cli: Cli) -> None:
    done = cli("ingest", HOSTILE / "broken-lines.jsonl", HOSTILE / "empty.txt", code=3)
    assert "aggregator: rejected: " in done.err
    assert f"{HOSTILE / 'broken-lines.jsonl'}: line 2: " in done.err
    assert f"{HOSTILE / 'empty.txt'}: file: no bytes" in done.err
    assert "aggregator: " not in done.out


def test_many_rejections_are_cut_short_with_a_word_on_where_the_rest_is(
    cli: Cli, tmp_path: Path
) -> None:
    dump = tmp_path / "bad.jsonl"
    dump.write_text('{"text": \n' * 50)
    done = cli("ingest", dump, code=3)
    assert done.err.count(f"{dump}: line ") == 3
    assert "see `aggregator rejections list --reason bad_json`" in done.err


def test_a_path_that_does_not_exist_makes_no_store_and_exits_with_2(
    cli: Cli, tmp_path: Path
) -> None:
    done = cli("ingest", "nowhere.warc", code=2)
    assert done.err == "aggregator: nowhere.warc: no such file or folder\n"
    assert list(tmp_path.iterdir()) == []


def test_standard_input_is_read_as_a_dump(cli: Cli) -> None:
    with FERRY.open("rb") as stream:
        cli("ingest", "-", stdin=stream)
    assert [row["path"] for row in cli.json("dumps", "list")] == ["-"]


def test_the_flags_say_what_the_dump_does_not(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(STORY)
    cli(
        *("ingest", "story.txt", "--outlet", "Valley Wire", "--date", "2026-10-03"),
        *("--language", "en", "--url", "https://valley.example/story?utm_source=x"),
    )
    (article,) = cli.json("articles", "list")
    assert article["outlet"] == "Valley Wire"
    assert article["published_at"] == "2026-10-03T00:00:00Z"
    assert article["language"] == "en"
    assert article["url"] == "https://valley.example/story"


def test_a_mapping_names_the_keys_of_a_dump(cli: Cli, tmp_path: Path) -> None:
    row = {"h1": "A fair title", "doc": {"plain": STORY}, "where": "https://valley.example/1"}
    (tmp_path / "dump.jsonl").write_text(json.dumps(row) + "\n")
    fields = ("--map", "title=h1", "--map", "text=doc.plain", "--map", "url=where")
    cli("ingest", "dump.jsonl", *fields)
    (article,) = cli.json("articles", "list")
    assert (article["title"], article["url"]) == (row["h1"], row["where"])


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--date", "yesterday"], "--date: 'yesterday' is no time"),
        (["--date", "2026-10-03T10:00:00"], "is no time"),
        (["--url", "ftp://x.example/"], "--url: 'ftp://x.example/' is no http or https address"),
        (["--map", "headline=h1"], "--map: 'headline=h1' is no NAME=KEY"),
        (["--language", "English"], "--language: 'English' is no code"),
    ],
)
def test_a_flag_that_cannot_be_so_is_a_mistake_of_usage(
    cli: Cli, flags: list[str], message: str
) -> None:
    assert message in cli("ingest", FERRY, *flags, code=2).err


def test_one_address_for_several_dumps_is_refused(cli: Cli) -> None:
    done = cli("ingest", ODD, "--url", "https://valley.example/", code=2)
    assert "--url: one page has this address, and 4 dumps are given" in done.err


def test_all_formats_hold_the_same_summary(ferry: tuple[Cli, Result]) -> None:
    cli, _done = ferry
    line = json.loads(cli("ingest", FERRY, "--format", "jsonl").out)
    header, row = cli("ingest", FERRY, "--format", "csv").out.splitlines()
    named = dict(zip(header.split(","), row.split(","), strict=True))
    assert {name: named[name] for name in ("read", "known", "articles")} == {
        name: str(line[name]) for name in ("read", "known", "articles")
    }
