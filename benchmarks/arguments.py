"""What the command lines of the benchmarks have in common: types that refuse, and refusals."""

from __future__ import annotations

import argparse
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn


def natural(value: str) -> int:
    """A whole number, zero or more."""
    return _whole(value, 0)


def positive(value: str) -> int:
    """A whole number, one or more."""
    return _whole(value, 1)


def _whole(value: str, least: int) -> int:
    try:
        number = int(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value} is not a whole number") from None
    if number < least:
        raise argparse.ArgumentTypeError(f"{value} is less than {least}")
    return number


def share(value: str) -> float:
    """A number from 0 to 1."""
    try:
        number = float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value} is not a number") from None
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{value} is not between 0 and 1")
    return number


def given_file(value: str) -> Path:
    """A file that can be read."""
    path = Path(value)
    try:
        if not path.is_file():
            raise argparse.ArgumentTypeError(f"there is no file {value}")
        path.open("rb").close()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{value}: {error.strerror}") from None
    return path


def given_folder(value: str) -> Path:
    """A folder that is there."""
    if not Path(value).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {value}")
    return Path(value)


def new_file(value: str) -> Path:
    """A file to be written, in a folder that is there: told before the work, not after it."""
    path = Path(value)
    given_folder(str(path.parent))
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"{value} is a folder")
    return path


def command(value: str) -> str:
    """A program that can be run."""
    if shutil.which(value) is None:
        raise argparse.ArgumentTypeError(f"there is no program {value}")
    return value


def refuse(parser: argparse.ArgumentParser, reason: str) -> NoReturn:
    """End with one line and 2, as wrong arguments do."""
    parser.exit(2, f"{parser.prog}: {reason}\n")
    raise AssertionError


def needed(parser: argparse.ArgumentParser, *packages: str) -> None:
    """Refuse to work without these packages."""
    missing = [each for each in packages if find_spec(each) is None]
    if missing:
        install = "python -m pip install -r requirements-bench.lock"
        refuse(parser, f"not installed: {', '.join(missing)} ({install})")


def add_shared(parser: argparse.ArgumentParser) -> None:
    """The option that tells where the data are."""
    beside = Path(__file__).resolve().parents[1] / ".." / "shared"
    parser.add_argument(
        "--shared", type=Path, default=beside, help="the folder that has data/ (../shared)"
    )


def of_shared(parser: argparse.ArgumentParser, *paths: Path) -> None:
    """Refuse to work without these files and folders of the shared folder."""
    for path in paths:
        if not path.exists():
            refuse(parser, f"there is no {path}: tell with --shared which folder has data/")
