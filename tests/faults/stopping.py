"""Runs the ``aggregator`` command, and kills it at one of its own commits: run as a script.

    python -m tests.faults.stopping NUMBER before|after ARGUMENTS...

SIGKILL comes right before the main thread commits its NUMBER-th transaction that writes, or right
after, when nobody in the process has been told of it yet. The package knows nothing of this.
With NUMBER 0 nothing is killed, and standard error ends with the number of such commits.
"""

from __future__ import annotations

import atexit
import itertools
import os
import signal
import sys
import threading

from sqlalchemy import Connection, Engine, event


def stop_at(number: int, moment: str) -> None:
    """Have this process killed at its NUMBER-th commit."""
    counter = itertools.count(1)
    if number == 0:
        atexit.register(lambda: sys.stderr.write(f"commits: {next(counter) - 1}\n"))

    def on_commit(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        # Reports come from a thread of their own, whenever they are due.
        if not writes or threading.current_thread() is not threading.main_thread():
            return
        if next(counter) != number:
            return
        if moment == "after":
            connection.connection.commit()
        os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "commit", on_commit)


if __name__ == "__main__":
    stop_at(int(sys.argv[1]), sys.argv[2])
    sys.argv[1:] = sys.argv[3:]
    from aggregator.cli import main

    main()
