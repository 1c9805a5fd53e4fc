"""From one JSON text to one entry."""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.core.model import Rejection
from aggregator.readers.entries import Entry
from aggregator.readers.fields import Source, record_of
from aggregator.readers.jsontext import BadJson, parse_object


def object_entry(data: bytes, locator: str, source: Source) -> Entry:
    """The entry of one JSON text, which should be an object.

    A search engine's hit is taken for the document in its ``_source``.
    """
    try:
        row = parse_object(data)
    except BadJson as error:
        return Rejection(locator, error.reason, str(error))
    inner = row.get("_source")
    return record_of(inner if isinstance(inner, Mapping) else row, locator, source)
