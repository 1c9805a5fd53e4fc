"""Transactions that are tried again when the database fails in a way that passes.

A server that restarts, a connection that drops, a deadlock, a lock that another program holds:
the whole transaction is done once more, after a growing and random wait ("full jitter"
exponential backoff, Brooker, AWS Architecture Blog, 2015). A full disk or a read-only file is
not tried again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

from aggregator.core.operation import RetryOptions
from aggregator.store.engine import StoreUnreachable, noting, reading, writing
from aggregator.store.failures import is_passing, told

T = TypeVar("T")

_LOG = logging.getLogger("aggregator.store")


class Persistence:
    """Does transactions on one store, again where that may help; may be shared by threads.

    What is done must not change anything but the store, or be right when it is done twice.
    The last error is raised when the time of `options` is over.
    """

    def __init__(self, engine: Engine, options: RetryOptions) -> None:
        self.engine, self.options = engine, options

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do it in a transaction as `engine.writing` gives it."""
        return self.insist(lambda: self._within(writing, work))

    def note(self, work: Callable[[Connection], T]) -> T:
        """Do it in a transaction as `engine.noting` gives it."""
        return self.insist(lambda: self._within(noting, work))

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do it in a transaction as `engine.reading` gives it."""
        return self.insist(lambda: self._within(reading, work))

    def insist(self, work: Callable[[], T]) -> T:
        """Do what makes transactions of its own, again while that may help."""
        return insist(self.options, work, self.engine)

    def _within(self, transaction: Callable[..., object], work: Callable[[Connection], T]) -> T:
        with transaction(self.engine) as connection:  # type: ignore[attr-defined]
            return work(connection)


def insist(options: RetryOptions, work: Callable[[], T], engine: Engine | None = None) -> T:
    """Do `work` again while it fails in a way that passes; `engine` is that of its store.

    Each wait is told in the log as a warning. Raises the last error when the time is over.
    """
    failed_at: list[float] = []

    def is_over(state: RetryCallState) -> bool:
        # From the first failure on: that the first try itself waited long for a lock, which is
        # most often why it failed, leaves the later ones their time.
        failed_at.append(state.outcome_timestamp or 0.0)
        return failed_at[-1] - failed_at[0] + state.upcoming_sleep > options.seconds

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        known = engine is not None and isinstance(error, SQLAlchemyError)
        words = told(engine.url, error) if known else str(error)  # type: ignore[union-attr,arg-type]
        _LOG.warning("%s; trying again in %.1f s", words, max(state.upcoming_sleep, 0.1))

    wait = wait_random_exponential(
        multiplier=options.first_wait_seconds, max=options.longest_wait_seconds
    )
    again = Retrying(
        retry=retry_if_exception(_may_pass),
        wait=wait,
        stop=is_over,
        before_sleep=tell,
        reraise=True,
    )
    return again(work)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, StoreUnreachable) or is_passing(error)
