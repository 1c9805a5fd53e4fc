"""``aggregator config show``, and where settings come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import Cli


def shown(cli: Cli, *args: str | Path, **more: dict[str, str]) -> dict[str, tuple[object, str]]:
    rows = cli(*args, "config", "show", "--format", "json", **more).json()
    return {row["name"]: (row["value"], row["origin"]) for row in rows}


def test_every_setting_is_shown_with_its_origin(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("batch_records: 7\nmatching:\n  window_days: 3\n")
    values = shown(cli)
    assert values["batch_records"] == (7, "config.yaml")
    assert values["matching.window_days"] == (3, "config.yaml")
    assert values["workers"] == (2, "AGGREGATOR_WORKERS")
    assert values["cleaning.max_depth"][1] == "default"


def test_a_flag_goes_over_the_environment_before_and_behind_the_command(
    cli: Cli, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    assert shown(cli, "--database", url)["database_url"] == (url, "command line")
    behind = cli("config", "show", "--database", url, "--format", "csv").out
    assert f"database_url,{url},command line" in behind


def test_a_settings_file_is_named_before_or_behind_the_command(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("batch_records: 9\n")
    assert shown(cli, "--config", "mine.yaml")["batch_records"] == (9, "mine.yaml")
    behind = cli("config", "show", "--config", "mine.yaml", "--format", "csv").out
    assert "batch_records,9,mine.yaml" in behind


@pytest.mark.parametrize("format_", ["table", "json", "jsonl", "csv"])
def test_a_password_is_never_shown(cli: Cli, format_: str) -> None:
    url = "postgresql://me:hush@db.example/news"
    done = cli("config", "show", "--database", url, "--format", format_)
    assert "hush" not in done.out + done.err
    assert "me:***@db.example" in done.out


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"AGGREGATOR_WORKER": "1"}, "AGGREGATOR_WORKER"),
        ({"AGGREGATOR_WORKERS": "many"}, "AGGREGATOR_WORKERS"),
        ({"AGGREGATOR_DATABASE_URL": "news.db"}, "AGGREGATOR_DATABASE_URL"),
    ],
)
def test_a_mistake_in_the_settings_is_named_and_exits_with_2(
    cli: Cli, env: dict[str, str], message: str
) -> None:
    done = cli("config", "show", env=env, code=2)
    assert message in done.err
    assert done.err.startswith("aggregator: ")
