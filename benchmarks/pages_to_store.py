"""Pages per second from a WARC file to a durable, settled store, beside bare trafilatura.

    python benchmarks/pages_to_store.py [--shared ../shared] [--processes 2] [--rounds 3]

Each round reads a WARC, cleans, signs and matches its pages and stores them in a new SQLite
store, as ``aggregator ingest`` does, and then runs ``trafilatura.bare_extraction`` (default, with
metadata) over the pages of the same WARC in as many processes. The pages of
``data/article-extraction`` are first written into a WARC. The start of the processes is not
counted for either side; ours is printed apart.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from arguments import add_shared, of_shared, positive
from extraction import BASE, Contestant, Item, article_pages, say_ratio, warc_pages

SETS = ("article-extraction", "news-pairs")


def write_warc(path: Path, items: Iterable[Item]) -> None:
    """Write pages as responses of a crawl."""
    with path.open("wb") as file:
        for number, item in enumerate(items):
            body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + item.html
            head = (
                "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2020-01-01T00:00:00Z\r\n"
                f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012}>\r\n"
                f"WARC-Target-URI: {item.url}\r\n"
                "Content-Type: application/http; msgtype=response\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            file.write(head.encode() + body + b"\r\n\r\n")


class Store:
    """Ingests of one WARC, each into a new SQLite store, by workers that run already."""

    def __init__(self, warc: Path, processes: int) -> None:
        from aggregator.core.options import CleaningOptions
        from aggregator.workers import Cleaners

        self.warc = warc
        self.processes = processes
        self.seconds: list[float] = []
        self.stages: defaultdict[str, float] = defaultdict(float)
        started = time.perf_counter()
        self.cleaners = Cleaners(CleaningOptions(), processes)
        self.cleaners.results(self.cleaners.submit(_some_records(processes)))
        self.start = time.perf_counter() - started

    def run(self) -> None:
        """One round: the whole WARC into a store that did not exist."""
        from aggregator.core.canonical import CanonicalOptions
        from aggregator.core.options import CleaningOptions, MatchingOptions, ReadingOptions
        from aggregator.pipeline import Pipeline, PipelineOptions
        from aggregator.readers import Dump, read_dump
        from aggregator.store.engine import open_engine
        from aggregator.store.migrate import upgrade

        with tempfile.TemporaryDirectory() as folder:
            engine = open_engine(f"sqlite:///{folder}/store.sqlite3", must_exist=False)
            upgrade(engine)
            options = PipelineOptions(
                CleaningOptions(), MatchingOptions(), CanonicalOptions(), self.processes
            )
            job = Pipeline(engine, options, lambda: datetime.now(UTC), self.cleaners).__enter__()
            started = time.perf_counter()
            entries = read_dump(Dump(self.warc.name, str(self.warc)), ReadingOptions())
            self.tally = job.ingest(self.warc.name, entries)
            self.seconds.append(time.perf_counter() - started)
            for stage, seconds in job.seconds.items():
                self.stages[stage] += seconds
            engine.dispose()


def _some_records(processes: int) -> list:
    from aggregator.core.model import Kind, Record

    page = b"<html><body><article><p>One two three.</p></article></body></html>"
    return [Record(str(n), page, Kind.HTML) for n in range(64 * processes)]


def report(name: str, warc: Path, options: argparse.Namespace) -> None:
    """Run both sides in turn over one set, and print what they made of it."""
    items = list(warc_pages(warc))
    own = Store(warc, options.processes)
    base = Contestant(BASE, items, options.processes)
    for _ in range(options.rounds):
        own.run()
        base.run()
    bare = base.close()
    own.cleaners.close()
    print(f"\n{name}: {len(items)} pages, {options.processes} processes, {options.rounds} rounds")
    rows = (("WARC to settled store", own.seconds), (BASE, bare.seconds))
    for title, seconds in rows:
        print(f"{title:28} {len(items) / median(seconds):8.1f} pages/s")
    say_ratio("ratio", bare.seconds, own.seconds)
    stages = ", ".join(f"{k} {v / options.rounds:.2f} s" for k, v in own.stages.items())
    print(f"a round of ours waits for: {stages}; its processes started in {own.start:.1f} s")
    print(f"stored {own.tally.stored}, rejected {own.tally.rejected} of {own.tally.read} records")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_shared(parser)
    parser.add_argument("--processes", type=positive, default=2)
    parser.add_argument("--rounds", type=positive, default=3)
    parser.add_argument("--set", choices=SETS, nargs="+", default=SETS)
    options = parser.parse_args()
    articles = options.shared / "data/article-extraction"
    crawl = options.shared / "data/news-pairs/pages.warc.gz"
    sources = dict(zip(SETS, (articles, crawl), strict=True))
    of_shared(parser, *(sources[name] for name in options.set))
    with tempfile.TemporaryDirectory() as folder:
        warcs = {SETS[0]: Path(folder) / "pages.warc", SETS[1]: crawl}
        if SETS[0] in options.set:
            write_warc(warcs[SETS[0]], article_pages(articles))
        for name in options.set:
            report(name, warcs[name], options)


if __name__ == "__main__":
    main()
