"""Being entered in a store: never forgotten while it lives, and entered anew if it was."""

from __future__ import annotations

from dataclasses import replace

from aggregator.scheduler.owner import this_process
from aggregator.scheduler.presence import Place, Presence
from aggregator.scheduler.workshop import Workshop
from aggregator.store import daemons
from aggregator.store.daemons import Identity
from aggregator.store.engine import noting
from tests.stores import rows

LONG_AGO = "2020-01-01T00:00:00Z"


def presence(shop: Workshop, identity: Identity) -> Presence:
    return Presence(Place(shop.engine, identity, shop.clock, 60.0), "once")


def entered(shop: Workshop) -> dict[str, str]:
    """The state of each process that is entered."""
    return dict(rows(shop.engine, "SELECT owner, state FROM daemons"))  # type: ignore[arg-type]


def enter_long_ago(shop: Workshop, identity: Identity, state: str) -> None:
    with noting(shop.engine) as connection:
        daemons.begin(connection, identity, "run", LONG_AGO, 60.0)
        values = {"state": state, "reported_at": LONG_AGO}
        this = daemons.daemons.c.owner == identity.owner
        connection.execute(daemons.daemons.update().where(this).values(values))


def test_a_living_process_is_not_forgotten_when_the_clock_is_set(shop: Workshop) -> None:
    """Whoever enters forgets those that died a week ago, whatever the clock says of the living;
    the last one that said goodbye stays too."""
    living, dead, stopped = (replace(this_process(), owner=name) for name in "lds")
    enter_long_ago(shop, living, "running")
    enter_long_ago(shop, replace(dead, process="an earlier start"), "running")
    enter_long_ago(shop, stopped, daemons.STOPPED)
    came = presence(shop, replace(this_process(), owner="came"))
    came.enter()
    try:
        assert entered(shop).keys() == {"l", "s", "came", shop.identity.owner}
    finally:
        came.leave()


def test_a_process_that_was_forgotten_enters_anew(shop: Workshop) -> None:
    """One that others took for dead is seen again with its next report."""
    one = presence(shop, shop.identity)
    with noting(shop.engine) as connection:
        daemons.forget(connection, [shop.identity.owner])
    one.state = "running"
    one.report()
    assert entered(shop) == {shop.identity.owner: "running"}


def test_entering_again_after_a_lost_answer_changes_nothing(shop: Workshop) -> None:
    """A beginning that is tried again, as we were not told that it was stored, is no mistake."""
    with noting(shop.engine) as connection:
        daemons.begin(connection, shop.identity, "run", LONG_AGO, 60.0)
    assert entered(shop) == {shop.identity.owner: "starting"}
