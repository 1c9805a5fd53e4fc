"""From the paths that a user gives to the dumps that stand there."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aggregator.core.options import ReadingOptions
from aggregator.readers.errors import DumpNotFound, TooManyFiles
from aggregator.readers.sniffing import Format
from aggregator.readers.stream import Part

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Dump:
    """One file or stream to read.

    `path` is its name for people, always printable; `location` is what the system opens;
    `problem` says why it cannot be read (no permission, a pipe), or is None. `format` is what
    the user says that it is; None = told by content. `part` limits reading to some lines.
    """

    path: str
    location: str
    problem: str | None = None
    format: Format | None = None
    part: Part | None = None


def _go_on() -> None:
    """Let the search go on."""


@dataclass(slots=True)
class _Walk:
    """One walk: what it calls at each dump, and the folders that it reached by links.

    Links so cannot lead it in circles.
    """

    at_each: Callable[[], None]
    linked: set[tuple[int, int]] = field(default_factory=set)


def find_dumps(
    paths: Sequence[str], options: ReadingOptions, at_each: Callable[[], None] = _go_on
) -> Iterator[Dump]:
    """The dumps under `paths`: files, folders (recursive), globs, "-" for standard input.

    A folder's files come in the byte order of their paths, each file once per call; names
    that start with a dot are passed over, as a shell's globs do. What cannot be read (no
    permission, a pipe, a device, a link back to a folder above it) comes as a `Dump` with a
    `problem`. `at_each` is called at each dump that is found; what it raises ends the search.

    Raises `DumpNotFound` when a path does not exist or a glob matches nothing, and
    `TooManyFiles`, both before the first dump is delivered.
    """
    starts = [start for path in paths for start in _starts(path, at_each)]
    for _ in _dumps(starts, options, at_each):
        pass  # a first walk that only counts: nothing is read when there are too many
    return _dumps(starts, options, at_each)


def _starts(path: str, at_each: Callable[[], None]) -> list[str]:
    if path == STANDARD_INPUT or os.path.lexists(path):
        return [path]
    if not glob.has_magic(path):
        raise DumpNotFound(f"{_printable(path)}: {_absence(path)}")
    found = []
    for each in glob.iglob(path, recursive=True):  # noqa: PTH207 - keeps "./"
        at_each()
        found.append(each)
    if not found:
        raise DumpNotFound(f"{_printable(path)}: no file matches this pattern")
    return sorted(found, key=os.fsencode)


def _absence(path: str) -> str:
    """Why there is nothing at a path."""
    try:
        Path(path).lstat()
    except PermissionError:
        return "permission denied"
    except (OSError, ValueError):
        pass
    return "no such file or folder"


def _dumps(
    starts: Sequence[str], options: ReadingOptions, at_each: Callable[[], None]
) -> Iterator[Dump]:
    walk = _Walk(at_each)
    seen: set[str] = set()
    count = 0
    for start in starts:
        for dump in _from_path(start, walk, ()):
            if len(starts) > 1:  # one start alone meets no file twice
                if (real := os.path.normpath(Path(dump.location).absolute())) in seen:
                    continue
                seen.add(real)
            count += 1
            if count > options.max_files:
                raise TooManyFiles(
                    f"{_printable(start)}: more than {options.max_files} files;"
                    " give fewer at a time or raise max_files"
                )
            yield dump


def _from_path(path: str, walk: _Walk, above: tuple[tuple[int, int], ...]) -> Iterator[Dump]:
    """The dumps at `path`; `above` are the device and inode numbers of the folders over it."""
    walk.at_each()
    if path == STANDARD_INPUT:
        yield Dump(path, path)
        return
    try:
        status = Path(path).stat()
    except OSError as error:
        yield _refused(path, _why(error))
        return
    if not stat.S_ISDIR(status.st_mode):
        yield _file(path, status)
        return
    identity = (status.st_dev, status.st_ino)
    if Path(path).is_symlink():
        if identity in above or identity in walk.linked:
            yield _refused(path, "a symbolic link to a folder that is read already")
            return
        walk.linked.add(identity)
    yield from _from_folder(path, walk, (*above, identity))


def _from_folder(path: str, walk: _Walk, above: tuple[tuple[int, int], ...]) -> Iterator[Dump]:
    try:
        with os.scandir(path) as entries:
            found = [(e, _is_folder(e)) for e in entries if not e.name.startswith(".")]
    except OSError as error:
        yield _refused(path, _why(error))
        return
    # a folder sorts as its name and a slash: the byte order of the files' whole paths
    found.sort(key=lambda pair: os.fsencode(pair[0].name) + (b"/" if pair[1] else b""))
    for entry, _ in found:
        yield from _from_path(entry.path, walk, above)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _file(path: str, status: os.stat_result) -> Dump:
    if stat.S_ISREG(status.st_mode):
        return Dump(_printable(path), path)
    kind = "a pipe" if stat.S_ISFIFO(status.st_mode) else "a device or socket"
    return _refused(path, f'{kind}, not a file; give "-" to read standard input')


def _refused(path: str, problem: str) -> Dump:
    return Dump(_printable(path), path, problem)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _printable(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "replace")
