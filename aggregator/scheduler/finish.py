"""What happens to a dump that was read to its end: kept, moved or deleted."""

from __future__ import annotations

import os
import shutil
from itertools import count
from pathlib import Path

from aggregator.core.operation import Finished
from aggregator.scheduler.sources import Source


def finish(source: Source, location: str, rejected: int) -> str | None:
    """Move or delete a dump as its source says; returns what was done, in words, or None.

    A dump with rejected records is not deleted: what could not be read is not thrown away.
    Raises OSError when the system does not let us.
    """
    if source.options.finished is Finished.DELETE and not rejected:
        Path(location).unlink()
        return "deleted"
    if source.options.finished is Finished.MOVE and source.options.move_to is not None:
        return f"moved to {_move(Path(location), Path(source.options.move_to))}"
    return None


def _move(file: Path, folder: Path) -> Path:
    """Move a file into a folder under its name, numbered where that is taken."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        name = file.name if number == 1 else f"{file.stem}.{number}{file.suffix}"
        try:
            _place(file, folder / name)
        except FileExistsError:
            if not _is_linked(file, folder / name):
                continue
            # We were ended behind the link: what is left is to unlink.
        file.unlink()
        return folder / name
    raise AssertionError("numbers end")


def _is_linked(file: Path, target: Path) -> bool:
    """Whether two names, in different folders, are of one file, neither by a symbolic link."""
    same = os.path.samestat(file.lstat(), target.lstat())
    return same and not file.parent.samefile(target.parent)


def _place(file: Path, target: Path) -> None:
    """Let `target` be the file too; raises FileExistsError rather than replace another one.

    Whatever ends the process in between, the file is there once or twice, never half.
    """
    try:
        os.link(file, target)
    except FileExistsError:
        raise
    except OSError:
        # Another file system, or one without links: a copy under a partial name first.
        passing = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            shutil.copy2(file, passing)
            _rename(passing, target)
        finally:
            passing.unlink(missing_ok=True)


def _rename(passing: Path, target: Path) -> None:
    try:
        os.link(passing, target)
    except FileExistsError:
        raise
    except OSError:
        if target.exists():
            raise FileExistsError from None
        passing.rename(target)
