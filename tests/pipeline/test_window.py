"""The window in days: what comes back later is a copy or a story of its own, as is set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.running import Cli

TEXT = (
    "The town of Marrow Bay lights its old harbour lamp every year on the night of the first"
    " frost. Children carry lanterns from the school to the quay, where the oldest sailor tells"
    " how the lamp once guided nine boats home in a blizzard. The band plays, soup is served, and"
    " at midnight the lamp is put out again until the next winter comes."
)


def dump(folder: Path) -> Path:
    """A story, the same a month later, and a year later with one word changed."""
    told = [
        ("2025-11-01T08:00:00Z", TEXT),
        ("2025-12-01T08:00:00Z", TEXT),
        ("2026-11-01T08:00:00Z", TEXT.replace("blizzard", "snowstorm")),
    ]
    rows = [
        {"url": f"https://bay{n}.example/lamp", "title": "Lamp", "text": text, "published": when}
        for n, (when, text) in enumerate(told)
    ]
    path = folder / "lamp.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.mark.parametrize(
    ("window", "exact_window", "sizes"),
    [
        ("14", "0", [2, 1]),
        ("0", "0", [3]),
        ("400", "0", [3]),
        ("14", "20", [1, 1, 1]),
        ("14", "365", [2, 1]),
    ],
)
def test_old_stories_that_come_back_are_together_as_the_windows_say(
    cli: Cli, tmp_path: Path, window: str, exact_window: str, sizes: list[int]
) -> None:
    variables = {
        "AGGREGATOR_MATCHING__WINDOW_DAYS": window,
        "AGGREGATOR_MATCHING__EXACT_WINDOW_DAYS": exact_window,
    }
    cli("ingest", dump(tmp_path), env=variables)
    stories = cli("clusters", "list", "--format", "json", env=variables).json()
    assert [story["size"] for story in stories] == sizes
    cli("db", "check", env=variables)
