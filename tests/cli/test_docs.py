"""The documentation says what the command does: options, output, columns, queries, links."""

from __future__ import annotations

import doctest
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import text

from aggregator.cli.app import app
from aggregator.store.engine import open_engine, reading
from aggregator.store.views import VIEWS
from tests.running import PROJECT, Cli

CLI = (PROJECT / "docs" / "cli.md").read_text("utf-8")
SQL = (PROJECT / "docs" / "sql.md").read_text("utf-8")
README = (PROJECT / "README.md").read_text("utf-8")
LOOSELY = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def commands() -> dict[str, Any]:
    """Every command under its full name."""
    return dict(_below("aggregator", typer.main.get_command(app)))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", {})
    for child, below in children.items():
        yield from _below(f"{name} {child}", below)
    if not children:
        yield name, command


def section(heading: str) -> str:
    """What stands under a heading of docs/cli.md."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", CLI, re.M | re.S)
    return found[1] if found else ""


@pytest.mark.parametrize("name", commands())
def test_every_command_and_option_is_documented(name: str) -> None:
    assert section(name)
    described = section(name) + section("Every command")
    options = {flag for each in commands()[name].params for flag in each.opts if flag[0] == "-"}
    assert {flag for flag in options if f"`{flag}" not in described} == set()


def test_no_command_or_option_is_documented_that_does_not_exist() -> None:
    assert set(re.findall(r"^## (aggregator .+)$", CLI, re.M)) == set(commands())
    for name, command in commands().items():
        known = {flag for each in command.params for flag in each.opts} | {"--help", "-h"}
        assert set(re.findall(r"^- .*?`(--[\w-]+)", section(name), re.M)) <= known


@pytest.mark.parametrize("name", commands())
def test_every_option_has_its_help(name: str) -> None:
    assert commands()[name].help
    assert [each.name for each in commands()[name].params if not each.help] == []


def examples(document: str) -> list[tuple[str, str]]:
    """The commands of a document, each with the output that stands under it."""
    blocks = re.findall(r"^```console\n(.*?)^```$", document, re.M | re.S)
    return [
        (call, output)
        for block in blocks
        for call, output in re.findall(r"^\$ aggregator (.*)\n((?:(?!\$ ).*\n)*)", block, re.M)
    ]


@pytest.mark.parametrize("document", ["README.md", "docs/cli.md"])
def test_the_documented_output_is_what_the_commands_write(cli: Cli, document: str) -> None:
    cli = Cli(PROJECT, cli.url)
    shown = examples((PROJECT / document).read_text("utf-8"))
    assert shown
    for call, output in shown:
        found = cli(*shlex.split(call)).out
        assert doctest.OutputChecker().check_output(output, found, LOOSELY), (call, found)


@pytest.mark.parametrize("view", VIEWS)
def test_the_documented_columns_of_a_view_are_its_columns(
    view: str, shipped_store: Cli, postgres_store: Cli
) -> None:
    part = re.search(rf"^## {view}\n(.*?)(?=^## |\Z)", SQL, re.M | re.S)
    assert part is not None
    described = re.findall(r"^\| `(\w+)` \|", part[1], re.M)
    for each in (shipped_store, postgres_store):
        engine = open_engine(each.url, must_exist=True)
        with reading(engine) as connection:
            columns = list(connection.execute(text(f"SELECT * FROM {view}")).keys())
        engine.dispose()
        assert described == columns


def queries() -> list[str]:
    """All SQL that is shown to users."""
    return re.findall(r"^```sql\n(.*?)^```$", SQL + README, re.M | re.S)


def test_the_documented_queries_run_alike_on_both_databases(
    shipped_store: Cli, postgres_store: Cli
) -> None:
    for query in queries():
        sqlite, postgres = (rows(each.url, query) for each in (shipped_store, postgres_store))
        assert sqlite == postgres, query
        assert sqlite or "rejected" in query, query


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    engine = open_engine(url, must_exist=True)
    with reading(engine) as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


@pytest.mark.parametrize(
    "document",
    [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))],
    ids=os.path.basename,
)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text("utf-8"))
    broken = [
        link for link in links if "://" not in link and not (document.parent / link).exists()
    ]
    assert broken == []
