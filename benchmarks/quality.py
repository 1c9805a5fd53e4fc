"""How right the stories are: the whole pipeline on labelled pairs, beside other tools.

    python benchmarks/quality.py [--shared ../shared] [--database FILE] [--errors]

Ingests ``data/news-pairs`` into a new store (or takes the SQLite store of `--database`), exports
it, and scores the labelled pairs as the folder's README says: weighted, disputed pairs left out;
a pair is together when both articles are in one story. On the same cleaned texts it scores the
rule pair by pair, and datasketch, rensa and gaoya at several thresholds (word 3-grams; proposals
of datasketch and rensa verified by exact Jaccard). Last come the candidates: missed pairs and
comparisons per article. A tool that is not installed is left out.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from aggregator.candidates import node_keys
from aggregator.cleaning import registered_domain
from aggregator.core.decision import TextFacts, Verdict, decide
from aggregator.core.evidence import Text, compare
from aggregator.core.options import MatchingOptions
from aggregator.core.proposals import ENOUGH, weight
from aggregator.core.tokens import Fingerprint
from aggregator.fingerprint import fingerprint
from aggregator.store.index import HUBS

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_WORD = re.compile(r"\w+")
_PERMUTATIONS = 128

Pair = frozenset[str]
"""The addresses of two articles."""


@dataclass(frozen=True)
class Label:
    """A labelled pair; `weight` says how many unlabelled pairs it stands for."""

    ends: Pair
    label: str
    weight: float


@dataclass(frozen=True)
class Article:
    """A main article as the store exports it."""

    url: str
    story: str
    text: str
    facts: TextFacts
    fingerprint: Fingerprint


@dataclass(frozen=True)
class Score:
    """Weighted precision and recall of ``same``, and the share of ``partial`` pairs merged."""

    precision: float
    recall: float
    partial: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def read_labels(path: Path) -> list[Label]:
    """The labelled pairs of a CSV, without the disputed ones."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Label(frozenset((row["url_a"], row["url_b"])), row["label"], float(row["weight"]))
        for row in rows
        if row["label"] != "disputed"
    ]


def score(labels: list[Label], together: Callable[[Pair], bool]) -> Score:
    """Score what a tool puts together."""
    found = [each for each in labels if together(each.ends)]

    def total(pairs: list[Label], label: str | None = None) -> float:
        return sum(each.weight for each in pairs if label in (None, each.label))

    return Score(
        precision=total(found, "same") / (total(found) or 1),
        recall=total(found, "same") / (total(labels, "same") or 1),
        partial=total(found, "partial") / (total(labels, "partial") or 1),
    )


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
    subprocess.run([*command, "--database", f"sqlite:///{database}"], check=True)


def by_story(articles: dict[str, Article], ends: Pair) -> bool:
    """Whether the pipeline has both articles in one story."""
    return len(ends & articles.keys()) == 2 and len({articles[url].story for url in ends}) == 1


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
    holders: dict[int, list[int]] = defaultdict(list)
    for digest, place in places.items():
        article = prints[digest]
        for key in node_keys(article.fingerprint, short=article.facts.short):
            holders[key].append(place)
    weights: dict[tuple[int, int], int] = defaultdict(int)
    for key, nodes in holders.items():
        for rank, hub in enumerate(nodes[:HUBS]):
            for node in nodes[rank + 1 :]:
                weights[hub, node] += weight(key)
    pairs = {pair for pair, total in weights.items() if total >= ENOUGH}
    return pairs, {url: places[each.fingerprint.digest] for url, each in articles.items()}


def report_candidates(articles: dict[str, Article], labels: list[Label]) -> None:
    """Print the missed share of ``same`` pairs, and comparisons per article."""
    pairs, places = candidates(articles)
    # Each pair is compared once, when the later of its two texts arrives: in any order of
    # arrival a text waits for at most all of its own.
    most = max(Counter(node for pair in pairs for node in pair).values())

    def proposed(ends: Pair) -> bool:
        nodes = sorted(places[url] for url in ends if url in places)
        return len(nodes) == 2 and (nodes[0] == nodes[1] or (nodes[0], nodes[1]) in pairs)

    missed = 1 - score(labels, proposed).recall
    print(
        f"\ncandidates: {missed:.1%} of the same pairs missed; comparisons per article: "
        f"{len(pairs) / len(articles):.1f} on average, at most {most} in any order of arrival"
    )


def report_errors(labels: list[Label], together: Callable[[Pair], bool]) -> None:
    """List each pair that was put together or apart against its label."""
    for each in labels:
        if together(each.ends) != (each.label == "same"):
            print(f"{each.label:8} {each.weight:6.1f}  {'  '.join(sorted(each.ends))}")


def report(name: str, made: Score) -> None:
    """Print one row of the table."""
    print(
        f"{name:34} {made.precision:9.3f} {made.recall:7.3f} {made.f1:6.3f} {made.partial:9.1%}",
        flush=True,
    )


def main() -> None:
    """Score the pipeline and its peers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    beside = Path(__file__).parents[1] / ".." / "shared"
    parser.add_argument("--shared", type=Path, default=beside)
    parser.add_argument("--database", type=Path, help="an SQLite store of the pages")
    parser.add_argument("--errors", action="store_true", help="list what the pipeline gets wrong")
    chosen = parser.parse_args()
    data = chosen.shared / "data" / "news-pairs"
    labels = read_labels(data / "pairs.csv")
    with tempfile.TemporaryDirectory() as folder:
        database = chosen.database or Path(folder) / "store.sqlite3"
        if not database.exists():
            ingest(data / "pages.warc.gz", database)
        articles = load(database)
    absent = {url for each in labels for url in each.ends} - articles.keys()
    print(f"{len(articles)} main articles, {len(labels)} labelled pairs, {len(absent)} not stored")
    print(f"{'':34} precision  recall     F1  partial merged")
    stories = partial(by_story, articles)
    report("pipeline, by story", score(labels, stories))
    report("the rule, pair by pair", score(labels, partial(by_rule, articles)))
    for name, pairs_of in PEERS.items():
        for threshold in THRESHOLDS:
            try:
                found = pairs_of(articles, threshold)
            except ImportError:
                print(f"{name}: not installed")
                break
            report(f"{name} at {threshold}", score(labels, found.__contains__))
    report_candidates(articles, labels)
    if chosen.errors:
        report_errors(labels, stories)


if __name__ == "__main__":
    main()
