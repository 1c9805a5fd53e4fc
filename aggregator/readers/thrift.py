"""Structs of Thrift's compact protocol, as far as Parquet's own metadata needs it.

Source: the Apache Thrift compact protocol encoding; Parquet's `parquet.thrift`. pyarrow reads
all of it too, but ends the process when a damaged file is asked for its columns' metadata, and
has no way to ask for a page's header.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12
_FIXED = {1: 0, 2: 0, 3: 1, 7: 8}
"""Bytes of the values of a field that have a fixed size: true, false, a byte, a double."""
_INTEGERS = (4, I32, I64)
_SETS = (LIST, 10)
_MAP = 11
_DEEPEST = 32
_LONGEST_INTEGER = 70
"""Bits; an integer of 64 bits takes ten bytes of seven."""

Fields = Mapping[int, tuple[int, Callable[["Compact"], Any]]]
"""By the wanted fields' numbers: the type that each must have, and what reads it."""


class Cut(ValueError):
    """The bytes end inside a struct."""


class Compact:
    """Reads structs from `data`, from `at` on; ValueError tells of what is none."""

    def __init__(self, data: bytes, at: int = 0, most_structs: int = 1_000) -> None:
        """`most_structs` is how many structs may be met in all."""
        self._data, self.at, self._left = data, at, most_structs

    def struct(self, wanted: Fields, depth: int = 0) -> dict[int, Any]:
        """The wanted fields of the struct that begins here, by number.

        Fields that do not ascend, or are of another type than they should be, are refused: which
        of them another reader takes is not known.
        """
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            raise ValueError("more structs, or deeper ones, than are read")
        told: dict[int, Any] = {}
        last = 0
        while head := self._byte():
            kind, step = head & 15, head >> 4
            number = last + step if step else self.integer()
            if number <= last:
                raise ValueError("a struct's fields are not in order")
            last = number
            if number not in wanted:
                self._skip(kind, depth)
                continue
            due, read = wanted[number]
            if kind != due:
                raise ValueError(f"field {number} is of type {kind}, not {due}")
            told[number] = read(self)
        return told

    def integer(self) -> int:
        """A number of any size, written in zigzag."""
        value = self._unsigned()
        return (value >> 1) ^ -(value & 1)

    def structs(self, wanted: Fields) -> list[dict[int, Any]]:
        """A list of structs."""
        count, kind = self._list_head()
        if kind != STRUCT and count:
            raise ValueError(f"a list of type {kind} where structs should be")
        return [self.struct(wanted) for _ in range(count)]

    def _byte(self) -> int:
        if self.at >= len(self._data):
            raise Cut("the bytes end inside a struct")
        self.at += 1
        return self._data[self.at - 1]

    def _unsigned(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & 0x80:
            value |= (byte & 0x7F) << shift
            shift += 7
            if shift >= _LONGEST_INTEGER:
                raise ValueError("an integer without an end")
        return value | byte << shift

    def _list_head(self) -> tuple[int, int]:
        head = self._byte()
        count = self._unsigned() if head >> 4 == 15 else head >> 4
        if count > len(self._data) - self.at:
            raise Cut("a list longer than the bytes")
        return count, head & 15

    def _skip(self, kind: int, depth: int, inside: bool = False) -> None:
        """Pass over a value; `inside` a list or map a truth value takes a byte of its own."""
        if kind in _INTEGERS:
            self._unsigned()
        elif kind in _FIXED:
            self._pass(max(_FIXED[kind], inside))
        elif kind == BINARY:
            self._pass(self._unsigned())
        elif kind == STRUCT:
            self.struct({}, depth + 1)
        elif kind in _SETS or kind == _MAP:
            self._skip_many(kind, depth + 1)
        else:
            raise ValueError(f"no type has the number {kind}")

    def _skip_many(self, kind: int, depth: int) -> None:
        if depth > _DEEPEST:
            raise ValueError("lists deeper than are read")
        if kind == _MAP:
            count = self._unsigned()
            kinds = self._byte() if count else 0
            members: tuple[int, ...] = (kinds >> 4, kinds & 15)
        else:
            count, member = self._list_head()
            members = (member,)
        for _ in range(count):
            for member in members:
                self._skip(member, depth, inside=True)

    def _pass(self, count: int) -> None:
        if count > len(self._data) - self.at:
            raise Cut("the bytes end inside a value")
        self.at += count
