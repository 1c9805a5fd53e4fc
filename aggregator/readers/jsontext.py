"""One JSON value from text that producers got slightly wrong."""

from __future__ import annotations

import json
from typing import Any

import orjson

from aggregator.readers.encoding import bom_encoding


class BadJson(Exception):
    """The text is not JSON, and no safe repair makes it so; the message says where."""


def parse(data: bytes) -> Any:
    """The value of a JSON text in UTF-8 (RFC 8259).

    Strict first. Lone surrogates, raw control characters in strings and NaN, which
    common producers write, are taken by the lenient parser; surrogates and NUL are
    replaced where a field is used. Raises `BadJson` for anything else.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        text = data.decode(bom_encoding(data) or "utf-8")
    except UnicodeDecodeError as error:
        raise BadJson(f"not UTF-8 at byte {error.start}: {error.reason}") from None
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        raise BadJson(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise BadJson("nested too deep") from None
    except ValueError as error:
        raise BadJson(str(error)) from None
