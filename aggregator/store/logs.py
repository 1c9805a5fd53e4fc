"""Reading the log of dumps, the quarantine, and how much is stored."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from aggregator.store.queries import Slice, Values, select_page


@dataclass(frozen=True, slots=True)
class RejectionFilter:
    """Which rejections are wanted; None means any. `path` is the whole path of a dump."""

    reason: str | None = None
    dump_id: int | None = None
    path: str | None = None


_DUMPS = """
SELECT l.*, d.owner FROM dump_log l JOIN dumps d ON d.dump_id = l.dump_id WHERE {conditions}
ORDER BY d.dump_id DESC LIMIT :limit OFFSET :offset
"""
_REJECTIONS = """
SELECT r.dump_id, d.path, r.locator, r.reason, r.detail
FROM rejections r JOIN dump_log d ON d.dump_id = r.dump_id
WHERE {conditions}
ORDER BY r.rejection_id DESC LIMIT :limit OFFSET :offset
"""


def list_dumps(connection: Connection, path: str | None, part: Slice) -> list[Values]:
    """The log of dumps, the latest first, each with the process that reads or read it."""
    return [dict(row) for row in select_page(connection, _DUMPS, {"d.path = :path": path}, part)]


def list_rejections(connection: Connection, wanted: RejectionFilter, part: Slice) -> list[Values]:
    """Records that could not become articles, the latest first."""
    conditions = {
        "r.reason = :reason": wanted.reason,
        "r.dump_id = :dump_id": wanted.dump_id,
        "d.path = :path": wanted.path,
    }
    return [dict(row) for row in select_page(connection, _REJECTIONS, conditions, part)]


@dataclass(frozen=True, slots=True)
class Totals:
    """How much is stored."""

    articles: int
    clusters: int


def totals(connection: Connection) -> Totals:
    """Count articles and clusters."""
    counts = "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM clusters)"
    return Totals(*connection.execute(text(counts)).one())


def rejections_by_reason(
    connection: Connection, dump_id: int, examples: int
) -> dict[str, tuple[int, list[Values]]]:
    """For each reason of a dump's rejections: how many, and the first few of them."""
    key = {"dump_id": dump_id}
    counts = connection.execute(text(_COUNTS), key).all()
    values = {**key, "examples": examples}
    return {
        reason: (
            count,
            [
                dict(row._mapping)
                for row in connection.execute(text(_FIRST), {**values, "reason": reason})
            ],
        )
        for reason, count in counts
    }


_COUNTS = """
SELECT reason, count(*) FROM rejected_records WHERE dump_id = :dump_id
GROUP BY reason ORDER BY reason
"""
_FIRST = """
SELECT locator, reason, detail FROM rejections
WHERE dump_id = :dump_id AND reason = :reason ORDER BY rejection_id LIMIT :examples
"""
