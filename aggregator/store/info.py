"""Facts about the whole store: what made it, so that unlike things are never compared."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from aggregator.store import migrate
from aggregator.store.failures import StoreError, store_name
from aggregator.store.schema import store_info as info
from aggregator.store.sql import upsert


def facts(connection: Connection) -> dict[str, str]:
    """All facts of this store, by name."""
    return {row.name: row.value for row in connection.execute(select(info))}


def agree(connection: Connection, wanted: Mapping[str, str]) -> None:
    """Make sure that the store was made with these facts; a new store takes them on.

    Raises StoreError naming the facts that differ: results of both would be mixed; and for a
    schema of another version, as somebody may have upgraded the store since it was opened.
    """
    migrate.require_version(connection.engine, migrate.stored_version(connection))
    found = facts(connection)
    if other := _differing(found, wanted):
        raise StoreError(
            f"{store_name(connection.engine.url)}: the store was made with another "
            f"{' and '.join(other)}; "
            "run `aggregator refingerprint` to bring it to the present one"
        )
    set_facts(connection, {n: v for n, v in wanted.items() if n not in found})


def differing(connection: Connection, wanted: Mapping[str, str]) -> list[str]:
    """The names of those facts of this store that are others, in order."""
    return _differing(facts(connection), wanted)


def _differing(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    return sorted(name for name, value in wanted.items() if found.get(name, value) != value)


def set_facts(connection: Connection, values: Mapping[str, str]) -> None:
    """Write facts over what the store says."""
    upsert(connection, info, [{"name": name, "value": value} for name, value in values.items()])
