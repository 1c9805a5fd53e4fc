"""Reading and writing matches: verified comparisons, with their evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, update

from aggregator.core.decision import Verdict
from aggregator.core.nodes import DECIMALS, Comparison, figures
from aggregator.core.proposals import Pair, pair
from aggregator.store.schema import matches
from aggregator.store.sql import chunks, inserting

_THIS = and_(matches.c.node_a == bindparam("a"), matches.c.node_b == bindparam("b"))


def _touching(ids: list[int]) -> Any:
    return or_(matches.c.node_a.in_(ids), matches.c.node_b.in_(ids))


def neighbours(connection: Connection, ids: Iterable[int]) -> dict[int, set[int]]:
    """For each of these nodes, the nodes with which it has a proposed, passing match."""
    wanted = set(ids)
    found: dict[int, set[int]] = {node: set() for node in wanted}
    statement = select(matches.c.node_a, matches.c.node_b).where(
        matches.c.proposed == 1, matches.c.verdict == Verdict.SAME
    )
    for chunk in chunks(wanted):
        for column in (matches.c.node_a, matches.c.node_b):
            for a, b in connection.execute(statement.where(column.in_(chunk))).all():
                for node, other in ((a, b), (b, a)):
                    if node in wanted:
                        found[node].add(other)
    return found


def proposed_partners(connection: Connection, ids: Iterable[int]) -> dict[int, set[int]]:
    """For each of these nodes, the nodes with which it has any proposed match."""
    wanted = set(ids)
    found: dict[int, set[int]] = {}
    statement = select(matches.c.node_a, matches.c.node_b).where(matches.c.proposed == 1)
    for chunk in chunks(wanted):
        for a, b in connection.execute(statement.where(_touching(chunk))).all():
            for node, other in ((a, b), (b, a)):
                if node in wanted:
                    found.setdefault(node, set()).add(other)
    return found


def verdicts(connection: Connection, node: int) -> dict[int, bool]:
    """For each node with which a comparison of `node` is stored: whether they match."""
    columns = (matches.c.node_a, matches.c.node_b, matches.c.verdict)
    found = {}
    for column in (matches.c.node_a, matches.c.node_b):
        for a, b, verdict in connection.execute(select(*columns).where(column == node)).all():
            found[b if a == node else a] = verdict == Verdict.SAME
    return found


def is_stored(connection: Connection, node_a: int, node_b: int) -> bool:
    """Whether a match of these nodes is stored, the lower id first."""
    return connection.scalar(select(1).where(_THIS), {"a": node_a, "b": node_b}) is not None


def save(
    connection: Connection, comparisons: Iterable[Comparison], scheme: str, *, star: bool
) -> None:
    """Store comparisons as proposed matches, or with `star` as those of a canonical.

    A comparison that is stored already gains what holds it; its evidence is the same.
    """
    held = {"proposed": int(not star), "star": int(star)}
    rows = [{**_row(each, scheme), **held} for each in comparisons]
    if not rows:
        return
    statement = inserting(connection, matches)
    statement = statement.on_conflict_do_update(
        index_elements=list(matches.primary_key.columns),
        set_={name: matches.c[name].bitwise_or(statement.excluded[name]) for name in held},
    )
    connection.execute(statement, rows)


def _row(comparison: Comparison, scheme: str) -> dict[str, Any]:
    evidence, decision = comparison.evidence, comparison.decision
    return {
        "node_a": comparison.nodes[0],
        "node_b": comparison.nodes[1],
        "relation": decision.relation,
        "verdict": decision.verdict,
        "rule": decision.rule,
        "resemblance": round(evidence.resemblance, DECIMALS),
        "containment_a_in_b": round(evidence.containment_a_in_b, DECIMALS),
        "containment_b_in_a": round(evidence.containment_b_in_a, DECIMALS),
        "evidence": figures(evidence),
        "scheme": scheme,
    }


def mark_stars(connection: Connection, pairs: Iterable[Pair]) -> None:
    """Say of matches, where stored, that one node is canonical of the cluster of both."""
    _set(connection, pairs, "star", 1)


def unmark_stars(connection: Connection, pairs: Iterable[Pair]) -> None:
    """Say of stored matches that neither node is canonical of the cluster of both."""
    _set(connection, pairs, "star", 0)


def withdraw(connection: Connection, pairs: Iterable[Pair]) -> None:
    """Say of stored matches that the candidate index does not propose them any more."""
    _set(connection, pairs, "proposed", 0)


def _set(connection: Connection, pairs: Iterable[Pair], column: str, value: int) -> None:
    rows = [{"a": a, "b": b} for a, b in pairs]
    if rows:
        connection.execute(update(matches).where(_THIS).values({column: value}), rows)


def sweep(connection: Connection, pairs: Iterable[Pair]) -> None:
    """Remove those of these matches that nothing holds any more."""
    rows = [{"a": a, "b": b} for a, b in pairs]
    if rows:
        unheld = and_(matches.c.proposed == 0, matches.c.star == 0)
        connection.execute(delete(matches).where(_THIS, unheld), rows)


def forget(connection: Connection, ids: Iterable[int]) -> set[int]:
    """Remove every match of these nodes; returns the nodes at the other ends."""
    wanted = set(ids)
    others: set[int] = set()
    for chunk in chunks(wanted):
        for a, b in connection.execute(
            select(matches.c.node_a, matches.c.node_b).where(_touching(chunk))
        ).all():
            others |= {a, b}
        connection.execute(delete(matches).where(_touching(chunk)))
    return others - wanted


def partners(connection: Connection, ids: Iterable[int]) -> set[int]:
    """The nodes with which any of these has a stored match, with themselves among them."""
    found: set[int] = set()
    for chunk in chunks(ids):
        statement = select(matches.c.node_a, matches.c.node_b).where(_touching(chunk))
        for ends in connection.execute(statement).all():
            found.update(ends)
    return found


def forget_between(connection: Connection, ids: Iterable[int], kept: set[int]) -> set[int]:
    """Remove the matches of these nodes with any but `kept` ones; returns the other ends."""
    pairs = set()
    for chunk in chunks(ids):
        statement = select(matches.c.node_a, matches.c.node_b).where(_touching(chunk))
        pairs |= {pair(a, b) for a, b in connection.execute(statement).all()}
    apart = sorted(ends for ends in pairs if not kept.issuperset(ends))
    if apart:
        connection.execute(delete(matches).where(_THIS), [{"a": a, "b": b} for a, b in apart])
    return {node for ends in apart for node in ends} - kept


def star_pairs(canonical: int, members: Iterable[int]) -> set[Pair]:
    """The pairs of a canonical node with the other members of its cluster."""
    return {pair(canonical, node) for node in members if node != canonical}
