"""Imported by the process that workers are forked from, so that each of them starts warm."""

from __future__ import annotations

import os
import signal
import sys
from threading import Event, Thread
from types import TracebackType

from aggregator.nursery import COMMAND

# Ctrl-C reaches this process too, and is the command's affair, also while libraries are loaded.
# Until here it was blocked (`nursery`).
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

_LOOK_SECONDS = 0.05
_command = int(os.environ.pop(COMMAND, 0)) or os.getppid()
_loaded = Event()


def _end_with_the_command() -> None:
    """Hold nobody up who waits for the end of the command's output, while libraries are loaded."""
    while not _loaded.wait(_LOOK_SECONDS):
        if os.getppid() != _command:
            os._exit(0)


_watch = Thread(target=_end_with_the_command, daemon=True)
_watch.start()

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
# Workers are forked from a process of one thread.
_loaded.set()
_watch.join()
