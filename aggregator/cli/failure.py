"""How a command ends: exit codes, and failures that are told in one line."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

import typer


class ExitCode(IntEnum):
    """The exit codes, part of the public face."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    """Wrong arguments or settings, or a database that is no store of this version."""
    REJECTED = 3
    """Done, but some records were rejected."""
    INTERRUPTED = 130
    """Ctrl-C, as shells count it: 128 and the number of SIGINT."""
    PIPE_CLOSED = 141
    """The reader of our output went away: 128 and the number of SIGPIPE."""
    TERMINATED = 143
    """SIGTERM: 128 and its number. The daemon handles it by itself, and ends with 0."""


class Terminated(KeyboardInterrupt):
    """SIGTERM came: the command ends as with Ctrl-C."""


_came: list[type[KeyboardInterrupt]] = []
"""Signals that came so far, as what they raise."""


def end_if_interrupted() -> None:
    """Raise again what a signal raised where Python drops exceptions: in a callback of its own.

    To be called now and then by work that is long.
    """
    if _came:
        raise _came[0]


class Failure(Exception):
    """A command cannot go on; the message is for the user."""

    def __init__(self, message: str, code: ExitCode = ExitCode.FAILURE) -> None:
        super().__init__(message)
        self.code = code


def complain(message: str) -> None:
    """Tell the user on standard error what went wrong."""
    from aggregator.cli.tables import safe_line

    # File names and pages may hold control characters.
    print(f"aggregator: {safe_line(message)}", file=sys.stderr)  # noqa: T201 the command line's own voice


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what may stop a command from outside into one line and an exit code.

    Other exceptions are bugs, and keep their traceback.
    """
    try:
        with _interruptible():
            yield
        sys.stdout.flush()
    except Failure as failure:
        complain(str(failure))
        raise typer.Exit(failure.code) from None
    except KeyboardInterrupt as interrupt:
        ended = isinstance(interrupt, Terminated)
        how = "ended by SIGTERM" if ended else "interrupted"
        complain(f"{how}; what was stored is sound, run the command again to go on")
        raise typer.Exit(ExitCode.TERMINATED if ended else ExitCode.INTERRUPTED) from None
    except BrokenPipeError:
        # What is still buffered would raise once more when Python closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(ExitCode.PIPE_CLOSED) from None
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        raise typer.Exit(ExitCode.FAILURE) from None


@contextmanager
def _interruptible() -> Iterator[None]:
    """Have SIGTERM and Ctrl-C end the command, so that what is open is closed in order.

    A signal that somebody else handles or ignores is left to them.
    """
    main = threading.current_thread() is threading.main_thread()
    usual: dict[signal.Signals, Any] = {
        signal.SIGTERM: signal.SIG_DFL,
        signal.SIGINT: signal.default_int_handler,
    }
    ours = [each for each in usual if main and signal.getsignal(each) == usual[each]]
    _came.clear()
    for each in ours:
        signal.signal(each, _end)
    try:
        yield
    finally:
        for each in ours:
            signal.signal(each, usual[each])


def _end(number: int, _frame: object) -> None:
    _came.append(Terminated if number == signal.SIGTERM else KeyboardInterrupt)
    raise _came[-1]
