"""``aggregator articles``: single articles, whatever story they are in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from aggregator.cli.failure import Failure
from aggregator.cli.options import (
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
from aggregator.core.model import Role

if TYPE_CHECKING:
    from aggregator.store.engine import Connection

app = typer.Typer(no_args_is_help=True)

COLUMNS = (
    "article_id",
    "cluster_id",
    "is_canonical",
    "role",
    "title",
    "url",
    "page_url",
    "outlet",
    "carrier",
    "language",
    "published_at",
    "word_count",
    "short",
)
_ONE = (
    "author",
    "section",
    "modified_at",
    "record_time",
    "first_seen_at",
    "text",
)
"""Further columns of one article."""


@dataclass(frozen=True, kw_only=True)
class ListOptions(SliceOptions):
    """Options of ``articles list``."""

    since: Since = None
    until: Until = None
    outlet: Outlet = None
    language: Language = None
    role: Annotated[
        Role | None, typer.Option("--role", help="Main or embedded articles only.")
    ] = None


@command(app, "list", ListOptions)
def list_articles(options: ListOptions) -> None:
    """List articles: the newest first, those without a time last."""
    from aggregator.store.queries import ArticleFilter
    from aggregator.store.queries import list_articles as query

    wanted = ArticleFilter(
        parse_moment(options.since, "--since"),
        parse_moment(options.until, "--until", end=True),
        options.outlet,
        options.language,
        options.role,
    )
    with reading_store(options) as connection:
        rows = query(connection, wanted, options.slice())
    show_slice(rows, COLUMNS, _list_table, options)


def _list_table(rows: Sequence[Row]) -> Iterable[RenderableType]:
    from aggregator.cli.tables import headline, safe, table

    if not rows:
        yield Text("No articles.")
        return
    yield table(
        ("article", "role", "published", "#words", "title"),
        (
            (
                safe(row["article_id"]),
                safe(row["role"]),
                safe((row["published_at"] or "-")[:10]),
                safe(row["word_count"]),
                headline(row),
            )
            for row in rows
        ),
    )


@dataclass(frozen=True, kw_only=True)
class ShowOptions(OutputOptions):
    """Options of ``articles show``."""

    id: Annotated[
        str, typer.Argument(metavar="ID", help="Id or URL of an article.", show_default=False)
    ]


@command(app, "show", ShowOptions)
def show_article(options: ShowOptions) -> None:
    """Show an article: its text, revisions, matches, story, dumps and warnings."""
    from aggregator.boilerplate import passages_left_out
    from aggregator.store.queries import load_article

    with reading_store(options) as connection:
        article = load_article(connection, one_article(connection, options.id))
        assert article is not None
        article["left_out"] = passages_left_out(connection, article.pop("node_id"))
    columns = (*COLUMNS, *_ONE)
    show(Document(article, [article], columns, lambda: _parts(article)), options.format)


def one_article(connection: Connection, named: str) -> str:
    """Id of the article that the user names by id or URL; raises Failure unless it is one."""
    from aggregator.store.queries import find_article

    found = find_article(connection, named)
    if not found:
        raise Failure(f"{named}: no article has this id or address")
    if len(found) > 1:
        raise Failure(f"{named}: several articles have this address: {' '.join(found)}")
    return found[0]


def _parts(article: dict[str, Any]) -> Iterable[RenderableType]:
    from aggregator.cli.tables import Facts, minute, safe

    yield safe(article["title"] or "(no title)", "bold")
    story = f"{article['cluster_id']}{' (canonical)' if article['is_canonical'] else ''}"
    names = ("author", "outlet", "carrier", "section", "language")
    yield Facts(
        [
            ("article", article["article_id"]),
            ("cluster", story),
            ("role", article["role"]),
            *((name, article[name]) for name in names),
            ("address", article["url"]),
            ("page", article["page_url"] if article["page_url"] != article["url"] else None),
            ("published", minute(article["published_at"])),
            ("modified", article["modified_at"] and minute(article["modified_at"])),
            ("first seen", minute(article["first_seen_at"])),
            ("words", f"{article['word_count']}{' (short)' if article['short'] else ''}"),
            *(("warning", warning) for warning in article["warnings"]),
            *(("read from", f"{d['path']}: {d['locator']}") for d in article["deliveries"]),
        ]
    )
    yield Text()
    yield safe(article["text"])
    if article["left_out"]:
        yield Text("\nleft out of comparisons, as the site repeats it", style="bold")
        yield from (safe(line) for line in article["left_out"])
    yield from _revisions(article["revisions"])
    yield from _matches(article["matches"])


def _revisions(revisions: list[dict[str, Any]]) -> Iterable[RenderableType]:
    from aggregator.cli.tables import minute, safe, table

    if len(revisions) < 2:
        return
    yield Text(f"\n{len(revisions)} revisions, the latest first", style="bold")
    yield table(
        ("modified", "#words", "title"),
        (
            (
                minute(each["modified_at"] or each["record_time"]),
                safe(each["word_count"]),
                safe(each["title"]),
            )
            for each in revisions
        ),
    )


def _matches(matches: list[dict[str, Any]]) -> Iterable[RenderableType]:
    from aggregator.cli.tables import headline, safe, table

    if not matches:
        return
    yield Text("\nmatches", style="bold")
    yield table(
        ("article", "relation", "verdict", "#resembl.", "title"),
        (
            (
                safe(each["article_id"]),
                safe(each["relation"]),
                safe(each["verdict"]),
                safe(f"{each['resemblance']:.2f}"),
                headline(each),
            )
            for each in matches
        ),
    )
