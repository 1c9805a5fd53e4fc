"""Reading what labels speak of: main articles by address, and who is together with whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select, text

from aggregator.core.identity import article_id, normalise_address
from aggregator.core.model import Role
from aggregator.store.queries import Values
from aggregator.store.schema import articles, clusters, nodes
from aggregator.store.sql import chunks


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """A main article with its story and its text's node."""

    article_id: str
    cluster_id: str
    node_id: int
    title: str | None
    outlet: str | None
    carrier: str | None
    language: str | None


def main_articles(connection: Connection, urls: Iterable[str]) -> dict[str, StoredArticle]:
    """The main article of the page at each address; addresses that name none are left out.

    A feed's item is meant where no page of its address is stored.
    """
    wanted = list(urls)
    found: dict[str, StoredArticle] = {}
    for prefix in ("", "feed:"):
        addresses = {url: normalise_address(url) for url in wanted if url not in found}
        ids = {
            url: article_id(f"{prefix}{address}", Role.MAIN)
            for url, address in addresses.items()
            if address is not None
        }
        stored = _main(connection, articles.c.article_id, ids.values())
        found |= {url: stored[named] for url, named in ids.items() if named in stored}
    # What a dump calls a URL need not be an address: such a page is known by its words alone.
    return found | _main(connection, articles.c.page_url, (u for u in wanted if u not in found))


def _main(
    connection: Connection, column: ColumnElement[Any], values: Iterable[str]
) -> dict[str, StoredArticle]:
    """The main articles by the value of a column; of several the one of lowest id."""
    statement = (
        select(
            column.label("named"),
            articles.c.article_id,
            clusters.c.cluster_id,
            articles.c.node_id,
            articles.c.title,
            articles.c.outlet,
            articles.c.carrier,
            articles.c.language,
        )
        .join(nodes, nodes.c.node_id == articles.c.node_id)
        .join(clusters, clusters.c.anchor == nodes.c.anchor)
        .where(articles.c.role == Role.MAIN)
        .order_by(articles.c.article_id)
    )
    found: dict[str, StoredArticle] = {}
    for chunk in chunks(values):
        for named, *values_ in connection.execute(statement.where(column.in_(chunk))):
            found.setdefault(named, StoredArticle(*values_))
    return found


def pairs_together(connection: Connection) -> int:
    """How many pairs of main articles are in one story."""
    pairs = func.sum(clusters.c.main_size * (clusters.c.main_size - 1) / 2)
    return int(connection.scalar(select(pairs)) or 0)


_COPIES: Final = """
SELECT m.cluster_id, c.page_url AS url_a, m.page_url AS url_b, m.relation, m.resemblance,
       m.containment, m.containment_reverse, c.title AS title_a, m.title AS title_b,
       c.outlet AS outlet_a, m.outlet AS outlet_b, c.article_id AS article_a,
       m.article_id AS article_b
FROM cluster_members m
JOIN cluster_members c ON c.cluster_id = m.cluster_id AND c.is_canonical = 1
WHERE m.is_canonical = 0 AND m.role = 'main' AND c.role = 'main'
ORDER BY m.cluster_id, m.article_id
"""


def copies(connection: Connection) -> list[Values]:
    """Every main article that is a copy, beside the canonical article of its story."""
    return [dict(row) for row in connection.execute(text(_COPIES)).mappings()]
