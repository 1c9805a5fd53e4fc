"""Database URLs that cannot be meant so are refused, and never shown with a secret."""

from __future__ import annotations

import pytest

from aggregator.store.engine import StoreError, masked, open_engine


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://news:p@ssSECRET@127.0.0.1:1/news", "write @ in a password as %40"),
        ("postgresql://news:p@ss/SECRET@127.0.0.1:1/news", "write @ in a password as %40"),
        ("sqlite://store.sqlite3", "sqlite:///news.sqlite3"),
        ("sqlite://user:SECRET@host/store.sqlite3", "names a file, no server"),
        ("sqlite:///store.sqlite3?timeout=abc", "`timeout` is a number of seconds"),
        ("sqlite:///store.sqlite3?timeout=-1", "`timeout` is a number of seconds"),
        ("sqlite:///store.sqlite3?bogus=1", "unknown parameter 'bogus'"),
    ],
)
def test_a_url_with_a_mistake_is_refused_with_its_reason(url: str, said: str) -> None:
    """The message says what to write, and nothing of a password."""
    with pytest.raises(StoreError, match=said.replace("?", r"\?")) as refused:
        open_engine(url, must_exist=False)
    assert "SECRET" not in str(refused.value)
    assert "SECRET" not in masked(url)
