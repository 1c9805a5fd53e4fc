"""How well and how fast pages are cleaned, beside bare trafilatura and resiliparse.

    python benchmarks/extraction.py [--shared ../shared] [--processes 2] [--rounds 3]

On ``data/article-extraction`` (pages with hand-made bodies) it prints precision, recall and F1
by the published score (the folder's README), pages per second and peak memory; on
``data/news-pairs`` pages per second, and the rejected pages per reason. All engines of one run
read the same pages in as many processes, in turn, so that a busy machine slows all of them; the
ratio is the median of the rounds. ``benchmarks/pages_to_store.py`` measures the way to a store.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from arguments import add_shared, of_shared, positive

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
_TOKEN = re.compile(r"\w+")
_SHINGLE = 4
_CHUNK = 16
OURS = "ours"
BASE = "trafilatura with metadata"

Counts = tuple[int, int, int]
"""Shingles of one page: shared, only predicted, only in the body."""


@dataclass(frozen=True)
class Item:
    """One page to clean: its bytes, address and, where known, its body."""

    html: bytes
    url: str
    body: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What an engine made of a page."""

    text: str
    refusal: str | None = None


@dataclass(frozen=True)
class Run:
    """One engine over one set of pages; `seconds` of each round."""

    outcomes: list[Outcome]
    seconds: list[float]
    peak_mib: float


def ours(item: Item) -> Outcome:
    """This project's cleaning, with metadata and embedded articles."""
    from aggregator.cleaning import clean
    from aggregator.core.model import Kind, Record, Rejection
    from aggregator.core.options import CleaningOptions

    page = clean(Record("page", item.html, Kind.HTML, item.url), CleaningOptions())
    if isinstance(page, Rejection):
        return Outcome("", page.reason.value)
    return Outcome(page.main.text if page.main else "")


def bare_trafilatura(item: Item, **settings: bool) -> Outcome:
    """Trafilatura alone with the given settings."""
    import logging

    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    document = bare_extraction(item.html, url=item.url, **settings)
    text = document.text if document is not None else None
    return Outcome(text or "", None if text else "none")


def bare_resiliparse(item: Item) -> Outcome:
    """Resiliparse's main content extraction."""
    from resiliparse.extract.html2text import extract_plain_text

    page = item.html.decode("utf-8", "replace")
    text = extract_plain_text(page, main_content=True, alt_texts=False)
    return Outcome(text, None if text.strip() else "none")


ENGINES: dict[str, Callable[[Item], Outcome]] = {
    OURS: ours,
    BASE: partial(bare_trafilatura, with_metadata=True),
    "trafilatura": bare_trafilatura,
    "trafilatura fast": partial(bare_trafilatura, fast=True, include_comments=False),
    "trafilatura favor_precision": partial(bare_trafilatura, favor_precision=True),
    "resiliparse": bare_resiliparse,
}


def score(outcomes: Iterable[Outcome], items: Iterable[Item]) -> tuple[float, float, float]:
    """Precision, recall and F1 (0..1) by the published score."""
    counts = [page_counts(o.text, i.body or "") for o, i in zip(outcomes, items, strict=True)]
    precisions = [tp / (tp + fp) for tp, fp, _ in counts if tp + fp]
    recalls = [tp / (tp + fn) for tp, _, fn in counts if tp + fn]
    precision = sum(precisions) / len(precisions) if precisions else 0.0
    recall = sum(recalls) / len(recalls) if recalls else 0.0
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def page_counts(predicted: str, body: str) -> Counts:
    """Shared, only predicted and only expected 4-token shingles, counted as multisets."""
    left, right = shingles(predicted), shingles(body)
    shared = sum((left & right).values())
    return shared, sum(left.values()) - shared, sum(right.values()) - shared


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """The 4-token shingles of `text`; a shorter text is one shingle."""
    tokens = _TOKEN.findall(text)
    if not tokens:
        return Counter()
    starts = range(max(1, len(tokens) - _SHINGLE + 1))
    return Counter(tuple(tokens[at : at + _SHINGLE]) for at in starts)


class Contestant:
    """One engine in worker processes of its own, warmed up before any clock runs."""

    def __init__(self, name: str, items: list[Item], processes: int) -> None:
        self.engine = ENGINES[name]
        self.items = items
        self.processes = processes
        self.seconds: list[float] = []
        self.outcomes: list[Outcome] = []
        self.pool = ProcessPoolExecutor(
            processes, mp_context=get_context("spawn"), initializer=_prepare, initargs=(name,)
        )
        list(self.pool.map(self.engine, items[: 10 * processes]))

    def run(self) -> None:
        """One round: all pages once."""
        start = time.perf_counter()
        self.outcomes = list(self.pool.map(self.engine, self.items, chunksize=_CHUNK))
        self.seconds.append(time.perf_counter() - start)

    def close(self) -> Run:
        """What the rounds gave; the processes end."""
        peak = max(self.pool.map(_peak_mib, range(4 * self.processes)))
        self.pool.shutdown()
        return Run(self.outcomes, self.seconds, peak)


def _prepare(name: str) -> None:
    if name == OURS:
        from aggregator.cleanwork import warm_up

        warm_up()


def _peak_mib(_: int) -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def article_pages(folder: Path) -> Iterator[Item]:
    """The pages of ``article-extraction`` with their hand-made bodies."""
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    for name, entry in sorted(truth.items()):
        html = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
        yield Item(html, entry["url"], entry["articleBody"])


def warc_pages(path: Path) -> Iterator[Item]:
    """The pages of a WARC file."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
            yield Item(record.reader.read(), record.headers.get("WARC-Target-URI") or "")


def report(title: str, items: list[Item], options: argparse.Namespace) -> None:
    """Run the engines over `items`, a round of all after another, and print a table."""
    print(f"\n{title}: {len(items)} pages, {options.processes} processes, {options.rounds} rounds")
    print(
        f"{'engine':28} {'F1':>6} {'prec.':>6} {'recall':>6} {'pages/s':>8} {'MiB':>5} "
        " none or rejected"
    )
    contestants = {name: Contestant(name, items, options.processes) for name in options.engines}
    for _ in range(options.rounds):
        for contestant in contestants.values():
            contestant.run()
    runs = {name: contestant.close() for name, contestant in contestants.items()}
    for name, run in runs.items():
        figures = ["", "", ""]
        if items[0].body is not None:
            precision, recall, f1 = score(run.outcomes, items)
            figures = [f"{figure:.4f}" for figure in (f1, precision, recall)]
        refused = dict(Counter(o.refusal for o in run.outcomes if o.refusal))
        print(
            f"{name:28} {figures[0]:>6} {figures[1]:>6} {figures[2]:>6} "
            f"{len(items) / median(run.seconds):8.1f} {run.peak_mib:5.0f}  {refused or ''}",
            flush=True,
        )
    if OURS in runs and BASE in runs:
        say_ratio(f"pages/s of ours against {BASE}", runs[BASE].seconds, runs[OURS].seconds)


def say_ratio(what: str, base: list[float], own: list[float]) -> None:
    """Print how many times as fast as `base` the rounds of `own` were: median, least and most."""
    ratios = [b / o for b, o in zip(base, own, strict=True)]
    print(f"{what}: {median(ratios):.2f} (rounds from {min(ratios):.2f} to {max(ratios):.2f})")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_shared(parser)
    parser.add_argument("--processes", type=positive, default=2)
    parser.add_argument(
        "--rounds", type=positive, default=3, help="runs of every engine, in turn; medians count"
    )
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    parser.add_argument("--set", choices=["articles", "pairs", "both"], default="both")
    options = parser.parse_args()
    articles = options.shared / "data/article-extraction"
    crawl = options.shared / "data/news-pairs/pages.warc.gz"
    wanted = {"articles": [articles], "pairs": [crawl]}.get(options.set, [articles, crawl])
    of_shared(parser, *wanted)
    if articles in wanted:
        report("article-extraction", list(article_pages(articles)), options)
    if crawl in wanted:
        report("news-pairs", list(warc_pages(crawl)), options)


if __name__ == "__main__":
    main()
