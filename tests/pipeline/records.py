"""Random dumps for the whole pipeline: HTML pages and extracted fields of a random world."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from html import escape
from typing import Any

from sqlalchemy import Engine

from aggregator.core.canonical import CanonicalOptions
from aggregator.core.model import Declared, ExtractedArticle, Kind, Record, Role
from aggregator.core.options import CleaningOptions
from aggregator.core.times import to_text
from aggregator.pipeline import Entry, Pipeline, PipelineOptions
from aggregator.store.dumps import Tally
from tests.pipeline.worlds import OPTIONS, START, World

CANONICAL = CanonicalOptions(preferred_outlets=("Outlet 3",))


def options(workers: int = 1, batch_records: int = 10) -> PipelineOptions:
    """The main job's options, with the thresholds of random worlds."""
    return PipelineOptions(CleaningOptions(), OPTIONS, CANONICAL, workers, batch_records)


def clock() -> datetime:
    """A clock that stands still."""
    return datetime(2026, 1, 1, tzinfo=UTC)


def run(
    engine: Engine, entries: Sequence[Entry], workers: int = 1, batch_records: int = 10
) -> Tally:
    """Ingest one dump through worker processes."""
    with Pipeline(engine, options(workers, batch_records), clock) as pipeline:
        return pipeline.ingest("dump", entries)


def records(rng: random.Random, count: int) -> list[Record]:
    """Records of all kinds, some of them at one address, some delivered twice."""
    world = World(rng)
    made = [one_record(world, rng, number) for number in range(count)]
    again = [
        replace(each, locator=f"{each.locator} again") for each in rng.sample(made, count // 8)
    ]
    return made + again


def one_record(world: World, rng: random.Random, number: int) -> Record:
    main = world.article(Role.MAIN)
    embedded = [world.article(Role.EMBEDDED) for _ in range(rng.choice((0, 0, 1, 2)))]
    address = rng.choice((number, number, rng.randint(0, number)))
    url = f"https://site{rng.randint(0, 2)}.example/{address}"
    locator = f"line {number}"
    if rng.random() < 0.5:
        html = page_of(main, embedded).encode()
        return Record(locator, html, Kind.HTML, url, record_time=START)
    said = Declared(
        title=main.title,
        outlet=main.outlet,
        published=to_text(main.published),
        modified=to_text(main.modified),
        language=main.language,
    )
    return Record(locator, main.text, Kind.FIELDS, rng.choice((url, url, None)), declared=said)


def page_of(main: ExtractedArticle, embedded: Sequence[ExtractedArticle]) -> str:
    """A page that carries the articles, as publishers mark them up."""
    related = "".join(f"<article>{parts_of(each, 3)}</article>" for each in embedded)
    aside = (
        f'<aside class="related"><h2>Related Articles</h2>{related}</aside>' if embedded else ""
    )
    return (
        f"<html><head><title>{escape(main.title or 'Untitled')}</title></head>"
        f"<body><main><article>{parts_of(main, 1)}</article></main>{aside}</body></html>"
    )


def parts_of(article: ExtractedArticle, level: int) -> str:
    words = article.text.split()
    sentences = [" ".join(words[i : i + 12]).capitalize() for i in range(0, len(words), 12)]
    time = f'<time datetime="{to_text(article.published)}"></time>' if article.published else ""
    paragraphs = "".join(f"<p>{escape(each)}.</p>" for each in sentences)
    return f"<h{level}>{escape(article.title or 'Untitled')}</h{level}>{time}{paragraphs}"


def as_json(record: Record) -> str:
    """A record as a line of JSONL."""
    body = "html" if record.kind is Kind.HTML else "text"
    payload = record.payload if isinstance(record.payload, str) else record.payload.decode()
    said: dict[str, Any] = {body: payload, "url": record.url, **asdict(record.declared)}
    return json.dumps({name: value for name, value in said.items() if value is not None})
