"""The public views: the same columns in the same order on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, inspect, text

COLUMNS = {
    "canonical_stories": (
        "cluster_id size main_size outlets article_id title url outlet published_at"
        " first_published_at last_published_at first_seen_at canonical_reason"
    ),
    "cluster_members": (
        "cluster_id article_id is_canonical role title url page_url outlet carrier language"
        " published_at relation resemblance containment containment_reverse"
    ),
    "article_matches": (
        "article_a article_b relation resemblance containment_a_in_b containment_b_in_a verdict"
        " rule scheme"
    ),
    "rejected_records": "dump_id locator reason detail",
    "dump_log": ("dump_id path read stored known rejected revised ignored started_at finished_at"),
}
"""The public face (DESIGN section 5): a change needs a line in the changelog."""


@pytest.mark.parametrize("view", COLUMNS)
def test_a_view_has_the_documented_columns_in_order(engine: Engine, view: str) -> None:
    """Each view has exactly the columns that are promised, in the order of the promise."""
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT * FROM {view}")).keys()
    assert " ".join(found) == COLUMNS[view]


def test_there_are_no_other_views(engine: Engine) -> None:
    """Every view is a documented one."""
    assert set(inspect(engine).get_view_names()) == set(COLUMNS)
