"""Reading and writing matches: verified comparisons, with their evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, literal_column, select, update

from aggregator.core.decision import Verdict
from aggregator.core.nodes import DECIMALS, Comparison, figures
from aggregator.core.proposals import Pair, pair
from aggregator.store.schema import matches
from aggregator.store.sql import for_each, inserting, rows_among

_THIS = and_(matches.c.node_a == bindparam("a"), matches.c.node_b == bindparam("b"))
_ENDS = select(matches.c.node_a, matches.c.node_b)
_PROPOSED = _ENDS.where(matches.c.proposed == 1)
_PASSING = _PROPOSED.where(matches.c.verdict == Verdict.SAME)
_DELETE_THIS = delete(matches).where(_THIS)
_DELETE_UNHELD = _DELETE_THIS.where(
    matches.c.proposed == literal_column("0"), matches.c.star == literal_column("0")
)
_UPDATE_THIS = update(matches).where(_THIS)


def _touching(
    connection: Connection, statement: Select[Any], ids: Iterable[int]
) -> Iterator[tuple[int, int]]:
    """The ends of matches of these nodes; those of two of them come twice."""
    wanted = list(ids)
    for column in (matches.c.node_a, matches.c.node_b):
        yield from map(tuple, rows_among(connection, statement, column, wanted))


def neighbours(connection: Connection, ids: Iterable[int]) -> dict[int, set[int]]:
    """For each of these nodes, the nodes with which it has a proposed, passing match."""
    wanted = set(ids)
    return {node: set[int]() for node in wanted} | _other_ends(connection, _PASSING, wanted)


def proposed_partners(connection: Connection, ids: Iterable[int]) -> dict[int, set[int]]:
    """For those of these nodes that have proposed matches, the nodes with which they have them."""
    return _other_ends(connection, _PROPOSED, set(ids))


def _other_ends(
    connection: Connection, statement: Select[Any], wanted: set[int]
) -> dict[int, set[int]]:
    """The nodes at the other ends of these nodes' matches, by node."""
    found: dict[int, set[int]] = {}
    for a, b in _touching(connection, statement, wanted):
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
    for_each(connection, _UPDATE_THIS, [{"a": a, "b": b, column: value} for a, b in pairs])


def sweep(connection: Connection, pairs: Iterable[Pair]) -> None:
    """Remove those of these matches that nothing holds any more."""
    for_each(connection, _DELETE_UNHELD, [{"a": a, "b": b} for a, b in pairs])


def forget(connection: Connection, ids: Iterable[int]) -> set[int]:
    """Remove every match of these nodes; returns the nodes at the other ends."""
    wanted = set(ids)
    pairs = set(_touching(connection, _ENDS, wanted))
    for_each(connection, _DELETE_THIS, [{"a": a, "b": b} for a, b in sorted(pairs)])
    return {node for ends in pairs for node in ends} - wanted


def partners(connection: Connection, ids: Iterable[int]) -> set[int]:
    """The nodes with which any of these has a stored match, with themselves among them."""
    return {node for ends in _touching(connection, _ENDS, ids) for node in ends}


def forget_between(connection: Connection, ids: Iterable[int], kept: set[int]) -> set[int]:
    """Remove the matches of these nodes with any but `kept` ones; returns the other ends."""
    pairs = {pair(a, b) for a, b in _touching(connection, _ENDS, ids)}
    apart = sorted(ends for ends in pairs if not kept.issuperset(ends))
    for_each(connection, _DELETE_THIS, [{"a": a, "b": b} for a, b in apart])
    return {node for ends in apart for node in ends} - kept


def star_pairs(canonical: int, members: Iterable[int]) -> set[Pair]:
    """The pairs of a canonical node with the other members of its cluster."""
    return {pair(canonical, node) for node in members if node != canonical}
