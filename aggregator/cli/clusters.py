"""``aggregator clusters``: the stories and their copies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from aggregator.cli.articles import one_article
from aggregator.cli.failure import Failure
from aggregator.cli.options import (
    LARGEST,
    Language,
    Outlet,
    OutputOptions,
    Since,
    SliceOptions,
    Until,
    command,
    parse_moment,
)
from aggregator.cli.output import Document, Row, show, show_slice
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


@dataclass(frozen=True, kw_only=True)
class ListOptions(SliceOptions):
    """Options of ``clusters list``."""

    since: Since = None
    until: Until = None
    min_size: Annotated[
        int,
        typer.Option(
            "--min-size",
            min=1,
            max=LARGEST,
            help="With so many articles or more.",
            metavar="NUMBER",
        ),
    ] = 1
    outlet: Outlet = None
    language: Language = None


@command(app, "list", ListOptions)
def list_clusters(options: ListOptions) -> None:
    """List stories: the largest first, then the newest.

    A story is listed when it fits all filters; its last copy was published at --since or later
    and its first at --until or before.
    """
    from aggregator.store.queries import ClusterFilter
    from aggregator.store.queries import list_clusters as query

    wanted = ClusterFilter(
        parse_moment(options.since, "--since"),
        parse_moment(options.until, "--until", end=True),
        options.min_size,
        options.outlet,
        options.language,
    )
    with reading_store(options) as connection:
        rows = query(connection, wanted, options.slice())
    show_slice(rows, COLUMNS, _list_table, options)


def _list_table(rows: Sequence[Row]) -> Iterable[RenderableType]:
    from aggregator.cli.tables import headline, safe, table

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


@dataclass(frozen=True, kw_only=True)
class ShowOptions(OutputOptions):
    """Options of ``clusters show``."""

    id: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Id of a story, also one that it had earlier, or of an article.",
            show_default=False,
        ),
    ]


MEMBER_COLUMNS = (
    "cluster_id",
    "article_id",
    "is_canonical",
    "role",
    "title",
    "url",
    "page_url",
    "outlet",
    "published_at",
    "relation",
    "resemblance",
    "containment",
    "containment_reverse",
    "differences",
)


@command(app, "show", ShowOptions)
def show_cluster(options: ShowOptions) -> None:
    """Show a story with all its copies, and how each differs from the canonical article."""
    from aggregator.compare import with_differences
    from aggregator.store.queries import load_cluster, resolve_cluster

    with reading_store(options) as connection:
        cluster_id = resolve_cluster(connection, options.id)
        if cluster_id is None:
            raise Failure(f"{options.id}: no story or article has this id")
        cluster = with_differences(connection, load_cluster(connection, cluster_id))
    rows = [{"cluster_id": cluster_id, **member} for member in cluster["members"]]
    shown = Document(cluster, rows, MEMBER_COLUMNS, lambda: _cluster_parts(cluster))
    show(shown, options.format)


def _cluster_parts(cluster: dict[str, Any]) -> Iterable[RenderableType]:
    from aggregator.cli.tables import Facts, headline, minute

    canonical = cluster["canonical"]
    yield headline(canonical)
    yield Facts(
        (
            ("cluster", cluster["cluster_id"]),
            ("canonical", canonical["article_id"]),
            ("chosen by", cluster["canonical_reason"]),
            ("address", canonical["url"]),
            ("copies", f"{cluster['size']} ({cluster['main_size']} on pages of their own)"),
            ("outlets", cluster["outlets"]),
            ("languages", " ".join(cluster["languages"])),
            ("published", _span(cluster)),
            ("first seen", minute(cluster["first_seen_at"])),
        )
    )
    for member in cluster["members"]:
        yield Text()
        yield _member_line(member)
        yield Facts(
            (
                ("title", member["title"]),
                ("address", member["url"] or member["page_url"]),
                ("differs", member["differences"]),
            ),
            indent=2,
        )


def _span(cluster: dict[str, Any]) -> Text:
    from aggregator.cli.tables import minute

    first, last = minute(cluster["first_published_at"]), minute(cluster["last_published_at"])
    return first if first == last else first + " to " + last


def _member_line(member: dict[str, Any]) -> Text:
    """Id, relation and similarity, outlet and time of one copy."""
    from aggregator.cli.tables import minute, safe

    how = "canonical"
    if not member["is_canonical"]:
        how = f"{member['relation']} {member['resemblance']:.2f}"
    parts = [
        safe(member["article_id"], "bold"),
        safe(f"{how:<10}"),
        minute(member["published_at"]),
        safe(member["outlet"] or "(outlet unknown)"),
    ]
    if member["role"] != "main":
        parts.append(safe(member["role"]))
    line = Text("  ").join(parts)
    line.no_wrap, line.overflow = True, "ignore"
    return line


@dataclass(frozen=True, kw_only=True)
class ExplainOptions(OutputOptions):
    """Options of ``clusters explain``."""

    a: Annotated[
        str, typer.Argument(metavar="A", help="Id or URL of an article.", show_default=False)
    ]
    b: Annotated[
        str, typer.Argument(metavar="B", help="Id or URL of another.", show_default=False)
    ]


@command(app, "explain", ExplainOptions)
def explain_pair(options: ExplainOptions) -> None:
    """Explain why two articles are, or are not, together.

    They are compared now, exactly, also when they were never candidates.
    """
    from aggregator.cli.explanation import COLUMNS as EXPLANATION_COLUMNS
    from aggregator.cli.explanation import csv_row, parts
    from aggregator.compare import explain

    with reading_store(options) as connection:
        one, other = (one_article(connection, named) for named in (options.a, options.b))
        found = explain(connection, one, other)
    shown = Document(found, [csv_row(found)], EXPLANATION_COLUMNS, lambda: parts(found))
    show(shown, options.format)
