"""What a reload says: every key that changed, and no password."""

from __future__ import annotations

from aggregator.core.operation import AlarmOptions, DaemonOptions, SourceOptions
from aggregator.core.options import ReadingOptions
from aggregator.scheduler.changes import changes
from aggregator.settings import Settings

WIRE = SourceOptions(name="wire", path="/srv/in")


def told(old: Settings, new: Settings) -> list[tuple[str, object, object, bool]]:
    return [(each.key, each.before, each.after, each.at_start) for each in changes(old, new)]


def test_equal_settings_have_no_change() -> None:
    assert told(Settings(sources=(WIRE,)), Settings(sources=(WIRE,))) == []


def test_keys_are_told_with_both_values_and_whether_they_wait_for_a_new_start() -> None:
    new = Settings(
        workers=3,
        reading=ReadingOptions(max_files=7),
        alarms=AlarmOptions(silent_hours=1.0),
        daemon=DaemonOptions(parallel=5),
    )
    assert told(Settings(), new) == [
        ("workers", 0, 3, False),
        ("reading.max_files", 1_000_000, 7, False),
        ("daemon.parallel", 2, 5, True),
        ("alarms.silent_hours", 48.0, 1.0, False),
    ]


def test_sources_are_told_by_their_names() -> None:
    """Added, removed, and changed key by key."""
    other = SourceOptions(name="wire", path="/srv/in", schedule="9m")
    cable, late = (SourceOptions(name=name, path=f"/{name}") for name in ("cable", "late"))
    assert told(Settings(sources=(WIRE, cable)), Settings(sources=(late, other))) == [
        ("sources.cable", "present", "removed", False),
        ("sources.late", "absent", "added", False),
        ("sources.wire.schedule", "1m", "9m", False),
    ]


def test_a_password_is_never_told() -> None:
    """Neither the old one nor the new one."""
    old = Settings(database_url="postgresql://me:first@one/news")
    new = Settings(database_url="postgresql://me:second@other/news?sslpassword=third")
    (change,) = changes(old, new)
    assert change.at_start
    assert not any(word in str(change) for word in ("first", "second", "third"))
