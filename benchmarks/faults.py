"""Kills real processes at work on real stores, and says whether anything came of it.

    python benchmarks/faults.py [--kills 200] [--seed 1] [--articles 120] [--journal FILE]
                                [--no-speed] [--pages 600]

Invented dumps (copies, revisions, records delivered twice) are read by `aggregator ingest` and
`aggregator run --once`, on SQLite and on a private PostgreSQL server. The processes are ended by
SIGKILL: at every commit that a whole run makes, before it and after it; at random times; and one
of two that share the work. Each series is run again until it is done; then export, members and
matches are compared byte for byte with those of a run that nobody disturbed, and `db check` is
asked. Afterwards: articles per second with 1, 2 and 4 processes, and what waited for locks.

Sums so far go to standard error after each series. With `--journal` they are kept in a file too,
and the same call goes on from there. Exit code 1 if anything differs, 2 if nothing could be
compared. Nothing is fetched from anywhere.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.arguments import natural, needed, positive  # noqa: E402
from benchmarks.faults_kills import Journal, kill  # noqa: E402
from benchmarks.faults_speed import speed  # noqa: E402
from benchmarks.faults_world import Failed, World, make_dumps  # noqa: E402
from tests.postgres import find_binaries, private_server  # noqa: E402


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=natural, default=200)
    parser.add_argument("--seed", type=natural, default=1)
    parser.add_argument(
        "--articles", type=positive, default=120, help="of the dumps for the kills"
    )
    parser.add_argument("--journal", type=Path, help="where series are kept that are done")
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--pages", type=positive, default=600, help="of the dumps for the speed")
    options = parser.parse_args()
    needed(parser, "psutil")
    return options


def main() -> int:
    options = parsed()
    home = Path(tempfile.mkdtemp(prefix="faults-"))
    differences = 0
    try:
        journal = Journal(options.journal, {"seed": options.seed, "articles": options.articles})
        with private_server(find_binaries()) as server:
            world = World(home, server)
            if options.kills:
                make_dumps(home / "dumps", options.articles, options.seed)
                kill(world, journal, options.kills, options.seed)
                told = {"PostgreSQL": server.version, **journal.summary()}
                print(json.dumps(told, indent=2), flush=True)
                differences = told["differences"]
            if not options.no_speed:
                speed(world, options.pages, options.seed)
    except Failed as error:
        print(f"faults: {error}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
