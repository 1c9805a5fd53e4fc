"""``aggregator clusters``: the stories and their copies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from aggregator.cli.options import PageOptions, command, parse_moment
from aggregator.cli.output import Listing, show
from aggregator.cli.session import reading_store

app = typer.Typer(no_args_is_help=True)

COLUMNS = (
    "cluster_id",
    "size",
    "outlets",
    "canonical_article_id",
    "canonical_title",
    "canonical_url",
    "canonical_outlet",
    "canonical_published_at",
    "first_published_at",
    "last_published_at",
    "languages",
)

Since = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help="Published then or later.")
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="TIME", help="Published then or before.")
]
Outlet = Annotated[str | None, typer.Option("--outlet", metavar="NAME", help="From this outlet.")]
Language = Annotated[
    str | None, typer.Option("--language", metavar="CODE", help="In this language: en, fa.")
]


@dataclass(frozen=True, kw_only=True)
class ListOptions(PageOptions):
    """Options of ``clusters list``."""

    since: Since = None
    until: Until = None
    min_size: Annotated[
        int, typer.Option("--min-size", min=1, help="With so many articles or more.")
    ] = 1
    outlet: Outlet = None
    language: Language = None


@command(app, "list", ListOptions)
def list_clusters(options: ListOptions) -> None:
    """List stories: the largest first, then the newest.

    A story is listed when it fits all filters; its last copy was published at --since or later
    and its first at --until or before.
    """
    from aggregator.store.queries import ClusterFilter, Slice
    from aggregator.store.queries import list_clusters as query

    wanted = ClusterFilter(
        parse_moment(options.since, "--since"),
        parse_moment(options.until, "--until", end=True),
        options.min_size,
        options.outlet,
        options.language,
    )
    with reading_store(options) as connection:
        rows = query(connection, wanted, Slice(options.limit, options.offset))
    show(Listing(rows, COLUMNS, lambda: _list_table(rows)), options.format)


def _list_table(rows: list[dict[str, Any]]) -> Iterable[RenderableType]:
    from aggregator.cli.tables import safe, table

    if not rows:
        yield Text("No stories.")
        return
    yield table(
        ("cluster", "#size", "#outlets", "published", "story"),
        (
            (
                safe(row["cluster_id"]),
                safe(row["size"]),
                safe(row["outlets"]),
                safe((row["first_published_at"] or "-")[:10]),
                headline(row["canonical"]),
            )
            for row in rows
        ),
    )


def headline(article: dict[str, Any]) -> Text:
    """A title with its outlet behind it."""
    from aggregator.cli.tables import safe

    title = safe(article["title"] or "(no title)")
    return title + safe(f" - {article['outlet']}", "dim") if article["outlet"] else title
