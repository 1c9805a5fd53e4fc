"""One JSON value from text that producers got slightly wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from aggregator.core.model import Reason
from aggregator.readers.encoding import bom_encoding

_MOST_DIGITS = 400  # no binary64 has more

_JSON_NAMES = {
    list: "a list",
    str: "a string",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


class BadJson(Exception):
    """The text is not JSON, and no safe repair makes it so; the message says where."""

    def __init__(self, detail: str, reason: Reason = Reason.BAD_JSON) -> None:
        super().__init__(detail)
        self.reason = reason


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
        return json.loads(text, strict=False, parse_int=_whole)
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" starting at")
        raise BadJson(f"{what} at character {error.pos}") from None
    except RecursionError:
        raise BadJson("objects or lists nested too deep", Reason.TOO_DEEP) from None
    except ValueError as error:
        raise BadJson(str(error)) from None


def _whole(digits: str) -> int | float:
    """A whole number; one of more digits than any value has is as good as infinite."""
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


def parse_object(data: bytes) -> Mapping[str, Any]:
    """The object that a JSON text is; raises `BadJson` for other values too."""
    value = parse(data)
    if not isinstance(value, Mapping):
        raise BadJson(f"{_JSON_NAMES.get(type(value), 'null')} where an object should stand")
    return value
