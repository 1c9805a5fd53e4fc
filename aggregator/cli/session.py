"""What a command works with: the settings and the store, opened with clear words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aggregator.cli.failure import ExitCode, Failure, complain
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
def store_failures(url: str) -> Iterator[None]:
    """Turn what the store at `url` or its database raises into failures."""
    from aggregator.store.engine import DatabaseError, StoreError, StoreUnreachable
    from aggregator.store.failures import told

    try:
        yield
    except StoreUnreachable as error:
        raise Failure(str(error)) from None
    except StoreError as error:
        raise Failure(str(error), ExitCode.USAGE) from None
    except DatabaseError as error:
        raise Failure(told(url, error)) from None


@contextmanager
def opened_store(settings: Settings, *, create: bool = False) -> Iterator[Engine]:
    """The store; `create` makes it where there is none, and brings an older one up to date.

    Without `create`, a store that is missing or of another version is refused, and one that
    cannot be reached now is not waited for.
    """
    from aggregator.core.operation import RetryOptions
    from aggregator.store.engine import open_engine
    from aggregator.store.persistence import Persistence, insist

    patience = settings.retry if create else RetryOptions(seconds=0.0)
    with store_failures(settings.database_url), _waits_told():
        engine = insist(
            patience, lambda: open_engine(settings.database_url, must_exist=not create)
        )
        try:
            from aggregator.store import migrate

            prepare = migrate.upgrade if create else migrate.require_current
            versions = Persistence(engine, patience).insist(lambda: prepare(engine))
            if versions and versions[0] not in (None, versions[1]):
                complain("the store had version {} and has {} now".format(*versions))
            yield engine
        finally:
            engine.dispose()


@contextmanager
def _waits_told() -> Iterator[None]:
    """While nobody else has set up a log: say on standard error that a transaction waits."""
    import logging

    class Complaint(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name.startswith("aggregator.store"):
                complain(record.getMessage())

    log = logging.getLogger("aggregator")
    handlers = [] if log.handlers else [Complaint()]
    for handler in handlers:
        log.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            log.removeHandler(handler)


@contextmanager
def reading_store(options: Options) -> Iterator[Connection]:
    """One settled state of the store, to read from."""
    from aggregator.store.engine import reading

    with opened_store(settings_of(options)) as engine, reading(engine) as connection:
        yield connection
