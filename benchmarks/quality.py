"""How right the stories are: the whole pipeline on labelled pairs, beside other tools.

    python benchmarks/quality.py [--shared ../shared] [--database FILE] [--errors]

Ingests ``data/news-pairs`` into a new store (or takes the SQLite store of `--database`) and lets
``aggregator evaluate`` score the labelled pairs: weighted, disputed pairs left out; a pair is
together when both articles are in one story, or when the rule alone says so. On the same cleaned
texts, exported, it scores datasketch, rensa and gaoya at several thresholds (word 3-grams;
proposals of datasketch and rensa verified by exact Jaccard). Last come the candidates: missed
pairs and comparisons per article. A tool that is not installed is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from arguments import add_shared, of_shared, refuse

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from aggregator.candidates import postings
from aggregator.cleaning import registered_domain
from aggregator.core.decision import TextFacts, Verdict, decide
from aggregator.core.evidence import Text, compare
from aggregator.core.options import MatchingOptions
from aggregator.core.proposals import Proposals, meeting
from aggregator.core.scores import Judged, score
from aggregator.core.tokens import Fingerprint
from aggregator.fingerprint import fingerprint
from aggregator.labels import LabelError, Labels, read_labels
from aggregator.store.index import HUBS

os.environ["PYTHONPATH"] = sys.path[0]  # for the commands that it starts
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_WORD = re.compile(r"\w+")
_PERMUTATIONS = 128

Pair = frozenset[str]
"""The addresses of two articles."""


@dataclass(frozen=True)
class Article:
    """A main article as the store exports it."""

    url: str
    story: str
    text: str
    facts: TextFacts
    fingerprint: Fingerprint


@dataclass(frozen=True)
class Row:
    """A row of the table; `partial` is the share of pairs labelled so that are put together."""

    precision: float
    recall: float
    f1: float
    partial: float


def scored(labels: Labels, together: Callable[[Pair], bool]) -> Row:
    """Score what a tool puts together."""
    judged = [(each, Judged(each.same, together(each.ends), each.weight)) for each in labels.pairs]
    every = score(pair for _, pair in judged)
    partial = score(pair for label, pair in judged if label.label == "partial")
    return Row(every.precision or 0, every.recall or 0, every.f1 or 0, partial.merged or 0)


def evaluated(database: Path, pairs: Path) -> dict[str, Any]:
    """What ``aggregator evaluate`` says of a store."""
    done = subprocess.run(
        [*_evaluate(database, pairs), "--format", "json"], capture_output=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _evaluate(database: Path, pairs: Path) -> list[str]:
    command = [sys.executable, "-m", "aggregator", "--database", f"sqlite:///{database}"]
    return [*command, "evaluate", str(pairs)]


def row_of(figures: dict[str, Any], partial: float) -> Row:
    """The row that the figures of ``aggregator evaluate`` give."""
    return Row(*(figures[name] or 0 for name in ("precision", "recall", "f1")), partial)


def exported(database: Path) -> Iterator[dict[str, str]]:
    """The main articles of a store."""
    command = [sys.executable, "-m", "aggregator", "export", "--database", f"sqlite:///{database}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as export:
        for line in export.stdout or ():
            row = json.loads(line)
            if row["role"] == "main":
                yield row
    if export.returncode:
        raise SystemExit("the export failed")


def load(database: Path) -> dict[str, Article]:
    """The main articles of a store, by the address of their page."""
    return {row["page_url"]: _article(row) for row in exported(database)}


def _article(row: dict[str, str]) -> Article:
    made = fingerprint(row["text"])
    published = datetime.fromisoformat(row["published_at"]) if row["published_at"] else None
    facts = TextFacts(
        title=row["title"],
        outlet=row["outlet"],
        site=registered_domain(row["page_url"]),
        language=row["language"],
        published=published,
        word_count=made.word_count,
        short=made.word_count < MatchingOptions().short_main_words,
    )
    return Article(row["page_url"], row["cluster_id"], row["text"], facts, made)


def ingest(dump: Path, database: Path) -> None:
    """Run the pipeline as its users do."""
    command = [sys.executable, "-m", "aggregator", "ingest", str(dump)]
    done = subprocess.run([*command, "--database", f"sqlite:///{database}"], check=False)
    if done.returncode not in (0, 3):  # 3: done, but some records were rejected
        raise SystemExit("the ingest failed")


def by_rule(articles: dict[str, Article], ends: Pair) -> bool:
    """Whether the rule alone calls the two copies."""
    if len(ends & articles.keys()) < 2:
        return False
    a, b = (articles[url] for url in ends)
    evidence = compare(
        Text(a.fingerprint.tokens, a.facts.title), Text(b.fingerprint.tokens, b.facts.title)
    )
    return decide(evidence, a.facts, b.facts, MatchingOptions()).verdict is Verdict.SAME


def word_shingles(text: str) -> set[str]:
    """Word 3-grams as other tools' examples make them."""
    words = _WORD.findall(text.lower())
    return {" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))}


def jaccard(a: set[str], b: set[str]) -> float:
    """Exact resemblance."""
    return len(a & b) / (len(a | b) or 1)


def datasketch_pairs(articles: dict[str, Article], threshold: float) -> set[Pair]:
    """What datasketch's LSH proposes, verified."""
    import xxhash
    from datasketch import MinHash, MinHashLSH

    sets = {url: word_shingles(article.text) for url, article in articles.items()}
    index = MinHashLSH(threshold=threshold, num_perm=_PERMUTATIONS)
    made = {}
    for url, found in sets.items():
        made[url] = MinHash(_PERMUTATIONS, hashfunc=xxhash.xxh32_intdigest)
        made[url].update_batch([each.encode() for each in found])
        index.insert(url, made[url], check_duplication=False)
    proposed = {frozenset((url, other)) for url in sets for other in index.query(made[url])}
    return {p for p in proposed if len(p) == 2 and jaccard(*(sets[u] for u in p)) >= threshold}


def rensa_pairs(articles: dict[str, Article], threshold: float) -> set[Pair]:
    """What rensa's LSH proposes, verified; as many bands of few values as find the threshold."""
    from rensa import RMinHash, RMinHashLSH

    urls = list(articles)
    sets = [word_shingles(articles[url].text) for url in urls]
    bands = 64 if threshold < 0.6 else 32
    index = RMinHashLSH(threshold=threshold, num_perm=_PERMUTATIONS, num_bands=bands)
    made = []
    for key, found in enumerate(sets):
        sketch = RMinHash(num_perm=_PERMUTATIONS, seed=1)
        sketch.update(sorted(found))
        made.append(sketch)
        index.insert(key, sketch)
    proposed = {(min(i, j), max(i, j)) for i in range(len(urls)) for j in index.query(made[i])}
    return {
        frozenset((urls[i], urls[j]))
        for i, j in proposed
        if i != j and jaccard(sets[i], sets[j]) >= threshold
    }


def gaoya_pairs(articles: dict[str, Article], threshold: float) -> set[Pair]:
    """What gaoya's index returns; it verifies by the signatures itself."""
    from gaoya.minhash import MinHashStringIndex

    urls = list(articles)
    bands, values = (64, 2) if threshold < 0.6 else (32, 4)
    index = MinHashStringIndex(32, threshold, bands, values, None, "word", True, (3, 3))
    for key, url in enumerate(urls):
        index.insert_document(key, articles[url].text)
    return {
        frozenset((url, urls[found]))
        for url in urls
        for found in index.query(articles[url].text)
        if urls[found] != url
    }


PEERS = {"datasketch": datasketch_pairs, "rensa": rensa_pairs, "gaoya": gaoya_pairs}


def candidates(articles: dict[str, Article]) -> tuple[set[tuple[int, int]], dict[str, int]]:
    """The candidate pairs of the definition, over the distinct texts in content order."""
    prints = {each.fingerprint.digest: each for each in articles.values()}
    places = {digest: place for place, digest in enumerate(sorted(prints))}
    of_place = {places[digest]: article for digest, article in prints.items()}
    keys = postings(
        {place: article.fingerprint for place, article in of_place.items()},
        {place for place, article in of_place.items() if article.facts.short},
    )
    proposals = Proposals(np.arange(len(places)), HUBS)
    proposals.add(meeting(keys, keys[:0]))
    of_url = {url: places[each.fingerprint.digest] for url, each in articles.items()}
    return set(proposals.pairs()), of_url


def report_candidates(articles: dict[str, Article], labels: Labels) -> None:
    """Print the missed share of ``same`` pairs, and comparisons per article."""
    pairs, places = candidates(articles)
    # Each pair is compared once, when the later of its two texts arrives: in any order of
    # arrival a text waits for at most all of its own.
    most = max(Counter(node for pair in pairs for node in pair).values())

    def proposed(ends: Pair) -> bool:
        nodes = sorted(places[url] for url in ends if url in places)
        return len(nodes) == 2 and (nodes[0] == nodes[1] or (nodes[0], nodes[1]) in pairs)

    missed = 1 - scored(labels, proposed).recall
    print(
        f"\ncandidates: {missed:.1%} of the same pairs missed; comparisons per article: "
        f"{len(pairs) / len(articles):.1f} on average, at most {most} in any order of arrival"
    )


def report(name: str, made: Row) -> None:
    """Print one row of the table."""
    print(
        f"{name:34} {made.precision:9.3f} {made.recall:7.3f} {made.f1:6.3f} {made.partial:9.1%}",
        flush=True,
    )


def main() -> None:
    """Score the pipeline and its peers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add_shared(parser)
    parser.add_argument("--database", type=Path, help="an SQLite store of the pages")
    parser.add_argument("--errors", action="store_true", help="list what the pipeline gets wrong")
    chosen = parser.parse_args()
    data = chosen.shared / "data" / "news-pairs"
    stored = chosen.database and chosen.database.exists()
    of_shared(parser, data / "pairs.csv", *([] if stored else [data / "pages.warc.gz"]))
    try:
        labels = read_labels(data / "pairs.csv")
    except LabelError as error:
        refuse(parser, str(error))
    with tempfile.TemporaryDirectory() as folder:
        database = chosen.database or Path(folder) / "store.sqlite3"
        if not database.exists():
            ingest(data / "pages.warc.gz", database)
        articles = load(database)
        found = evaluated(database, data / "pairs.csv")
        if chosen.errors:
            subprocess.run([*_evaluate(database, data / "pairs.csv"), "--errors"], check=True)
    print(
        f"{len(articles)} main articles, {len(labels.pairs)} labelled pairs,"
        f" {len(found['not_stored'])} not stored"
    )
    print(f"{'':34} precision  recall     F1  partial merged")
    merged = {row["value"]: row["merged"] for row in found["splits"] if row["split"] == "label"}
    report("pipeline, by story", row_of(found["stories"], merged["partial"]))
    report("the rule, pair by pair", scored(labels, partial(by_rule, articles)))
    for name, pairs_of in PEERS.items():
        for threshold in THRESHOLDS:
            try:
                pairs = pairs_of(articles, threshold)
            except ImportError:
                print(f"{name}: not installed")
                break
            report(f"{name} at {threshold}", scored(labels, pairs.__contains__))
    report_candidates(articles, labels)


if __name__ == "__main__":
    main()
