"""Articles per second from JSON lines on disk: the whole pipeline beside tools in memory.

    python benchmarks/throughput.py [CORPUS.jsonl] [--articles 20000] [--mean-words 970]
        [--cores 1 2] [--only pipeline rensa ...] [--python PEERS_PYTHON] [--json FILE]

Runs the whole pipeline (into a new SQLite store, settled and on disk) and each installed peer
(`peers`) on the same file, one after another, each in a process of its own that is bound to so
many cores. Without CORPUS one is made (`corpus`). Time is from the first line read to the end,
without the start of the interpreter and the imports; text-dedup's is what its command reports.
Memory is the highest proportional set size of the process and its children, cpu their processor
time, imports with it. `--python` names the
interpreter of another environment, for peers that do not fit in this one. Ratios of one run can
be trusted; figures of different runs can not.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import corpus
from arguments import command, given_file, needed, new_file, positive, refuse
from peers import PEERS, Outcome

with suppress(ModuleNotFoundError):  # `needed` tells it
    import psutil

ROOT = Path(__file__).resolve().parents[1]
PIPELINE = "pipeline"
SAMPLE_SECONDS = 0.25


@dataclass(frozen=True)
class Result:
    """One contestant on so many cores; memory in bytes."""

    name: str
    cores: int
    outcome: Outcome
    memory: int
    processor: float
    """Processor seconds, imports with them."""

    @property
    def seconds(self) -> float:
        """Seconds an article."""
        return (self.outcome.seconds or 0.0) / self.outcome.articles


def pipeline(path: Path) -> Outcome:
    """Ingest a corpus into a new store, as ``aggregator ingest`` does."""
    from sqlalchemy import text

    from aggregator import nursery
    from aggregator.core.canonical import CanonicalOptions
    from aggregator.core.options import CleaningOptions, MatchingOptions, ReadingOptions
    from aggregator.garbage import spare_what_is_loaded
    from aggregator.pipeline import Pipeline, PipelineOptions
    from aggregator.readers import Dump, read_dump
    from aggregator.settings import available_cores
    from aggregator.store.engine import open_engine, reading
    from aggregator.store.migrate import upgrade

    nursery.begin()
    spare_what_is_loaded()
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        engine = open_engine(f"sqlite:///{folder}/store.sqlite3", must_exist=False)
        upgrade(engine)
        options = PipelineOptions(
            CleaningOptions(), MatchingOptions(), CanonicalOptions(), available_cores()
        )
        with Pipeline(engine, options, lambda: datetime.now(UTC)) as job:
            entries = read_dump(Dump(path.name, str(path)), ReadingOptions())
            tally = job.ingest(path.name, entries)
        with reading(engine) as connection:
            query = "SELECT coalesce(sum(size), 0) FROM canonical_stories WHERE size > 1"
            found = connection.scalar(text(query))
        engine.dispose()
    return Outcome(tally.stored, int(found or 0), stages=dict(job.seconds))


def contestant(name: str, path: Path) -> None:
    """Run one contestant in this process, and print what it says of itself."""
    if name == PIPELINE:
        import aggregator.pipeline
        import aggregator.settings  # noqa: F401
    elif PEERS[name][0] != "text_dedup":
        importlib.import_module(PEERS[name][0])
    started = time.perf_counter()
    outcome = pipeline(path) if name == PIPELINE else PEERS[name][1](path)
    seconds = time.perf_counter() - started
    print(json.dumps(asdict(replace(outcome, seconds=outcome.seconds or seconds))))


def measure(name: str, path: Path, cores: int, python: str) -> Result | None:
    """Run one contestant in a process of its own on so many cores; None if it fails."""
    arguments = [python, __file__, str(path), "--contestant", name]
    chosen = set(sorted(os.sched_getaffinity(0))[-cores:])
    with subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: os.sched_setaffinity(0, chosen),  # noqa: PLW1509
    ) as process:
        watch = Watch(process.pid)
        watch.start()
        said, errors = process.communicate()
        watch.stop()
    if process.returncode:
        print(f"{name}: failed: {errors.strip()}", file=sys.stderr)
        return None
    outcome = Outcome(**json.loads(said.splitlines()[-1]))
    if not outcome.articles:
        print(f"{name}: failed: it took none of the articles", file=sys.stderr)
        return None
    return Result(name, cores, outcome, watch.peak, watch.processor)


class Watch(threading.Thread):
    """Watches what a process and its children use, by looking every `SAMPLE_SECONDS`."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.peak = psutil.Process(process), 0
        self._spent: dict[int, float] = {}
        self._ended = threading.Event()

    @property
    def processor(self) -> float:
        """Processor seconds, as far as they were seen."""
        return sum(self._spent.values())

    def run(self) -> None:
        """Look again and again, until stopped."""
        while not self._ended.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, self.now())

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self.join()

    def now(self) -> int:
        """Bytes that all of them use together, shared pages counted once."""
        total = 0
        try:
            for each in [self.process, *self.process.children(recursive=True)]:
                total += each.memory_full_info().pss
                times = each.cpu_times()
                self._spent[each.pid] = times.user + times.system
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            pass
        return total


def installed(name: str, python: str) -> bool:
    """Whether an interpreter has what a contestant imports."""
    if name == PIPELINE:
        return True
    code = f"import importlib.util as u, sys; sys.exit(u.find_spec({PEERS[name][0]!r}) is None)"
    return subprocess.run([python, "-c", code], check=False).returncode == 0


def table(results: list[Result]) -> str:
    """The results of one number of cores, with rates relative to the pipeline's."""
    own = next((each.seconds for each in results if each.name == PIPELINE), None)
    columns = {"articles/s": 11, "ms each": 9, "pipeline is": 13, "cpu ms": 8, "MB": 7, "found": 9}
    lines = ["".join([" " * 20, *(name.rjust(width) for name, width in columns.items())])]
    for each in results:
        ratio = f"{each.seconds / own:.2f} x" if own else "-"
        processor = 1000 * each.processor / each.outcome.articles
        lines.append(
            f"{each.name:20}{1 / each.seconds:11.0f}{1000 * each.seconds:9.2f}{ratio:>13}"
            f"{processor:8.2f}{each.memory / 1e6:7.0f}{each.outcome.found:9}"
        )
        if each.outcome.stages:
            parts = each.outcome.stages.items()
            spent = [f"{name} {1000 * time / each.outcome.articles:.2f}" for name, time in parts]
            lines.append(f"{'':20}main process, ms an article: {', '.join(spent)}")
    return "\n".join(lines)


def compete(path: Path, parsed: argparse.Namespace) -> tuple[list[Result], bool]:
    """All contestants on all numbers of cores, a table for each; and whether none failed."""
    results, well = [], True
    for cores in parsed.cores:
        those = []
        for name in parsed.only or [PIPELINE, *PEERS]:
            pythons = [sys.executable, *([parsed.python] if parsed.python else [])]
            python = next((each for each in pythons if installed(name, each)), None)
            if python is None:
                print(f"{name}: not installed, left out", file=sys.stderr)
            elif (result := measure(name, path, cores, python)) is not None:
                those.append(result)
            else:
                well = False
        print(f"\n{path.name}, {cores} core{'s' if cores > 1 else ''}\n{table(those)}", flush=True)
        results += those
    return results, well


def parse(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The command line."""
    available = len(os.sched_getaffinity(0))
    parser.add_argument("corpus", type=given_file, nargs="?")
    corpus.add_options(parser)
    both = [cores for cores in (1, 2) if cores <= available]
    parser.add_argument("--cores", type=positive, nargs="+", default=both)
    parser.add_argument("--only", nargs="+", choices=[PIPELINE, *PEERS])
    parser.add_argument("--python", type=command)
    parser.add_argument("--json", type=new_file)
    parser.add_argument("--contestant", choices=[PIPELINE, *PEERS], help=argparse.SUPPRESS)
    parsed = parser.parse_args()
    if max(parsed.cores) > available and not parsed.contestant:
        parser.error(f"argument --cores: {max(parsed.cores)} is more than there are: {available}")
    return parsed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parsed = parse(parser)
    if parsed.contestant:
        contestant(parsed.contestant, parsed.corpus)
        return 0
    if parsed.corpus and (flaw := corpus.flaw(parsed.corpus)):
        refuse(parser, f"{parsed.corpus}: {flaw}")
    needed(parser, "psutil")
    with tempfile.TemporaryDirectory() as folder:
        path = parsed.corpus
        if path is None:
            path = Path(folder) / "corpus.jsonl"
            number = corpus.write(path, corpus.options_of(parsed))
            if not number:
                refuse(parser, f"there are no texts (*.txt) in {parsed.texts}")
            print(f"{number} invented articles", flush=True)
        results, well = compete(path, parsed)
    if parsed.json:
        parsed.json.write_text(json.dumps([asdict(each) for each in results], indent=1))
    return 0 if results and well else 1


if __name__ == "__main__":
    sys.exit(main())
