"""The outside world of the soak: invented articles, and how they are dropped into folders.

Everything that is delivered is also kept in an archive, so that an undisturbed ``ingest`` of it
can say what the daemon's store should hold.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

WORDS = [f"{a}{b}" for a in "bar cel dor fen gal hut".split() for b in range(400)]
SOURCES = ("whole", "grow", "slow", "broken")
SETTLE_SECONDS = 6.0
CHUNK_SECONDS = (0.2, 1.2)
"""How long a slow writer pauses: well under what a dump takes to settle."""
LARGE = 600


@dataclass
class World:
    """Writes dumps under `home`; `stored` tells which addresses the store has by now."""

    home: Path
    dice: random.Random
    stored: Callable[[], set[str]]
    made: int = 0
    """Records written, also those that are written again."""
    delivered: set[str] = field(default_factory=set)
    """Addresses of all articles that were, or are being, written."""
    drops: Counter[str] = field(default_factory=Counter)
    writer: threading.Thread | None = None
    growing: int = 0
    lines_of: dict[str, list[str]] = field(default_factory=dict)
    """The lines of each growing dump since it was truncated."""

    def __post_init__(self) -> None:
        """Make the watched folders and the archive."""
        for name in SOURCES:
            (self.home / name).mkdir(parents=True)
            (self.home / "archive" / name).mkdir(parents=True)
        self.ending = threading.Event()

    def drop(self) -> None:
        """Do one of the things that happen to watched folders."""
        ways = {
            self.renamed: 5,
            self.compressed: 3,
            self.page: 2,
            self.slowly: 3,
            self.grown: 9,
            self.rotated: 0.3,
            self.rewritten: 0.3,
            self.truncated: 0.3,
            self.large: 0.7,
            self.damaged: 1,
            self.half_broken: 1,
            self.again: 1,
            self.vanished: 0.5,
        }
        way = self.dice.choices(list(ways), list(ways.values()))[0]
        way()
        self.drops[way.__name__] += 1

    # -- articles ----------------------------------------------------------------------------

    def text(self) -> tuple[str, str, str]:
        """Address, title and text of a new article; every tenth is an edited copy."""
        self.made += 1
        number = self.made
        copy = number % 10 == 0
        seed = number // 10 if copy else number * 1000
        words = random.Random(seed).choices(WORDS, k=120)
        if copy:
            words.append(f"copy{number}")
        url = f"https://site{number % 7}.example/{number}"
        self.delivered.add(url)
        return url, f"Report {seed}", " ".join(words) + "."

    def line(self) -> str:
        """A new article as a JSON line."""
        url, title, text = self.text()
        return json.dumps({"url": url, "title": title, "text": text}) + "\n"

    def lines(self, count: int) -> str:
        """So many of them."""
        return "".join(self.line() for _ in range(count))

    def some(self) -> str:
        """A few of them."""
        return self.lines(self.dice.randint(1, 15))

    def html(self) -> str:
        """A new article as a page; half of one would be another article."""
        url, title, text = self.text()
        head = f'<link rel="canonical" href="{url}"><title>{title}</title>'
        paragraphs = "".join(f"<p>{part}.</p>\n" for part in text.split(".") if part)
        return f"<html><head>{head}</head><body><article>\n{paragraphs}</article></body></html>\n"

    # -- dumps -------------------------------------------------------------------------------

    def name(self, ending: str) -> str:
        """A name that no other dump has."""
        return f"{self.made:07}-{sum(self.drops.values()):05}.{ending}"

    def keep(self, source: str, name: str, data: bytes) -> None:
        """Put a dump into the archive."""
        (self.home / "archive" / source / name).write_bytes(data)

    def renamed(self) -> None:
        """A dump that is written under a partial name, and renamed."""
        name, text = self.name("jsonl"), self.some()
        passing = self.home / "whole" / f"{name}.part"
        passing.write_text(text)
        passing.rename(passing.with_suffix(""))
        self.keep("whole", name, text.encode())

    def compressed(self) -> None:
        """A compressed dump, written at once."""
        name, data = self.name("jsonl.gz"), gzip.compress(self.some().encode())
        (self.home / "whole" / name).write_bytes(data)
        self.keep("whole", name, data)

    def page(self) -> None:
        """A single page."""
        name, text = self.name("html"), self.html()
        (self.home / "whole" / name).write_text(text)
        self.keep("whole", name, text.encode())

    def slowly(self) -> None:
        """A dump that is written in its place, in pieces that end anywhere."""
        if self.writer is not None and self.writer.is_alive():
            return
        kind = self.dice.choice(["jsonl", "jsonl.gz", "html"])
        text = self.html() if kind == "html" else self.some()
        data = gzip.compress(text.encode()) if kind.endswith("gz") else text.encode()
        name, count = self.name(kind), self.dice.randint(3, 12)
        cuts = sorted(self.dice.randrange(len(data)) for _ in range(count))
        pieces = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
        pauses = [self.dice.uniform(*CHUNK_SECONDS) for _ in pieces]
        self.keep("slow", name, data)

        def write() -> None:
            for piece, pause in zip(pieces, pauses, strict=True):
                with (self.home / "slow" / name).open("ab") as out:
                    out.write(piece)
                self.ending.wait(pause)

        self.writer = threading.Thread(target=write)
        self.writer.start()

    def large(self) -> None:
        """A dump that takes long to read."""
        name, data = self.name("jsonl"), self.lines(LARGE).encode()
        (self.home / "slow" / f".{name}").write_bytes(data)
        (self.home / "slow" / f".{name}").rename(self.home / "slow" / name)
        self.keep("slow", name, data)

    def again(self) -> None:
        """A dump that was read before, under another name or compressed otherwise."""
        done = sorted((self.home / "done").glob("*.jsonl"))
        if not done:
            return
        data = self.dice.choice(done).read_bytes()
        if self.dice.random() < 0.5:
            (self.home / "whole" / f"again-{self.name('jsonl')}").write_bytes(data)
        else:
            name = f"again-{self.name('jsonl.gz')}"
            (self.home / "whole" / name).write_bytes(gzip.compress(data, 1))

    # -- dumps that grow ---------------------------------------------------------------------

    def growing_name(self) -> str:
        """The dump that grows now; from time to time another one."""
        self.growing += self.dice.random() < 0.01
        return f"{self.growing:03}.jsonl"

    def add(self, name: str, line: str) -> None:
        """Add a line to a growing dump, and to the archive, which never shrinks."""
        self.lines_of.setdefault(name, []).append(line)
        with (self.home / "archive" / "grow" / name).open("a") as out:
            out.write(line)

    def grown(self) -> None:
        """More lines, the last one in two halves."""
        name = self.growing_name()
        lines = [self.line() for _ in range(self.dice.randint(1, 15))]
        for line in lines:
            self.add(name, line)
        data = "".join(lines)
        cut = len(data) - self.dice.randrange(1, len(lines[-1]))
        for part in (data[:cut], data[cut:]):
            with (self.home / "grow" / name).open("a") as out:
                out.write(part)
            self.ending.wait(0.2)

    def rotated(self) -> None:
        """The growing dump gets another name, and a new one takes its place."""
        name = self.growing_name()
        if (self.home / "grow" / name).exists():
            (self.home / "grow" / name).rename(self.home / "grow" / self.name("jsonl"))
            self.lines_of.pop(name, None)

    def rewritten(self) -> None:
        """Another line stands before all others: nothing is where it stood."""
        name = self.growing_name()
        if name in self.lines_of:
            line = self.line()
            self.add(name, line)
            self.lines_of[name] = [line, *self.lines_of[name][:-1]]
            passing = self.home / "grow" / f"{name}.tmp"
            passing.write_text("".join(self.lines_of[name]))
            passing.replace(self.home / "grow" / name)

    def truncated(self) -> None:
        """The growing dump is emptied and written on, once all its lines are stored."""
        name = self.growing_name()
        lines = self.lines_of.get(name, [])
        if lines and {json.loads(line)["url"] for line in lines} <= self.stored():
            os.truncate(self.home / "grow" / name, 0)
            self.lines_of[name] = []

    # -- what is broken ----------------------------------------------------------------------

    def damaged(self) -> None:
        """A compressed dump that ends too soon."""
        whole = gzip.compress(self.dice.randbytes(20_000) + b"\n")
        name, data = self.name("jsonl.gz"), whole[: len(whole) // 2]
        (self.home / "broken" / name).write_bytes(data)
        self.keep("broken", name, data)

    def half_broken(self) -> None:
        """Good lines between broken ones."""
        name = self.name("jsonl")
        data = f'{self.some()}{{"title": \n{self.some()}[1, 2]\n{self.some()}'.encode()
        (self.home / "broken" / name).write_bytes(data)
        self.keep("broken", name, data)

    def vanished(self) -> None:
        """The folder of a source is away for a moment."""
        folder, away = self.home / "broken", self.home / "broken.away"
        folder.rename(away)
        self.ending.wait(0.7)
        away.rename(folder)

    def end(self) -> None:
        """Let the slow writer write the rest."""
        self.ending.set()
        if self.writer is not None:
            self.writer.join()

    def archived(self) -> int:
        """How many dumps were delivered."""
        return sum(1 for path in (self.home / "archive").rglob("*") if path.is_file())

    def clear(self) -> None:
        """Remove all but the archive."""
        for name in SOURCES:
            shutil.rmtree(self.home / name, ignore_errors=True)
