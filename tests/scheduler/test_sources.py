"""Sources that cannot be used are refused before anything runs, with every key named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aggregator.core.operation import Finished, SourceOptions
from aggregator.scheduler.sources import SourceError, checked_sources, loaded, sources_by_name
from aggregator.settings import SettingsError, load_settings

PLAIN = SourceOptions(name="wire", path="/srv/in")
MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, r"sources.\(no name\).name: must be letters"),
    ({"name": "a b"}, "sources.a b.name: must be letters"),
    ({"path": ""}, "wire.path: must be a file"),
    ({"path": "/srv\0/in"}, "wire.path: must be a file"),
    ({"finished": Finished.MOVE, "move_to": "/srv\0/done"}, "wire.move_to: must be a folder"),
    ({"schedule": "often"}, "wire.schedule: 'often' is no interval"),
    ({"schedule": "99 * * * *"}, "wire.schedule: .*99"),
    ({"time_zone": "Mars"}, "wire.time_zone: 'Mars' is no time zone"),
    ({"format": "docx"}, "wire.format: must be one of text, html"),
    ({"language": "English"}, "wire.language: 'English' is no code"),
    ({"mapping": {"title": ""}}, "wire.mapping.title: must be the dump's key"),
    ({"rejected_share": 30.0}, "wire.rejected_share: must be at most 1: a share"),
    ({"keep_days": -1}, "wire.keep_days: must be 0 or more"),
    ({"keep_megabytes": -1}, "wire.keep_megabytes: must be 0 or more"),
    ({"schedule": "0 0 1 * 1"}, "wire.schedule: give a day of the month or a day of the week"),
    ({"mapping": {"headline": "x"}}, "wire.mapping.headline: must be one of url, title"),
    ({"settle_seconds": -1.0}, "wire.settle_seconds: must be 0 or more"),
    ({"silent_hours": float("nan")}, "wire.silent_hours: must be 0 or more"),
    ({"rejected_share": float("inf")}, "wire.rejected_share: must be 0 or more"),
    ({"finished": Finished.MOVE}, "wire.move_to: must be given"),
    ({"finished": Finished.MOVE, "move_to": "/srv/in/done"}, "wire.move_to: must not lie where"),
    ({"move_to": "/srv/done"}, "wire.move_to: is used only where finished is move"),
    ({"follow": True, "finished": Finished.DELETE}, "wire.finished: must be keep"),
]


@pytest.mark.parametrize(("change", "message"), MISTAKES)
def test_a_mistake_is_named_with_source_and_key(change: dict[str, Any], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        checked_sources([replace(PLAIN, **change)])


def test_two_sources_do_not_get_in_each_others_way() -> None:
    """They look at different places, and move nothing to where the other one looks."""
    other = replace(PLAIN, name="cable")
    with pytest.raises(SourceError, match=r"sources\.cable\.path: source wire looks there too"):
        checked_sources([PLAIN, other])
    moving = replace(other, path="/srv/b", finished=Finished.MOVE, move_to="/srv/in/b")
    with pytest.raises(SourceError, match=r"cable\.move_to: must not lie where wire looks"):
        checked_sources([PLAIN, moving])


def test_all_mistakes_are_told_at_once() -> None:
    """Whoever mends one key does not have to start again to hear of the next."""
    with pytest.raises(SourceError) as caught:
        checked_sources([replace(PLAIN, schedule="x", format="y"), replace(PLAIN, path="")])
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == [
        "sources.wire.schedule",
        "sources.wire.format",
        "sources.wire.path",
        "sources.wire.name",
    ]


def test_mistakes_in_values_and_in_sources_are_told_together(tmp_path: Path) -> None:
    """Also in entries that cannot be read as a whole; what depends on a key that cannot be read
    is not complained of."""
    file = tmp_path / "my.yaml"
    entries = [
        {"name": "a", "path": "in", "finished": "burn", "move_to": "in", "schedule": "x"},
        {"path": "in", "time_zone": "Mars", "schedule": "never"},
        {"name": "c", "follow": True, "finished": "move", "keep_days": "z"},
    ]
    file.write_text(json.dumps({"workers": -1, "sources": entries}))
    with pytest.raises(SettingsError) as caught:
        loaded(lambda: load_settings(file))
    named = [line.removeprefix(f"{file}: ") for line in str(caught.value).splitlines()]
    assert [line.partition(":")[0] for line in named] == [
        "sources.a.finished",
        "sources.item 2.name",
        "sources.c.path",
        "sources.c.keep_days",
        "sources.a.schedule",
        "sources.item 2.time_zone",
        "sources.item 2.schedule",
    ]
    file.write_text(json.dumps({"workers": -1, "sources": entries[:1]}).replace("burn", "move"))
    with pytest.raises(SettingsError, match=r"workers: must be 0 or more\n.*a\.schedule"):
        loaded(lambda: load_settings(file))


def test_a_daemon_without_any_source_is_refused() -> None:
    with pytest.raises(SourceError, match="sources: there is none"):
        sources_by_name([])


@pytest.mark.parametrize(
    ("path", "folder", "allowed"),
    [
        ("in", "in/done", False),
        ("in", "done", True),
        ("in/*.jsonl", "in/done", True),
        ("in/*.jsonl", "in", False),
        ("in/**/*.jsonl", "in/done", False),
    ],
)
def test_finished_dumps_do_not_come_back_as_new_ones(
    tmp_path: Path, path: str, folder: str, allowed: bool
) -> None:
    """They may not be moved to where the source looks."""
    options = replace(
        PLAIN, path=str(tmp_path / path), finished=Finished.MOVE, move_to=str(tmp_path / folder)
    )
    if allowed:
        assert len(checked_sources([options])) == 1
        return
    with pytest.raises(SourceError, match="move_to"):
        checked_sources([options])
