"""Claims a dump and holds it: run as a script, as a process of another machine.

    unshare --pid --fork python -m tests.faults.holding URL FILE LEASE

In a process namespace of its own it is for all others what a process of another machine is: they
cannot see whether it lives, but by what it reports (`aggregator.scheduler.owner`). ``holds OWNER``
on standard output says that the dump is claimed; it goes when standard input ends.
"""

from __future__ import annotations

import sys

from aggregator.core.model import Declared
from aggregator.core.options import CleaningOptions, ReadingOptions
from aggregator.readers import find_dumps
from aggregator.scheduler.clock import Clock
from aggregator.scheduler.owner import this_process
from aggregator.scheduler.presence import INGEST, Place, Presence
from aggregator.scheduler.sharing import Claimed, Sharing, manner_of
from aggregator.store.engine import open_engine
from aggregator.store.persistence import Persistence
from tests.faults.conftest import QUICK


def main(url: str, path: str, lease: str) -> None:
    engine = open_engine(url, must_exist=True)
    place = Place(engine, this_process(), Clock(), float(lease))
    presence = Presence(place, INGEST)
    presence.enter()
    manner = manner_of(Declared(), {}, None, ReadingOptions(), CleaningOptions())
    sharing = Sharing(place, Persistence(engine, QUICK), manner, sys.stderr.write)
    claimed = sharing.claim(next(find_dumps([path], ReadingOptions())))
    assert isinstance(claimed, Claimed)
    sys.stdout.write(f"holds {place.identity.owner}\n")
    sys.stdout.flush()
    sys.stdin.read()
    presence.leave()
    engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
