"""Moving finished dumps: nothing is overwritten, and no half dump is ever seen."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.core.operation import Finished
from aggregator.scheduler.finish import finish
from aggregator.scheduler.sources import Source

MakeSource = Callable[..., Source]


@pytest.fixture(params=["one file system", "two file systems", "no links at all"])
def done(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for finished dumps, and a system that refuses links to it or within it."""
    made = folder.parent / "done"
    real = os.link

    def link(source: Path, target: Path) -> None:
        inside = Path(source).parent == made
        if request.param == "no links at all" or (
            request.param != "one file system" and not inside
        ):
            raise OSError(errno.EXDEV, "not here")
        real(source, target)

    monkeypatch.setattr(os, "link", link)
    return made


def test_a_name_that_is_taken_is_numbered_and_stays(
    source: MakeSource, folder: Path, done: Path
) -> None:
    """Whatever is there already, also a folder, keeps its name and content."""
    done.mkdir()
    (done / "a.jsonl").write_text("of somebody else")
    (done / "a.2.jsonl").mkdir()
    moving = source(finished=Finished.MOVE, move_to=str(done))
    for text in ("one", "two"):
        (folder / "a.jsonl").write_text(text)
        assert "moved to" in str(finish(moving, str(folder / "a.jsonl"), 0))
    found = {path.name: path.is_file() and path.read_text() for path in done.iterdir()}
    assert found == {
        "a.jsonl": "of somebody else",
        "a.2.jsonl": False,
        "a.3.jsonl": "one",
        "a.4.jsonl": "two",
    }
    assert list(folder.iterdir()) == []


def test_a_dump_that_cannot_be_copied_stays_where_it_is(
    source: MakeSource, folder: Path, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills up half way leaves the dump in its place, and nothing in the other."""

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr("shutil.copy2", full)
    monkeypatch.setattr(os, "link", full)
    (folder / "a.jsonl").write_text("one")
    moving = source(finished=Finished.MOVE, move_to=str(done))
    with pytest.raises(OSError, match="no space"):
        finish(moving, str(folder / "a.jsonl"), 0)
    assert (folder / "a.jsonl").read_text() == "one"
    assert list(done.iterdir()) == []


def test_a_dump_that_was_moved_but_for_the_unlink_is_not_moved_twice(
    source: MakeSource, folder: Path
) -> None:
    """A process that was ended between link and unlink leaves one file under two names; going on
    leaves one. A link of somebody else to the dump is not taken for that."""
    done = folder.parent / "done"
    done.mkdir()
    moving = source(finished=Finished.MOVE, move_to=str(done))
    (folder / "a.jsonl").write_text("one")
    os.link(folder / "a.jsonl", done / "a.jsonl")
    (folder / "b.jsonl").write_text("two")
    (done / "b.jsonl").symlink_to(folder / "b.jsonl")
    for name in ("a.jsonl", "b.jsonl"):
        finish(moving, str(folder / name), 0)
    assert list(folder.iterdir()) == []
    assert sorted(path.name for path in done.iterdir()) == ["a.jsonl", "b.2.jsonl", "b.jsonl"]
    assert (done / "a.jsonl").read_text() + (done / "b.2.jsonl").read_text() == "onetwo"
