"""A soak of the daemon: files dropped at random, kills, clock jumps, slow and broken sources.

    python benchmarks/soak.py [--minutes 24] [--database URL] [--keep DIR] [--picture soak.png]

A daemon watches four folders: whole dumps (renamed into place, compressed, pages), growing JSON
lines (also rotated, rewritten and truncated), slow ones (written in pieces, or large), and broken
ones with a folder that comes and goes. The driver writes invented articles, ends the daemon by
SIGKILL, SIGTERM or SIGINT every half minute or so, runs a second one beside it at times, lets it
read its configuration again (also one with a mistake), and sets its clock forward and back by up
to a day (`soak_clock.c`, which takes a C compiler). In the last two fifths nobody is
killed, so that memory can be seen. At the end all dumps are ingested once more, undisturbed, into
another store, and both stores must export the same. Prints a table, draws the memory; exit code 1
if anything is wrong. `--database` must name an empty database. Nothing is fetched from anywhere.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from arguments import natural, needed
from soak_daemons import Daemons, compiled_clock
from soak_judge import addresses, draw, judge, print_table, query
from soak_world import World

SAMPLE_SECONDS = 5.0
CALM_SHARE = 0.4
DRAIN_SECONDS = 300.0


def play(world: World, daemons: Daemons, minutes: float) -> None:
    """Let things happen for so long."""
    dice = daemons.dice
    began = time.monotonic()
    end, calm = began + minutes * 60, began + minutes * 60 * (1 - CALM_SHARE)
    daemons.start_first()
    due = {daemons.sample: began, daemons.jump: began + 50, daemons.hang_up: began + 35}
    due[daemons.disturb] = began + 30
    pauses = {
        daemons.sample: (SAMPLE_SECONDS, SAMPLE_SECONDS),
        daemons.jump: (30, 90),
        daemons.hang_up: (40, 90),
        daemons.disturb: (10, 40),
    }
    while (now := time.monotonic()) < end:
        world.drop()
        time.sleep(dice.uniform(0.1, 1.2))
        if now >= calm and daemons.disturb in due:
            del due[daemons.disturb]
            daemons.end_all()
            daemons.start_first()
        for what in [each for each, moment in due.items() if now >= moment]:
            what()
            due[what] = time.monotonic() + dice.uniform(*pauses[what])


def drain(world: World, daemons: Daemons) -> None:
    """Let the daemon read what is left, and end it."""
    world.end()
    deadline = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < deadline and not is_done(world, daemons):
        time.sleep(2)
    daemons.end_all()


def is_done(world: World, daemons: Daemons) -> bool:
    """Whether everything that was dropped was read, and nothing waits."""
    if world.delivered - addresses(daemons.url):
        return False
    if any((world.home / "whole").iterdir()):
        return False
    unread = query(daemons.url, "SELECT path FROM source_files WHERE read_at IS NULL")
    return not any(Path(path).exists() for (path,) in unread)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=24.0)
    parser.add_argument("--database", help="URL of an empty one; default an SQLite file")
    parser.add_argument("--keep", type=Path, help="a new folder for everything")
    parser.add_argument("--picture", type=Path, default=Path("soak.png"))
    parser.add_argument("--seed", type=natural, default=1)
    parsed = parser.parse_args()
    needed(parser, "psutil")
    return parsed


def main() -> int:
    options = parse()
    # Whoever ends the driver ends its daemons with it.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    home = (options.keep or Path(tempfile.mkdtemp(prefix="soak-"))).resolve()
    url = options.database or f"sqlite:///{home / 'store.sqlite3'}"
    dice = random.Random(options.seed)
    world = World(home, random.Random(options.seed + 1), lambda: addresses(url))
    daemons = Daemons(home, url, dice, compiled_clock(home))
    (home / "clock").write_text("0")
    daemons.configure()
    try:
        play(world, daemons, options.minutes)
        drain(world, daemons)
    finally:
        world.end()
        daemons.kill_all()
    findings = judge(world, daemons)
    print_table(findings)
    print("drops:", ", ".join(f"{count} {name}" for name, count in world.drops.most_common()))
    print(f"all files are in {home}")
    try:
        title = f"daemon in the soak ({url.partition(':')[0]}); grey lines are restarts"
        draw(daemons.samples, title, options.picture)
    except ImportError:
        print("no picture: matplotlib is not installed", file=sys.stderr)
    return int(any(each.wrong for each in findings))


if __name__ == "__main__":
    sys.exit(main())
