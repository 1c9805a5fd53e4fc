"""The process that cleaning processes are forked from, which loads their libraries once.

A fork of the command itself would inherit its database connections. Light to import, so that a
command can have it begin before its own libraries are loaded: both load side by side.
"""

from __future__ import annotations

import contextlib
import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext


def context() -> ForkServerContext:
    """How cleaning processes are started."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["aggregator.preload"])
    return made


def begin() -> None:
    """Have it begin now; one that runs already goes on.

    That it cannot begin is told by who needs a process of it: perhaps nobody does.
    """
    context()
    with contextlib.suppress(OSError):
        forkserver.ensure_running()
