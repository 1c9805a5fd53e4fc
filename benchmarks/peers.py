"""What other tools do with a corpus: find its near copies in memory, and store nothing.

Each function takes the path of JSON lines with a ``text``. All use word 3-grams and look for a
resemblance of .5 with 128 hash values; this project's own candidates reach lower still.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson

THRESHOLD = 0.5
PERMUTATIONS = 128
BANDS = 42
"""Bands of three values: the S-curve is steepest at a resemblance of about .29."""
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Outcome:
    """What a run says of itself."""

    articles: int
    found: int
    """Pairs, or articles in clusters of more than one."""
    seconds: float | None = None
    """Time that the tool itself measured, where others cannot."""
    stages: dict[str, float] = field(default_factory=dict)


def texts(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        for line in file:
            yield orjson.loads(line)["text"]


def shingles(text: str) -> set[str]:
    """Word 3-grams as the tools' examples make them."""
    words = WORD.findall(text.lower())
    return {" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))}


def datasketch(path: Path) -> Outcome:
    """MinHashLSH, as its documentation uses it, with xxHash in place of SHA-1."""
    from datasketch import MinHash, MinHashLSH
    from xxhash import xxh32_intdigest

    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    pairs = number = 0
    for number, text in enumerate(texts(path), start=1):
        sketch = MinHash(PERMUTATIONS, hashfunc=xxh32_intdigest)
        sketch.update_batch([each.encode() for each in shingles(text)])
        pairs += len(index.query(sketch))
        index.insert(number, sketch)
    return Outcome(number, pairs)


def rensa(path: Path) -> Outcome:
    """RMinHash and RMinHashLSH, as its documentation uses them."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=32)
    pairs = number = 0
    for number, text in enumerate(texts(path), start=1):
        sketch = RMinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update(list(shingles(text)))
        pairs += len(index.query(sketch))
        index.insert(number, sketch)
    return Outcome(number, pairs)


def gaoya(path: Path) -> Outcome:
    """MinHashStringIndex with its own analyser; its bulk calls use all cores."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(32, THRESHOLD, BANDS, 3, None, "word", True, (3, 3))
    pairs = number = 0
    chunk: list[str] = []

    def take_in() -> int:
        index.par_bulk_insert_docs(list(range(number - len(chunk), number)), chunk)
        found = index.par_bulk_query(chunk)
        return sum(len(each) - 1 for each in found)

    for text in texts(path):
        chunk.append(text)
        number += 1
        if len(chunk) == 1000:
            pairs += take_in()
            chunk.clear()
    if chunk:
        pairs += take_in()
    return Outcome(number, pairs)


def gaoya_insert(path: Path) -> Outcome:
    """The same without asking it for copies: one pass over the texts, nothing is found."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(32, THRESHOLD, BANDS, 3, None, "word", True, (3, 3))
    number = 0
    for number, text in enumerate(texts(path), start=1):
        index.insert_document(number, text)
    return Outcome(number, 0)


def text_dedup(path: Path) -> Outcome:
    """Its own command, with xxHash, and the time that it says it took."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "text_dedup.minhash", "--path", "json"]
        command += ["--data_files", str(path), "--split", "train", "--column", "text"]
        command += ["--cache_dir", f"{folder}/cache", "--output", f"{folder}/out", "--ngram", "3"]
        command += ["--threshold", str(THRESHOLD), "--num_perm", str(PERMUTATIONS)]
        command += ["--hash_func", "xxh3", "--hash_bits", "32"]
        command += ["--num_proc", str(len(os.sched_getaffinity(0)))]
        plain = {**os.environ, "COLUMNS": "200"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=plain)
    said = dict(re.findall(r"(Before|After|Total)\s*:[^\n\d]*\n?\s*([\d.]+)", done.stdout))
    if done.returncode or len(said) != 3:
        raise SystemExit(f"text_dedup: {done.stderr[-500:]}")
    before, after = int(said["Before"]), int(said["After"])
    return Outcome(before, before - after, float(said["Total"]))


PEERS: dict[str, tuple[str, Callable[[Path], Outcome]]] = {
    "datasketch": ("datasketch", datasketch),
    "rensa": ("rensa", rensa),
    "gaoya": ("gaoya", gaoya),
    "gaoya, insert only": ("gaoya", gaoya_insert),
    "text-dedup": ("text_dedup", text_dedup),
}
"""Name, module to import, and what is run."""
