"""One store grown to a million articles: what does the last one cost beside the first ones.

    python benchmarks/growth.py FOLDER [--articles 1000000] [--every 50000] [--mean-words 120]
        [--case corpus|star|template] [--database URL] [--picture growth.png]

Every step makes JSON lines (`corpus`: invented articles, a third of them copies of articles of the
same days) and gives them to ``aggregator ingest``. Then it measures the store: bytes of each
table with its indexes, ``clusters list`` and ``clusters show`` (processes, best of three), and
``aggregator ingest`` of ten more articles. Rate and processor time are those of the ingest process
and its workers, memory the highest that they used together, shared pages counted once. FOLDER
keeps the store (unless `--database`), the figures and what they are of: running the same again
goes on where it stopped, and another case, step, length or database is refused.

`star`: every article is a near copy of one story, the newest first. `template`: pages of one site
that fill one form with other facts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import corpus
import numpy as np
import orjson
from arguments import needed, new_file, positive, refuse
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ArgumentError
from throughput import Watch

ROOT = Path(__file__).resolve().parents[1]
NEWEST = datetime(2026, 1, 1, tzinfo=UTC)
NOTE, FIGURES, STORE = "run.json", "figures.jsonl", "store.sqlite3"
"""What a folder has: what it is of, the steps so far, and the store."""
PARTS = {
    "texts": ("revisions",),
    "articles": ("articles", "deliveries", "appearances"),
    "nodes": ("nodes",),
    "index": ("index_segments", "index_heads", "index_chunks"),
    "matches": ("matches",),
    "clusters": ("clusters",),
}
"""The tables whose bytes are told together; those of all others are told as "other"."""


@dataclass(frozen=True)
class Step:
    """What was measured when the store had so many articles; times in seconds."""

    articles: int
    rate: float
    """Articles per second of the step."""
    processor: float
    """Processor time an article, all processes."""
    memory: int
    """Bytes."""
    list: tuple[float, float]
    """By the clock, and processor time; so the next two."""
    show: tuple[float, float]
    ten: tuple[float, float]
    """Opening the store and ingesting ten articles."""
    bytes: dict[str, float]
    """An article, by part."""


@dataclass(frozen=True)
class Growing:
    """What is grown, and where."""

    folder: Path
    database: str
    case: str
    every: int
    mean_words: int

    def aggregator(self, *arguments: str) -> list[str]:
        """The command line of ``aggregator`` on the store."""
        command = [sys.executable, "-m", "aggregator", "--database", self.database]
        return [*command, *arguments]


def rows(growing: Growing, part: int, number: int) -> Iterator[dict[str, Any]]:
    """So many articles, other ones for each part."""
    if growing.case == "corpus":
        options = corpus.CorpusOptions(number, growing.mean_words, part=part)
        yield from corpus.articles(options)
        return
    writer = corpus.Writer(np.random.default_rng(1), growing.mean_words)
    story = writer.story(300)
    writer.random = np.random.default_rng([1, part])
    make = {"star": _near_copy, "template": _filled_form}[growing.case]
    for i in range(number):
        yield make(writer, story, part * growing.every + i)


def _near_copy(writer: corpus.Writer, story: list[str], number: int) -> dict[str, Any]:
    moment = (NEWEST - timedelta(seconds=number)).isoformat()
    body = "\n".join([*writer.edited(story), f"Copy {number}."])
    url = f"https://site-{number % 500}.example/{number}"
    return {"url": url, "title": "One story", "date": moment, "text": body}


def _filled_form(writer: corpus.Writer, story: list[str], number: int) -> dict[str, Any]:
    moment = (NEWEST - timedelta(seconds=number)).isoformat()
    facts = [" ".join(writer.draw(3)) + f" {writer.random.integers(1000)}" for _ in story]
    body = "\n".join(
        f"{fact} {' '.join(line.split()[:20])}" for fact, line in zip(facts, story, strict=True)
    )
    url = f"https://forms.example/{number}"
    return {"url": url, "title": f"Report {facts[0]}", "date": moment, "text": body}


def write(path: Path, lines: Iterator[dict[str, Any]]) -> None:
    """Write articles as JSON lines."""
    with path.open("wb") as file:
        for row in lines:
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def run(command: list[str]) -> tuple[float, float, int, bytes]:
    """Run a process: seconds, processor seconds, highest memory, and what it wrote."""
    started = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        watch = Watch(process.pid)
        watch.start()
        said, _ = process.communicate()
        seconds = time.perf_counter() - started
        watch.stop()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return seconds, watch.processor, watch.peak, said


def sizes(database: str) -> dict[str, int]:
    """Bytes of each part of the store: tables with their indexes."""
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            query = """SELECT m.tbl_name, sum(d.pgsize) FROM sqlite_master m
                       JOIN (SELECT name, sum(pgsize) AS pgsize FROM dbstat GROUP BY name) d
                       ON d.name = m.name GROUP BY 1"""
        else:
            query = """SELECT relname, pg_total_relation_size(oid) FROM pg_class
                       WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""
        of_table = {name: int(size) for name, size in connection.execute(text(query))}
    engine.dispose()
    found = {part: sum(of_table.pop(t, 0) for t in tables) for part, tables in PARTS.items()}
    return {**found, "other": sum(of_table.values())}


def step(growing: Growing, part: int) -> Step:
    """Grow the store by one part, and measure it."""
    dump = growing.folder / "part.jsonl"
    write(dump, rows(growing, part, growing.every))
    ingest = growing.aggregator("ingest", "--format", "json", str(dump))
    seconds, processor, memory, said = run(ingest)
    stored = max(1, json.loads(said)["stored"])  # a step that was ended goes on where it stood
    articles = (part + 1) * growing.every
    listing = growing.aggregator("clusters", "list", "--format", "json")
    listed = best(lambda: run(listing))
    first = json.loads(listed[3])[0]["cluster_id"]
    # A story of thousands of copies is as long on paper as it is.
    shown = best(lambda: run(growing.aggregator("clusters", "show", first)))
    write(dump, rows(growing, 1000 + part, 10))
    ten = run(growing.aggregator("ingest", str(dump)))
    found = sizes(growing.database)
    return Step(
        articles=articles,
        rate=stored / seconds,
        processor=processor / stored,
        memory=max(memory, ten[2]),
        list=listed[:2],
        show=shown[:2],
        ten=ten[:2],
        bytes={name: size / articles for name, size in found.items()},
    )


def best(
    measured: Callable[[], tuple[float, float, int, bytes]],
) -> tuple[float, float, int, bytes]:
    """The quickest of three runs."""
    return min((measured() for _ in range(3)), key=lambda each: each[0])


def heading() -> str:
    """What the columns are."""
    columns = "articles   art/s  cpu ms  MiB   list s (cpu)   show s (cpu)    ten s (cpu)  bytes"
    return columns + "".join(f"{part:>10}" for part in (*PARTS, "other"))


def line(each: Step) -> str:
    """One row of the table."""
    measured = (
        f"{each.articles:8} {each.rate:7.0f} {1000 * each.processor:7.2f}"
        f" {each.memory / 2**20:4.0f}"
    )
    times = "".join(f"{a:8.2f} ({b:4.2f})" for a, b in (each.list, each.show, each.ten))
    sizes_ = "".join(f"{size:10.0f}" for size in each.bytes.values())
    return f"{measured}{times}{sum(each.bytes.values()):7.0f}{sizes_}"


def draw(path: Path, steps: list[Step]) -> None:
    """The figures over the number of articles, as a PNG file."""
    from matplotlib.figure import Figure

    panels: dict[str, list[float]] = {
        "articles/s": [each.rate for each in steps],
        "processor ms an article": [1000 * each.processor for each in steps],
        "memory, MiB": [each.memory / 2**20 for each in steps],
        "kB an article on disk": [sum(each.bytes.values()) / 1000 for each in steps],
        "clusters list, s": [each.list[0] for each in steps],
        "ten more articles, s": [each.ten[0] for each in steps],
    }
    figure = Figure(figsize=(10, 6), dpi=120, layout="constrained")
    for place, (name, values) in enumerate(panels.items(), 1):
        axes = figure.add_subplot(2, 3, place, title=name, xlabel="articles, thousands")
        axes.plot([each.articles / 1000 for each in steps], values, marker=".")
        axes.set_ylim(bottom=0)
        axes.grid(visible=True, alpha=0.3)
    figure.savefig(path, format="png")


def parse(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The command line."""
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=positive, default=1_000_000)
    parser.add_argument("--every", type=positive, default=50_000)
    parser.add_argument("--mean-words", type=positive, default=120)
    parser.add_argument("--case", choices=["corpus", "star", "template"], default="corpus")
    parser.add_argument("--database", type=address)
    parser.add_argument("--picture", type=new_file)
    return parser.parse_args()


def address(value: str) -> str:
    """The URL of a database."""
    try:
        make_url(value)
    except ArgumentError:
        raise argparse.ArgumentTypeError("it is not the URL of a database") from None
    return value


def run_of(chosen: argparse.Namespace) -> dict[str, Any]:
    """What the figures of a folder depend on; of a database no password."""
    run = {name: getattr(chosen, name) for name in ("case", "every", "mean_words")}
    database = make_url(chosen.database).render_as_string() if chosen.database else None
    return {**run, "database": database}


def other_run(folder: Path, run: dict[str, Any]) -> str | None:
    """Why a folder cannot be gone on with: it is another run's, or does not tell whose."""
    note = folder / NOTE
    if note.exists():
        before = json.loads(note.read_text())
        other = [f"{name} {before.get(name)}" for name in run if before.get(name) != run[name]]
        return f"{folder} is of another run: {', '.join(other)}" if other else None
    if (folder / FIGURES).exists() or (folder / STORE).exists():
        return f"{folder} is of a run that did not note what it was of: take another folder"
    return None


def claim(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> None:
    """Make the folder, or see that it is of such a run; refuse without what the run needs."""
    run = run_of(chosen)
    try:
        chosen.folder.mkdir(parents=True, exist_ok=True)
        if other := other_run(chosen.folder, run):
            refuse(parser, other)
        needed(parser, "psutil", *(["matplotlib"] if chosen.picture else []))
        (chosen.folder / NOTE).write_text(json.dumps(run))
    except OSError as error:
        refuse(parser, f"{chosen.folder}: {error.strerror}")


def main() -> None:
    """Grow a store, or go on with one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    chosen = parse(parser)
    claim(parser, chosen)
    database = chosen.database or f"sqlite:///{(chosen.folder / STORE).resolve()}"
    growing = Growing(chosen.folder, database, chosen.case, chosen.every, chosen.mean_words)
    figures = chosen.folder / FIGURES
    known = figures.read_text().splitlines() if figures.exists() else []
    steps = [Step(**json.loads(each)) for each in known]
    print(f"{chosen.case}, {os.cpu_count()} cores\n{heading()}", flush=True)
    for each in steps:
        print(line(each))
    while len(steps) * growing.every < chosen.articles:
        steps.append(step(growing, len(steps)))
        with figures.open("a") as file:
            file.write(json.dumps(asdict(steps[-1])) + "\n")
        print(line(steps[-1]), flush=True)
    if chosen.picture and steps:
        draw(chosen.picture, steps)


if __name__ == "__main__":
    main()
