"""Promise 7: ids come from content and address, and old ones lead to today's cluster."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import Connection, Engine

from aggregator.core.identity import cluster_id
from aggregator.core.model import Declared, Kind, Record
from aggregator.store.engine import reading
from aggregator.store.queries import resolve_cluster
from tests.pipeline.records import run
from tests.pipeline.worlds import World, cut, ingest
from tests.stores import empty, rows

SENTENCES = "One sentence of a text that is told here, and it is a long one. " * 9
IDS = "SELECT article_id FROM articles"


def copy(site: str, published: str, words: str = "") -> Record:
    said = Declared(outlet=site, published=published)
    url = f"https://{site}.example/story"
    return Record("line 1", SENTENCES + words, Kind.FIELDS, url, declared=said)


def resolve(connection: Connection, identifier: str) -> str:
    found = resolve_cluster(connection, identifier)
    assert found is not None
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_ids_do_not_depend_on_what_else_is_stored(engine: Engine, seed: int) -> None:
    """A page's articles have the same ids alone, in company, first or last."""
    rng = random.Random(seed)
    pages = World(rng).deliveries(12)
    others = World(rng).deliveries(12)
    ids = {s.article_id for page in pages for s in page.sightings}
    for batches in ([pages], [others, pages], cut(rng, pages[::-1])):
        ingest(empty(engine), batches)
        assert ids <= {found for (found,) in rows(engine, IDS)}


def test_a_cluster_is_called_after_its_canonical(engine: Engine) -> None:
    """Of a cluster, the id tells the canonical article's id, and nothing of arrival."""
    for order in ((0, 1), (1, 0)):
        copies = [copy("late", "2026-03-02"), copy("early", "2026-03-01")]
        run(empty(engine), [copies[index] for index in order], batch_records=1)
        named = "SELECT cluster_id, article_id, size, outlet FROM canonical_stories"
        ((identifier, article, size, outlet),) = rows(engine, named)
        assert (identifier, size, outlet) == (cluster_id(article), 2, "early")


def test_an_old_cluster_id_leads_to_todays_cluster(engine: Engine) -> None:
    """Each time an earlier copy turns up the cluster has another id; all of them resolve."""
    former = []
    for day in (5, 4, 3):
        run(engine, [copy(f"site{day}", f"2026-03-0{day}")])
        ((identifier,),) = rows(engine, "SELECT cluster_id FROM canonical_stories")
        former.append(identifier)
    assert len(set(former)) == 3
    with reading(engine) as connection:
        assert {resolve(connection, identifier) for identifier in former} == {former[-1]}


def test_any_article_id_leads_to_its_cluster(engine: Engine) -> None:
    """The id of every member resolves, and so does the one that each would give a cluster."""
    pages = World(random.Random(3)).deliveries(15)
    ingest(engine, [pages])
    with reading(engine) as connection:
        for cluster, article in rows(engine, "SELECT cluster_id, article_id FROM cluster_members"):
            assert resolve(connection, article) == cluster
            assert resolve(connection, cluster_id(article)) == cluster
        assert resolve_cluster(connection, "c" + "0" * 20) is None
        assert resolve_cluster(connection, "nonsense") is None
