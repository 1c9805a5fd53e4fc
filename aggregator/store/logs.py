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
SELECT * FROM dump_log d WHERE {conditions}
ORDER BY d.dump_id DESC LIMIT :limit OFFSET :offset
"""
_REJECTIONS = """
SELECT r.dump_id, d.path, r.locator, r.reason, r.detail
FROM rejections r JOIN dump_log d ON d.dump_id = r.dump_id
WHERE {conditions}
ORDER BY r.rejection_id DESC LIMIT :limit OFFSET :offset
"""


def list_dumps(connection: Connection, path: str | None, part: Slice) -> list[Values]:
    """The log of dumps, the latest first."""
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
    last_dump: int
    """The highest dump id; 0 without any."""


def totals(connection: Connection) -> Totals:
    """Count articles and clusters."""
    counts = "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM clusters)"
    last = "(SELECT coalesce(max(dump_id), 0) FROM dump_log)"
    return Totals(*connection.execute(text(f"{counts}, {last}")).one())


def latest_dump(connection: Connection, path: str, after: int) -> int | None:
    """Id of the latest reading of the dump at `path`, if there is one behind the id `after`."""
    statement = "SELECT max(dump_id) FROM dump_log WHERE dump_id > :after AND path = :path"
    found: int | None = connection.scalar(text(statement), {"after": after, "path": path})
    return found


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
