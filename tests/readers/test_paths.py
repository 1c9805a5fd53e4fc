"""Which dumps stand under a path."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.core.model import Reason, Rejection
from aggregator.core.options import ReadingOptions
from aggregator.readers import Dump, DumpNotFound, ReaderError, TooManyFiles, find_dumps, read_dump

OPTIONS = ReadingOptions()


def _names(root: Path, *paths: str) -> list[str]:
    given = [str(root / path) for path in paths]
    return [os.path.relpath(dump.path, root) for dump in find_dumps(given, OPTIONS)]


def _make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("A text.")


def test_a_folder_gives_its_files_in_the_byte_order_of_their_paths(tmp_path: Path) -> None:
    _make(tmp_path, "b.txt", "a/z.txt", "a-b/x.txt", "a/Z.txt", "é.txt", "a.txt")
    assert _names(tmp_path, ".") == [
        "a-b/x.txt",
        "a.txt",
        "a/Z.txt",
        "a/z.txt",
        "b.txt",
        "é.txt",
    ]


def test_names_that_start_with_a_dot_are_passed_over(tmp_path: Path) -> None:
    _make(tmp_path, ".git/config", ".DS_Store", "a.txt")
    assert _names(tmp_path, ".") == ["a.txt"]


def test_a_glob_gives_what_matches_and_each_file_once(tmp_path: Path) -> None:
    _make(tmp_path, "x/1.txt", "x/2.html", "y/3.txt")
    assert _names(tmp_path, "*/*.txt") == ["x/1.txt", "y/3.txt"]
    assert _names(tmp_path, "**", "x/1.txt") == ["x/1.txt", "x/2.html", "y/3.txt"]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(tmp_path: Path) -> None:
    _make(tmp_path, "a[1].txt", "a1.txt")
    assert _names(tmp_path, "a[1].txt") == ["a[1].txt"]


@pytest.mark.parametrize("path", ["missing.txt", "*.warc", "missing/deeper"])
def test_what_does_not_exist_is_told_before_anything_is_read(tmp_path: Path, path: str) -> None:
    _make(tmp_path, "a.txt")
    with pytest.raises(DumpNotFound, match=r"missing|\*\.warc") as caught:
        find_dumps([str(tmp_path / "a.txt"), str(tmp_path / path)], OPTIONS)
    assert isinstance(caught.value, ReaderError)


def test_too_many_files_are_refused_before_the_first(tmp_path: Path) -> None:
    _make(tmp_path, "1.txt", "2.txt", "3.txt")
    with pytest.raises(TooManyFiles, match="more than 2 files"):
        find_dumps([str(tmp_path)], ReadingOptions(max_files=2))


def test_links_that_lead_in_circles_are_refused_and_told(tmp_path: Path) -> None:
    _make(tmp_path, "in/a.txt", "out/b.txt")
    (tmp_path / "in/up").symlink_to(tmp_path / "in")
    (tmp_path / "in/out").symlink_to(tmp_path / "out")
    (tmp_path / "out/back").symlink_to(tmp_path / "in")
    found = list(find_dumps([str(tmp_path / "in")], OPTIONS))
    read = {os.path.relpath(dump.path, tmp_path) for dump in found if dump.problem is None}
    assert read == {"in/a.txt", "in/out/b.txt"}
    assert {dump.problem for dump in found if dump.problem} == {
        "a symbolic link to a folder that is read already"
    }


def test_a_pipe_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    (dump,) = find_dumps([str(tmp_path)], OPTIONS)
    (entry,) = read_dump(dump, OPTIONS)
    assert isinstance(entry, Rejection)
    assert (entry.locator, entry.reason) == ("file", Reason.UNREADABLE)
    assert "a pipe, not a file" in entry.detail


def test_a_pipe_that_takes_a_files_place_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    dump = Dump("pipe.jsonl", str(tmp_path / "pipe.jsonl"))
    assert list(read_dump(dump, OPTIONS)) == [
        Rejection("file", Reason.UNREADABLE, "not a regular file")
    ]


def test_a_device_is_refused() -> None:
    (dump,) = find_dumps(["/dev/zero"], OPTIONS)
    (entry,) = read_dump(dump, OPTIONS)
    assert isinstance(entry, Rejection)
    assert entry.reason is Reason.UNREADABLE


def test_a_dead_link_is_told(tmp_path: Path) -> None:
    (tmp_path / "dead.txt").symlink_to(tmp_path / "nowhere")
    (dump,) = find_dumps([str(tmp_path / "dead.txt")], OPTIONS)
    assert [type(entry) for entry in read_dump(dump, OPTIONS)] == [Rejection]


def test_a_file_that_goes_away_is_told(tmp_path: Path) -> None:
    _make(tmp_path, "a.txt")
    (dump,) = find_dumps([str(tmp_path)], OPTIONS)
    (tmp_path / "a.txt").unlink()
    (entry,) = read_dump(dump, OPTIONS)
    assert entry == Rejection("file", Reason.UNREADABLE, "no such file or directory")


def test_a_name_that_is_not_utf8_is_read_and_stays_printable(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("A text.")
    (dump,) = find_dumps([str(tmp_path)], OPTIONS)
    assert dump.path.encode().endswith("caf\ufffd.txt".encode())
    assert not isinstance(next(read_dump(dump, OPTIONS)), Rejection)


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """Run as nobody: root may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read_is_told_and_the_rest_is_read(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    _make(tmp_path, "closed/a.txt", "open/b.txt", "open/secret.txt")
    shared = Path(tempfile.gettempdir())
    for parent in (tmp_path, *tmp_path.parents):
        if shared in parent.parents:
            parent.chmod(0o755)
    (tmp_path / "closed").chmod(0)
    (tmp_path / "open/secret.txt").chmod(0)
    request.getfixturevalue("unprivileged")
    entries = [
        (dump.path, entry)
        for dump in find_dumps([str(tmp_path)], OPTIONS)
        for entry in read_dump(dump, OPTIONS)
    ]
    rejected = [(path, entry) for path, entry in entries if isinstance(entry, Rejection)]
    denied = Rejection("file", Reason.UNREADABLE, "permission denied")
    assert rejected == [
        (str(tmp_path / "closed"), denied),
        (str(tmp_path / "open/secret.txt"), denied),
    ]
    assert len(entries) == 3
    with pytest.raises(DumpNotFound, match=r"x\.txt: permission denied"):
        find_dumps([str(tmp_path / "closed/x.txt")], OPTIONS)


@pytest.mark.parametrize("pattern", ["", "*.txt"])
def test_whoever_searches_can_end_the_search(tmp_path: Path, pattern: str) -> None:
    """What the caller raises at a dump that is found comes out, before the search is over."""
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text("words")
    found: list[None] = []

    def at_each() -> None:
        found.append(None)
        if len(found) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        find_dumps([str(tmp_path / pattern)], OPTIONS, at_each)
    assert len(found) == 2
