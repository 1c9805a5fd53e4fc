"""``aggregator dumps list`` and ``rejections list``."""

from __future__ import annotations

import pytest

from tests.running import FIXTURES, Cli

HOSTILE = FIXTURES / "hostile"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A store into which all the broken files were read."""
    folder = tmp_path_factory.mktemp("hostile")
    cli = Cli(folder, f"sqlite:///{folder / 'store.sqlite3'}")
    cli("ingest", HOSTILE, code=3)
    return cli


def test_the_counts_of_every_dump_add_up(hostile: Cli) -> None:
    rows = hostile.json("dumps", "list", "--limit", "100")
    assert len(rows) == len(list(HOSTILE.iterdir()))
    for row in rows:
        assert row["read"] == row["stored"] + row["known"] + row["rejected"]
        assert row["finished_at"] >= row["started_at"]


def test_the_latest_dump_comes_first(hostile: Cli) -> None:
    ids = [row["dump_id"] for row in hostile.json("dumps", "list", "--limit", "100")]
    assert ids == sorted(ids, reverse=True)


def test_every_rejection_is_kept_with_its_file_locator_and_reason(hostile: Cli) -> None:
    rejected = sum(row["rejected"] for row in hostile.json("dumps", "list", "--limit", "100"))
    rows = hostile.json("rejections", "list", "--limit", "1000")
    assert len(rows) == rejected > 20
    for row in rows:
        assert row["path"].startswith(str(HOSTILE))
        assert row["locator"]
        assert row["reason"]
        assert row["detail"]


def test_rejections_that_go_on_say_so(hostile: Cli) -> None:
    number = len(hostile.json("rejections", "list", "--limit", "1000"))
    assert "there are more" in hostile("rejections", "list", "--limit", str(number - 1)).err
    assert "there are more" not in hostile("rejections", "list", "--limit", str(number)).err


def test_rejections_are_narrowed_by_reason_dump_and_path(hostile: Cli) -> None:
    everything = hostile.json("rejections", "list", "--limit", "1000")
    path = str(HOSTILE / "broken-lines.jsonl")
    (dump,) = {row["dump_id"] for row in everything if row["path"] == path}
    for flags, fits in (
        (["--reason", "bad_json"], lambda row: row["reason"] == "bad_json"),
        (["--dump", str(dump)], lambda row: row["dump_id"] == dump),
        (["--path", path], lambda row: row["path"] == path),
        (["--path", path, "--reason", "empty"], lambda _row: False),
    ):
        left = hostile.json("rejections", "list", "--limit", "1000", *flags)
        assert left == [row for row in everything if fits(row)]


def test_a_reason_that_does_not_exist_is_a_mistake_of_usage(hostile: Cli) -> None:
    assert "bad_luck" in hostile("rejections", "list", "--reason", "bad_luck", code=2).err


def test_tables_name_every_file(hostile: Cli) -> None:
    out = "".join(hostile("rejections", "list", "--limit", "1000").out.split())
    for row in hostile.json("rejections", "list"):
        assert row["reason"] in out


def test_the_table_of_dumps_tells_the_minute(hostile: Cli) -> None:
    """Several readings of one day can be told apart."""
    started = hostile.json("dumps", "list")[0]["started_at"]
    assert started[:16].replace("T", " ") in hostile("dumps", "list").out


def test_a_store_without_rejections_says_so(shipped_store: Cli) -> None:
    assert shipped_store("rejections", "list").out == "No rejections.\n"


@pytest.mark.parametrize("command", ["dumps", "rejections"])
def test_csv_starts_with_the_fields_of_the_objects(hostile: Cli, command: str) -> None:
    header = hostile(command, "list", "--format", "csv").out.splitlines()[0].split(",")
    assert header == list(hostile.json(command, "list")[0])
