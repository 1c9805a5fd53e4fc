"""Imported by the process that workers are forked from, so that each of them starts warm."""

from __future__ import annotations

import signal
import sys
from types import TracebackType

# Ctrl-C reaches this process too, and is the command's affair, also while libraries are loaded.
signal.signal(signal.SIGINT, signal.SIG_IGN)

from aggregator.cleanwork import warm_up  # noqa: E402
from aggregator.garbage import spare_what_is_loaded  # noqa: E402

_PARENT_GONE = (FileNotFoundError, EOFError, ConnectionError)


def say_nothing_of_a_parent_that_went(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """In the place of `sys.excepthook`: a worker that cannot start as its command just ended.

    What it was to take over from the command is gone then, and the command has said why it ended.
    Other errors are told; a command that goes on notices a worker that is missing.
    """
    if not issubclass(kind, _PARENT_GONE):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = say_nothing_of_a_parent_that_went
warm_up()
spare_what_is_loaded()
