"""The inputs of a fuzz run: number and seed tell which bytes one is, and what is checked of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

from fuzz_checks import Checked, check_dump, check_record
from fuzz_seeds import Seed, clean_seeds, seeds
from mutations import ANY, PACKINGS, WRITTEN, mutated, packed

from aggregator.core.model import Declared, Kind, Record
from aggregator.readers import Format

CLEANER_SHARE = 0.2
"""So many of the inputs go to the cleaner, the others to the readers."""
_PACKED_SHARE = 0.4
_NAMES = ("dump", "dump.txt", "dump.html", "dump.jsonl", "dump.csv", "dump.warc", "dump.rss")
_CHARSETS = ("utf-8", "utf-16", "utf-7", "idna", "punycode", "base64", "rot13", "undefined")
_CHARSETS += ("iso-2022-jp", "unicode_escape", "cp037", "mbcs", "x" * 99, "\0", "", "latin-1")
_FORMATS = {"rss": "feed", "atom": "feed", "jsonfeed": "json"}
_FIELDS = ("title", "author", "outlet", "published", "modified", "language", "section")


@dataclass(frozen=True, slots=True)
class Case:
    """One input: which reader it is for, how it was compressed, its bytes, and its check."""

    target: str
    packing: str
    data: bytes
    check: Callable[[Path], Checked]
    """Given a folder to write in; returns what was found."""


class Cases:
    """All inputs of a run; each is a function of the run's seed and its number alone."""

    def __init__(self, seed: int, shared: Path | None) -> None:
        self._seed = seed
        self._dumps = seeds(shared)
        self._records = clean_seeds(shared)

    def __getitem__(self, number: int) -> Case:
        """Input `number` (from 0)."""
        random = Random(f"{self._seed} {number}")
        if random.random() < CLEANER_SHARE:
            return self._cleaning(random)
        return self._reading(random)

    def _reading(self, random: Random) -> Case:
        form = random.choice(list(self._dumps))
        seed = random.choice(self._dumps[form])
        other = self._other(seed, random)
        data = mutated(seed.data, random, other.data, binary=seed.binary)
        packing, told = "", False
        if random.random() < _PACKED_SHARE:
            packing = random.choice(list(PACKINGS))
            if random.random() < 0.2 and data:
                whole = PACKINGS[packing](data)
                data = whole[: random.randrange(min(20, len(whole) - 1), len(whole))]
                told = True
            else:
                data = packed(data, random, packing)
        name = random.choice((f"dump.{form}", f"dump.{form}", random.choice(_NAMES)))
        known = Format(_FORMATS.get(form, form)) if random.random() < 0.5 else None
        return Case(form, packing, data, partial(_check_dump, data, name, known, told))

    def _other(self, seed: Seed, random: Random) -> Seed:
        form = seed.form if random.random() < 0.7 else random.choice(list(self._dumps))
        return random.choice(self._dumps[form])

    def _cleaning(self, random: Random) -> Case:
        kind = random.choice(list(Kind))
        record = random.choice(self._records[kind])
        other = random.choice(self._records[random.choice((kind, kind, Kind.HTML))])
        data = mutated(_bytes(record), random, _bytes(other), binary=False)
        charset = random.choice(_CHARSETS) if random.random() < 0.2 else record.charset
        payload: bytes | str = data
        if kind is not Kind.HTML or random.random() < 0.3:
            payload = data.decode("utf-8", random.choice(("replace", "surrogateescape")))
        said = _declared(record.declared, random)
        record = replace(record, payload=payload, charset=charset, declared=said)
        if random.random() < 0.2:
            record = replace(record, url=_mangled(record.url or "https://a.example/", random))
        return Case(f"clean {kind}", "", data, lambda _folder: check_record(record))


def _check_dump(data: bytes, name: str, form: Format | None, told: bool, folder: Path) -> Checked:
    path = folder / "input"
    path.write_bytes(data)
    return check_dump(path, name, form, told=told)


def _bytes(record: Record) -> bytes:
    return record.payload if isinstance(record.payload, bytes) else record.payload.encode()


def _declared(said: Declared, random: Random) -> Declared:
    """What the dump says of the record, one field of it mangled."""
    name = random.choice(_FIELDS)
    return replace(said, **{name: _mangled(getattr(said, name) or "2024-05-01T10:00:00Z", random)})


def _mangled(text: str, random: Random) -> str:
    kind = random.choice((*ANY, *WRITTEN))
    changed = kind(text.encode(), random, text.encode())[:2_000]
    # as the readers hand fields on: storable, though it may say anything
    return re.sub("[\0\ud800-\udfff]", "\ufffd", changed.decode("utf-8", "replace"))
