"""What happens to a dump that was read to its end: kept, moved or deleted."""

from __future__ import annotations

import shutil
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
    target = folder / file.name
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{file.stem}.{number}{file.suffix}"
    # Under a partial name first: a move to another file system is a copy.
    passing = folder / f".{target.name}.part"
    shutil.move(file, passing)
    passing.rename(target)
    return target
