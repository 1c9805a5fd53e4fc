"""The process that cleaning processes are forked from, which loads their libraries once.

A fork of the command itself would inherit its database connections. Light to import, so that a
command can have it begin before its own libraries are loaded: both load side by side.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext

COMMAND = "_NEWS_STORY_AGGREGATOR_COMMAND"
"""Variable by which that process is told the command's process id, when it begins."""


def context() -> ForkServerContext:
    """How cleaning processes are started, from now on.

    Raises OSError when the process that they are forked from cannot be started.
    """
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["aggregator.preload"])
    resource_tracker.ensure_running()  # lets interrupts through when it has been started
    # Ctrl-C reaches that process too, and is the command's affair: `preload` takes the block away
    # when it ignores them. One that comes meanwhile reaches us when we have taken ours away.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    os.environ[COMMAND] = str(os.getpid())
    try:
        forkserver.ensure_running()
    finally:
        os.environ.pop(COMMAND, None)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return made


def begin() -> None:
    """Have it begin now; one that runs already goes on.

    That it cannot begin is told by who needs a process of it: perhaps nobody does.
    """
    with contextlib.suppress(OSError):
        context()
