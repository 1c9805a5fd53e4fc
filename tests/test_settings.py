"""Settings come from flags, environment, file and defaults; every mistake is named."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.core.canonical import CanonicalRule
from aggregator.settings import (
    Settings,
    SettingsError,
    available_cores,
    known_paths,
    load_settings,
    mask_password,
    variable_name,
)

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def bare_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("AGGREGATOR_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


# -- where values come from ------------------------------------------------------------------


def test_without_a_file_the_defaults_hold_and_the_database_is_in_the_working_directory(
    tmp_path: Path,
) -> None:
    loaded = load_settings()
    assert loaded.database_url == f"sqlite:///{tmp_path}/aggregator.sqlite3"
    assert loaded.matching == Settings().matching
    assert loaded.worker_count() == available_cores()


def test_config_yaml_of_the_working_directory_is_read(tmp_path: Path) -> None:
    write(tmp_path / "config.yaml", "workers: 3\n")
    assert load_settings().worker_count() == 3


def test_a_flag_wins_over_the_environment_over_the_file_over_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(
        tmp_path / "my.yaml",
        "workers: 1\nbatch_records: 1\nmatching: {window_days: 1, short_main_words: 1}\n",
    )
    monkeypatch.setenv("AGGREGATOR_BATCH_RECORDS", "2")
    monkeypatch.setenv("AGGREGATOR_MATCHING__WINDOW_DAYS", "2")
    loaded = load_settings(file, {"matching": {"window_days": 3}, "batch_records": None})
    assert loaded.workers == 1
    assert loaded.batch_records == 2
    assert dataclasses.asdict(loaded.matching) == {
        **dataclasses.asdict(Settings().matching),
        "window_days": 3,
        "short_main_words": 1,
    }


def test_the_file_may_be_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGREGATOR_CONFIG", str(write(tmp_path / "other.yaml", "workers: 5\n")))
    assert load_settings().workers == 5


def test_lists_and_whole_sections_can_be_set_by_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AGGREGATOR_CANONICAL__RULES", '["longest", "article_id"]')
    monkeypatch.setenv("AGGREGATOR_MATCHING", '{"window_days": 4}')
    loaded = load_settings()
    assert loaded.canonical.rules == (CanonicalRule.LONGEST, CanonicalRule.ARTICLE_ID)
    assert loaded.matching.window_days == 4


@pytest.mark.parametrize("path", known_paths(), ids=".".join)
def test_every_key_can_be_set_by_its_variable(
    path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {
        "database_url": "sqlite:////tmp/x",
        "rules": '["longest"]',
        "preferred_outlets": "[]",
        "sources": "[]",
        "log_format": "json",
        "host": "::1",
    }
    usual = "1" if path[-1].endswith("_share") else "7"
    values["max_memory_bytes"] = "100000000"
    monkeypatch.setenv(variable_name(path), values.get(path[-1], usual))
    value: object = load_settings().masked()
    for part in path:
        assert isinstance(value, dict)
        value = value[part]
    assert value in (7, 1, 100_000_000, "sqlite:////tmp/x", ["longest"], [], "json", "::1")


def test_sections_without_keys_keep_their_defaults(tmp_path: Path) -> None:
    file = write(tmp_path / "my.yaml", "matching:\n  # window_days: 3\ncleaning:\n")
    assert load_settings(file).matching == Settings().matching


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    assert (
        load_settings(write(tmp_path / "my.yaml", "# nothing\n")).batch_records
        == Settings().batch_records
    )


# -- the database's place --------------------------------------------------------------------


@pytest.mark.parametrize("content", ["", "database_url: sqlite:///aggregator.sqlite3\n"])
def test_a_relative_database_of_the_file_lies_beside_the_file(
    content: str, tmp_path: Path
) -> None:
    (tmp_path / "etc").mkdir()
    loaded = load_settings(write(tmp_path / "etc" / "my.yaml", content))
    assert loaded.database_url == f"sqlite:///{tmp_path}/etc/aggregator.sqlite3"


def test_relative_paths_of_sources_start_at_the_files_folder(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    text = "sources: [{name: a, path: in, move_to: ../done}, {name: b, path: /in/*.warc}]\n"
    one, other = load_settings(write(tmp_path / "etc" / "my.yaml", text)).sources
    assert (one.path, one.move_to) == (f"{tmp_path}/etc/in", f"{tmp_path}/etc/../done")
    assert (other.path, other.move_to) == ("/in/*.warc", None)


def test_a_relative_database_of_a_flag_lies_in_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    file = write(tmp_path / "etc" / "my.yaml", "")
    loaded = load_settings(file, {"database_url": "sqlite:///a b.db?timeout=3"})
    assert loaded.database_url == f"sqlite:///{tmp_path}/a b.db?timeout=3"


@pytest.mark.parametrize(
    "url", ["sqlite:////var/x.db", "postgresql://u@h/db", "postgresql+psycopg://u:p@h:1/db?a=b"]
)
def test_a_complete_database_url_is_taken_as_it_is(url: str) -> None:
    assert load_settings(overrides={"database_url": url}).database_url == url


# -- mistakes --------------------------------------------------------------------------------

MISTAKES = {
    "workrs: 3": "workrs: no such setting (did you mean workers?)",
    "matching: {windw_days: 3}": "matching.windw_days: no such setting"
    " (did you mean matching.window_days?)",
    "_env_file: x": "_env_file: no such setting",
    "workers: many": "workers: must be a valid integer",
    "workers: true": "workers: must not be true or false",
    "workers: 1.5": "workers: must be a valid integer",
    "workers:": "workers: must be a valid integer",
    "workers: [1]": "workers: must be a valid integer",
    "workers: -1": "workers: must be 0 or more",
    "workers: 99999999999999999999": "workers: must be at most",
    "batch_records: 0": "batch_records: must be more than 0",
    "cleaning: {page_seconds: .nan}": "cleaning.page_seconds: must be more than 0",
    "cleaning: {page_seconds: .inf}": "cleaning.page_seconds: must be at most",
    "cleaning: {max_memory_bytes: 1000}": "cleaning.max_memory_bytes: must be at least 100000000",
    "matching: 5": "matching: must be a section",
    "matching: [1]": "matching: must be a section",
    "canonical: {rules: [newest]}": "canonical.rules: item 1 must be 'preferred_outlets'",
    "canonical: {preferred_outlets: Reuters}": "canonical.preferred_outlets: must be a valid",
    "sources: 5": "sources: must be a valid list",
    "sources: [5]": "sources: item 1 must be a section with keys of its own",
    "sources: [{name: wire}]": "sources.wire.path: must be given",
    "sources: [{path: x}]": "sources.item 1.name: must be given",
    "sources: [{name: wire, path: x, schedul: 1m}]": "sources.wire.schedul: no such setting"
    " (did you mean schedule?)",
    "sources: [{name: wire, path: x, finished: burn}]": "sources.wire.finished: must be 'keep'",
    "sources: [{name: wire, path: x, mapping: {title: [a]}}]": "sources.wire.mapping.title: must",
    "daemon: {log_format: xml}": "daemon.log_format: must be 'auto', 'human' or 'json'",
    "database_url: 5": "database_url: must be a valid string",
    "database_url: news.sqlite3": "database_url: must be a database URL",
    "database_url: mysql://u@h/d": "database_url: must be a database URL",
    "database_url: 'sqlite://'": "database_url: an SQLite database needs a file",
    "workers: 1\nworkers: 2": "line 2, column 1: the key workers stands here a second time",
    "workers: [": "not YAML: line 1",
    "workers: 'x": "not YAML: line 1",
    "- workers": "must hold keys with values, not a list",
    "workers": "must hold keys with values, not a text",
    "? [a, b]\n: 1": "not YAML: line 1, column 3",
}


@pytest.mark.parametrize(("content", "message"), MISTAKES.items(), ids=MISTAKES)
def test_a_mistake_in_the_file_is_named_with_the_file(
    content: str, message: str, tmp_path: Path
) -> None:
    file = write(tmp_path / "my.yaml", content)
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("AGGREGATOR_WORKRS", "3", "no such setting (did you mean AGGREGATOR_WORKERS?)"),
        ("AGGREGATOR_MATCHING_WINDOW_DAYS", "3", "AGGREGATOR_MATCHING__WINDOW_DAYS?"),
        ("AGGREGATOR_MATCHING__WINDOW", "3", "no such setting"),
        ("aggregator_nonsense", "3", "no such setting"),
        ("aggregator_workers", "3", "no such setting (did you mean AGGREGATOR_WORKERS?)"),
        ("AGGREGATOR_WORKERS", "many", "must be a valid integer"),
        ("AGGREGATOR_WORKERS", "", "must be a valid integer"),
        ("AGGREGATOR_MATCHING__WINDOW_DAYS", "-1", "must be 0 or more"),
        ("AGGREGATOR_CANONICAL__RULES", "longest", "must be written as JSON"),
        ("AGGREGATOR_MATCHING", "{", "must be written as JSON"),
        ("AGGREGATOR_MATCHING", "5", "must be a section"),
        ("AGGREGATOR_DATABASE_URL", "news", "must be a database URL"),
    ],
)
def test_a_mistake_in_the_environment_is_named_with_its_variable(
    name: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: .*{re.escape(message)}"):
        load_settings()


def test_all_mistakes_in_values_are_told_at_once(tmp_path: Path) -> None:
    """Whoever mends one key does not have to start again to hear of the next."""
    text = (
        "workrs: 1\nsources: [{name: a, finished: burn}, {path: x, keep_days: z}]\nworkers: true"
    )
    file = write(tmp_path / "my.yaml", text)
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    named = [line.removeprefix(f"{file}: ") for line in str(caught.value).splitlines()]
    assert [line.partition(":")[0] for line in named] == [
        "workrs",
        "workers",
        "sources.a.path",
        "sources.a.finished",
        "sources.item 2.name",
        "sources.item 2.keep_days",
    ]


def test_a_mistake_on_the_command_line_is_named_as_one() -> None:
    with pytest.raises(SettingsError, match=r"^command line: workers: must be 0 or more"):
        load_settings(overrides={"workers": -1})


def test_a_file_that_is_asked_for_and_missing_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match=r"none\.yaml: No such file"):
        load_settings(tmp_path / "none.yaml")
    monkeypatch.setenv("AGGREGATOR_CONFIG", "none.yaml")
    with pytest.raises(SettingsError, match=r"none\.yaml: No such file"):
        load_settings()


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="a folder, not a configuration file"):
        load_settings(tmp_path)


def test_a_file_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_bytes(b"workers: 1 # caf\xe9\n")
    with pytest.raises(SettingsError, match="not UTF-8 at byte 16"):
        load_settings(file)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(content=st.text(max_size=80) | st.sampled_from(sorted(MISTAKES)).map(lambda s: s + "\n?"))
def test_any_text_as_file_gives_settings_or_a_message(content: str, tmp_path: Path) -> None:
    file = tmp_path / "any.yaml"
    file.write_text(content, encoding="utf-8", errors="surrogatepass")
    complaint = None
    try:
        load_settings(file)
    except SettingsError as error:
        complaint = str(error)
    assert complaint is None or complaint.startswith(f"{file}: ")


# -- secrets ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann:s3cr3t@h/db", "postgresql://ann:***@h/db"),
        ("postgresql://ann:s3:cr@3t@h:5/db", "postgresql://ann:***@h:5/db"),
        (
            "postgresql://h/db?user=a&password=s3cr3t&x=1",
            "postgresql://h/db?user=a&password=***&x=1",
        ),
        ("postgresql://h/db?sslpassword=s3cr3t", "postgresql://h/db?sslpassword=***"),
        ("postgresql://ann@h/db", "postgresql://ann@h/db"),
        ("sqlite:////x.db", "sqlite:////x.db"),
    ],
)
def test_passwords_are_masked(url: str, shown: str) -> None:
    assert mask_password(url) == shown
    assert load_settings(overrides={"database_url": url}).masked()["database_url"] == shown


@pytest.mark.parametrize("url", ["postgresq://ann:s3cr3t@h/db", "ann:s3cr3t@h", "s3cr3t"])
def test_a_refused_database_url_is_not_repeated(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGREGATOR_DATABASE_URL", url)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "s3cr3t" not in str(caught.value)


# -- the shipped file ------------------------------------------------------------------------


def test_the_shipped_file_holds_every_key_with_its_default() -> None:
    assert yaml.safe_load((ROOT / "config.yaml").read_text()) == Settings().masked()


def test_the_shipped_file_works_as_it_is() -> None:
    assert load_settings(ROOT / "config.yaml").matching == Settings().matching


def test_every_key_of_the_shipped_file_has_a_comment_above_it() -> None:
    lines = (ROOT / "config.yaml").read_text().splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r" *\w+:", line)]
    assert len(keys) >= len(known_paths())
    assert [lines[n] for n in keys if not lines[n - 1].lstrip().startswith("#")] == []


def test_nothing_is_read_at_import(tmp_path: Path) -> None:
    write(tmp_path / "config.yaml", "nonsense: [")
    subprocess.run(
        [sys.executable, "-c", "import aggregator.settings"],
        check=True,
        cwd=tmp_path,
        env={**os.environ, "AGGREGATOR_NONSENSE": "1", "PYTHONPATH": str(ROOT)},
    )
