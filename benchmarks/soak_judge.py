"""What the soak found: the store against an undisturbed one, and the daemon's memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

from soak_daemons import Daemons, Sample
from soak_world import World

FLAT = 1.15
"""Memory of the last quarter over that of the first may be so much."""
FEW = 4
"""So many threads or handles more at the end are no leak: connections come and go."""
_SUMS = "SELECT count(*) FROM dump_log WHERE read <> stored + known + rejected"
_REJECTIONS = """SELECT DISTINCT d.path, r.locator, r.reason FROM rejected_records r
                 JOIN dump_log d ON d.dump_id = r.dump_id"""


@dataclass(frozen=True)
class Finding:
    """A line of the table; `wrong` fails the soak."""

    what: str
    value: object
    wrong: bool = False


def query(url: str, statement: str) -> list[tuple[Any, ...]]:
    """The rows of a query on a store."""
    if url.startswith("sqlite:///"):
        with sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60) as connection:
            return connection.execute(statement).fetchall()
    import psycopg

    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()  # type: ignore[call-overload]


def addresses(url: str) -> set[str]:
    """Addresses of all main articles of a store."""
    return {row[0] for row in query(url, "SELECT page_url FROM articles WHERE role = 'main'")}


def judge(world: World, daemons: Daemons) -> list[Finding]:
    """Compare with an undisturbed ingest of the same dumps, and look at all figures."""
    beside = {"AGGREGATOR_DATABASE_URL": f"sqlite:///{world.home / 'undisturbed.sqlite3'}"}
    code = daemons.call("ingest", "archive", "--format", "json", **beside).returncode
    found = {each["article_id"]: each for each in exported(daemons)}
    expected = {each["article_id"]: each for each in exported(daemons, **beside)}
    lost, double = expected.keys() - found.keys(), found.keys() - expected.keys()
    other = [key for key in expected.keys() & found.keys() if expected[key] != found[key]]
    check = daemons.call("db", "check")
    rejected = rejections(daemons.url)
    wrongly = rejected ^ rejections(beside["AGGREGATOR_DATABASE_URL"])
    sums = query(daemons.url, _SUMS)[0][0]
    readings, again = query(daemons.url, "SELECT count(*), coalesce(sum(known), 0) FROM dump_log")[
        0
    ]
    return [
        Finding("dumps delivered", world.archived()),
        Finding("records delivered", world.made),
        Finding("readings of dumps", readings),
        Finding("records that were known", again),
        Finding("undisturbed ingest, exit code", code, code not in (0, 3)),
        Finding("articles", len(found), not found),
        Finding("articles lost", len(lost), bool(lost)),
        Finding("articles double or foreign", len(double), bool(double)),
        Finding("articles with another text, cluster or canonical", len(other), bool(other)),
        Finding("rejections", len(rejected)),
        Finding("rejections lost or foreign", len(wrongly), bool(wrongly)),
        Finding("readings whose counts do not add up", sums, sums > 0),
        Finding("db check, exit code", check.returncode, check.returncode != 0),
        *_of_daemons(daemons),
        *_of_memory(daemons.samples, daemons.generation),
    ]


def exported(daemons: Daemons, **environment: str) -> list[dict[str, Any]]:
    """All articles of a store."""
    lines = daemons.call("export", "--format", "jsonl", **environment).stdout
    return [json.loads(line) for line in lines.splitlines()]


def rejections(url: str) -> set[tuple[str, str, str]]:
    """What was rejected: file name, locator and reason, each once."""
    rows = query(url, _REJECTIONS)
    return {(path.rpartition("/")[2], locator, reason) for path, locator, reason in rows}


def _of_daemons(daemons: Daemons) -> list[Finding]:
    slowest = max(daemons.stop_seconds, default=0.0)
    clock = "soak_clock.c" if daemons.library else "no C compiler"
    return [
        Finding("daemons started", daemons.starts),
        Finding("SIGKILL", daemons.kills),
        Finding("SIGTERM, SIGINT", daemons.stops),
        Finding("slowest stop (s)", round(slowest, 1), slowest > 35),
        Finding("SIGHUP (refused)", f"{daemons.hangups} ({daemons.refusals})"),
        Finding(f"clock jumps ({clock})", daemons.jumps),
        *(Finding("problem", each, wrong=True) for each in daemons.problems),
    ]


def _of_memory(samples: Sequence[Sample], generation: int) -> list[Finding]:
    """The first and last quarter of the last daemon's life, without its first two minutes."""
    calm = [each for each in samples if each.generation == generation]
    calm = [each for each in calm if each.minute > calm[0].minute + 2]
    if len(calm) < 8:
        return [Finding("memory", "too short to tell")]
    quarter = len(calm) // 4
    first, last = calm[:quarter], calm[-quarter:]
    found = []
    for name, of in (("daemon alone", "own"), ("with cleaning processes", "family")):
        before, after = (mean(getattr(s, of) for s in part) / 1e6 for part in (first, last))
        what = f"memory of {name}, first and last quarter (MB)"
        found.append(Finding(what, f"{before:.0f} {after:.0f}", after > FLAT * before))
    for of in ("threads", "handles"):
        before, after = (max(getattr(s, of) for s in part) for part in (first, last))
        what = f"most {of}, first and last quarter"
        found.append(Finding(what, f"{before} {after}", after > before + FEW))
    return found


def print_table(findings: Sequence[Finding]) -> None:
    """A line for each finding."""
    width = max(len(each.what) for each in findings)
    for each in findings:
        print(f"{each.what:<{width}}  {each.value}{'  WRONG' if each.wrong else ''}")


def draw(samples: Sequence[Sample], title: str, picture: Path) -> None:
    """The curves of memory, threads and handles."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (above, below) = pyplot.subplots(2, 1, figsize=(9, 6), sharex=True)
    minutes = [each.minute for each in samples]
    above.plot(minutes, [each.family / 1e6 for each in samples], label="with cleaning processes")
    above.plot(minutes, [each.own / 1e6 for each in samples], label="daemon alone")
    above.set_ylabel("memory (MB)")
    below.plot(minutes, [each.threads for each in samples], label="threads")
    below.plot(minutes, [each.handles for each in samples], label="file handles")
    below.set_xlabel("minutes")
    starts = [b.minute for a, b in pairwise(samples) if a.generation != b.generation]
    for axes in (above, below):
        axes.set_ylim(bottom=0)
        for minute in starts:
            axes.axvline(minute, color="lightgrey", linewidth=0.7)
        axes.legend(loc="lower right")
    above.set_title(title)
    figure.tight_layout()
    figure.savefig(picture, dpi=110)
