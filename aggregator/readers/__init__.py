"""Readers: from dumps as they are delivered to records (DESIGN section 3, ``read``)."""

from aggregator.readers.entries import Entry
from aggregator.readers.errors import DumpNotFound, ReaderError, TooManyFiles
from aggregator.readers.fields import FIELD_NAMES
from aggregator.readers.paths import Dump, find_dumps
from aggregator.readers.reading import read_dump

__all__ = [
    "FIELD_NAMES",
    "Dump",
    "DumpNotFound",
    "Entry",
    "ReaderError",
    "TooManyFiles",
    "find_dumps",
    "read_dump",
]
