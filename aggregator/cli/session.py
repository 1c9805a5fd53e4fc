"""What a command works with: the settings and the store, opened with clear words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aggregator.cli.failure import ExitCode, Failure
from aggregator.cli.options import Options

if TYPE_CHECKING:
    from aggregator.settings import Settings
    from aggregator.store.engine import Connection, Engine


def settings_of(options: Options) -> Settings:
    """The settings in force; raises Failure for a mistake in them."""
    from aggregator.settings import SettingsError, load_settings

    try:
        return load_settings(options.config, {"database_url": options.database})
    except SettingsError as error:
        raise Failure(str(error), ExitCode.USAGE) from None


@contextmanager
def store_failures() -> Iterator[None]:
    """Turn what the store or its database raises into failures."""
    from aggregator.store.engine import DatabaseError, StoreError, reason

    try:
        yield
    except StoreError as error:
        raise Failure(str(error), ExitCode.USAGE) from None
    except DatabaseError as error:
        raise Failure(f"the database says: {reason(error)}") from None


@contextmanager
def opened_store(settings: Settings, *, create: bool = False) -> Iterator[Engine]:
    """The store; `create` makes it where there is none, and brings an older one up to date.

    Without `create`, a store that is missing or of another version is refused.
    """
    from aggregator.store.engine import open_engine

    with store_failures():
        engine = open_engine(settings.database_url, must_exist=not create)
        try:
            from aggregator.store import migrate

            if create:
                migrate.upgrade(engine)
            else:
                migrate.require_current(engine)
            yield engine
        finally:
            engine.dispose()


@contextmanager
def reading_store(options: Options) -> Iterator[Connection]:
    """One settled state of the store, to read from."""
    from aggregator.store.engine import reading

    with opened_store(settings_of(options)) as engine, reading(engine) as connection:
        yield connection
