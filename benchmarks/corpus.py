"""Invented articles for measurements: any number, the same for the same seed.

    python benchmarks/corpus.py FILE.jsonl [--articles 20000] [--mean-words 970] [--copies 0.3]
                                [--texts FOLDER] [--seed 1]

Words follow Zipf's law with Mandelbrot's shift over an invented vocabulary under the commonest
English function words; lengths are lognormal. A share of the articles are copies of earlier ones,
and the more copies a story has, the more it gets: verbatim, edited (a new lead, words changed,
the end cut) or partial (one passage inside a story of its own), on another site within three days.
With `--texts` the stories are the text files of a folder instead of invented ones.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from arguments import given_folder, natural, new_file, positive, share

FUNCTION_WORDS = (
    "the of to and a in that is for on was with as by it at from be have an has are not this were "
    "his said but they or which who had will their one been its more would about he we up out "
    "there when after so no than some could into two first other new also over what if"
).split()
VOCABULARY = 150_000
SITES = 300
SHIFT, EXPONENT = 2.7, 1.18
"""Mandelbrot's parameters for news text: the commonest word is about one in twenty."""
SPREAD = 0.65
"""Sigma of the lognormal lengths: the median is .81 of the mean."""
TYPOGRAPHIC = 0.6
"""Share of the stories with curly quotes and apostrophes."""
KINDS = {"verbatim": 0.4, "edited": 0.4, "partial": 0.2}
FIRST_DAY = datetime(2024, 3, 1, tzinfo=UTC)
DAYS = 30
"""Days that a corpus spans."""


@dataclass(frozen=True)
class CorpusOptions:
    """What a corpus is like; equal options give equal bytes."""

    articles: int = 20_000
    mean_words: int = 970
    copies: float = 0.3
    """Share of the articles that are copies."""
    seed: int = 1
    texts: Path | None = None
    """Folder of .txt files that are the stories."""
    part: int = 0
    """Which of several corpora that follow each other: equal words, other articles, later."""


def vocabulary(random: np.random.Generator) -> list[str]:
    """Invented words by rank, short ones first on the whole, and numbers among them."""
    syllables = [c + v for c in "b c d f g h l m n p r s t v st tr pl gr".split() for v in "aeiou"]
    syllables += [s + c for s in syllables for c in "nrlst"]
    words = dict.fromkeys(FUNCTION_WORDS)
    while len(words) < VOCABULARY:
        lengths = random.integers(1, 3, 5000) + int(len(words) > 2000) + int(len(words) > 60_000)
        chosen = random.integers(0, len(syllables), (5000, 4))
        for length, row in zip(lengths, chosen, strict=True):
            words["".join(syllables[i] for i in row[:length])] = None
        words.update(dict.fromkeys(map(str, random.integers(2, 10_000, 60))))
    found = list(words)[:VOCABULARY]
    found[1000::500] = [word.replace("e", "é").replace("o", "ö") for word in found[1000::500]]
    return found


class Writer:
    """Writes stories sentence by sentence; a story is a list of paragraphs."""

    def __init__(self, random: np.random.Generator, mean_words: int) -> None:
        self.random = random
        self.words = np.array(vocabulary(random), dtype=object)
        odds = 1.0 / (np.arange(VOCABULARY) + 1 + SHIFT) ** EXPONENT
        self.odds = np.cumsum(odds) / odds.sum()
        self.median = mean_words / np.exp(SPREAD**2 / 2)

    def draw(self, number: int) -> list[str]:
        """So many words."""
        found: list[str] = self.words[
            np.searchsorted(self.odds, self.random.random(number))
        ].tolist()
        return found

    def title(self) -> str:
        """A headline."""
        return " ".join(self.draw(int(self.random.integers(6, 12)))).capitalize()

    def length(self) -> int:
        """Words of a story."""
        return int(min(max(self.random.lognormal(np.log(self.median), SPREAD), 40), 8000))

    def story(self, words: int) -> list[str]:
        """Paragraphs of about so many words."""
        drawn = self.draw(words)
        signs = "“”’" if self.random.random() < TYPOGRAPHIC else '""\''
        for place in self.random.integers(0, words, words // 60):
            drawn[place] += f"{signs[2]}s"
        paragraphs, at = [], 0
        while at < words:
            sentences = []
            for length in self.random.integers(8, 30, int(self.random.integers(1, 4))):
                sentence = " ".join(drawn[at : at + length]).capitalize() + "."
                sentences.append(f"{signs[0]}{sentence}{signs[1]}" if length > 26 else sentence)
                at += int(length)
                if at >= words:
                    break
            paragraphs.append(" ".join(sentences))
        return paragraphs

    def edited(self, story: list[str]) -> list[str]:
        """A copy as editors leave it."""
        kept = list(story)
        if len(kept) > 3 and self.random.random() < 0.5:
            kept = kept[: -int(self.random.integers(1, max(2, len(kept) // 3)))]
        if self.random.random() < 0.5:
            kept[0] = " ".join(self.story(int(self.random.integers(15, 40))))
        words = " \n ".join(kept).split(" ")
        for at in self.random.integers(0, len(words), max(1, len(words) // 100)):
            if words[at] != "\n":
                words[at] = self.draw(1)[0]
        return " ".join(words).split(" \n ")

    def partial(self, story: list[str]) -> list[str]:
        """A story of its own that carries a passage of another one."""
        taken = max(1, int(len(story) * self.random.uniform(0.15, 0.4)))
        first = int(self.random.integers(0, len(story) - taken + 1))
        own = self.story(self.length())
        at = int(self.random.integers(1, len(own) + 1))
        return [*own[:at], *story[first : first + taken], *own[at:]]


def articles(options: CorpusOptions) -> Iterator[dict[str, Any]]:
    """The articles of a corpus, as JSONL rows, in order of their times."""
    random = np.random.default_rng(options.seed)
    writer = Writer(random, options.mean_words)
    if options.part:
        writer.random = random = np.random.default_rng([options.seed, options.part])
    before = options.part * options.articles
    given = sorted(options.texts.glob("**/*.txt")) if options.texts else None
    stories: list[tuple[list[str], str, float]] = []
    roots: list[int] = []
    for number in range(options.articles):
        day = number * DAYS / options.articles
        root = _copied(random, stories, roots, day) if random.random() < options.copies else None
        if root is None:
            if given is not None and len(stories) == len(given):
                return
            text = (
                writer.story(writer.length())
                if given is None
                else given[len(stories)].read_text("utf-8", "replace").splitlines()
            )
            title = writer.title()
            roots.append(len(stories))
            stories.append((text, title, day))
        else:
            roots.append(root)
            text, title = _copy(writer, *stories[root][:2])
        yield _row(random, before + number, title, text, DAYS * options.part + day)


def _copied(
    random: np.random.Generator,
    stories: list[tuple[list[str], str, float]],
    roots: list[int],
    day: float,
) -> int | None:
    """The story of an earlier article of the last days, so the more often the more it has."""
    for at in random.integers(max(0, len(roots) - 2000), len(roots) or 1, 8):
        if roots and day - stories[roots[at]][2] < 3:
            return roots[at]
    return None


def _copy(writer: Writer, story: list[str], title: str) -> tuple[list[str], str]:
    kind = writer.random.choice(list(KINDS), p=list(KINDS.values()))
    if kind == "verbatim":
        return story, title
    if kind == "partial":
        return writer.partial(story), writer.title()
    return writer.edited(story), title if writer.random.random() < 0.6 else writer.title()


def _row(
    random: np.random.Generator, number: int, title: str, text: list[str], day: float
) -> dict[str, Any]:
    moment = (FIRST_DAY + timedelta(seconds=int(day * 86_400))).isoformat()
    site = f"site-{int(random.integers(SITES))}.example"
    return {
        "url": f"https://{site}/{moment[:10]}/{number}",
        "title": title,
        "date": moment,
        "text": "\n".join(text),
    }


def write(path: Path, options: CorpusOptions) -> int:
    """Write a corpus as JSON lines; returns the number of its articles."""
    number = 0
    with path.open("wb") as file:
        for row in articles(options):
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
            number += 1
    return number


def flaw(path: Path) -> str | None:
    """Why a file is no corpus that all can read."""
    number = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError:
                return f"line {number} is not JSON"
            text = row.get("text") if isinstance(row, dict) else None
            if not isinstance(text, str) or not text.strip():
                return f"line {number} is no article with a text"
    return None if number else "it is empty"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of a corpus, for any benchmark's command line."""
    defaults = CorpusOptions()
    parser.add_argument("--articles", type=positive, default=defaults.articles)
    parser.add_argument("--mean-words", type=positive, default=defaults.mean_words)
    parser.add_argument("--copies", type=share, default=defaults.copies)
    parser.add_argument("--seed", type=natural, default=defaults.seed)
    parser.add_argument("--texts", type=given_folder)


def options_of(parsed: argparse.Namespace) -> CorpusOptions:
    """What the command line says of the corpus."""
    return CorpusOptions(
        parsed.articles, parsed.mean_words, parsed.copies, parsed.seed, parsed.texts
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=new_file)
    add_options(parser)
    parsed = parser.parse_args()
    print(f"{write(parsed.file, options_of(parsed))} articles in {parsed.file}")


if __name__ == "__main__":
    main()
