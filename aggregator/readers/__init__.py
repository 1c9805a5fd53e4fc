"""Readers: from dumps as they are delivered to records (DESIGN section 3, ``read``)."""

from aggregator.readers.entries import Entry
from aggregator.readers.errors import DumpNotFound, ReaderError, TooManyFiles
from aggregator.readers.fields import FIELD_NAMES
from aggregator.readers.growing import Place, Stretch, can_grow, next_stretch
from aggregator.readers.paths import Dump, find_dumps
from aggregator.readers.reading import read_dump
from aggregator.readers.sniffing import Format

__all__ = [
    "FIELD_NAMES",
    "Dump",
    "DumpNotFound",
    "Entry",
    "Format",
    "Place",
    "ReaderError",
    "Stretch",
    "TooManyFiles",
    "can_grow",
    "find_dumps",
    "next_stretch",
    "read_dump",
]
