"""Which failures of a connection pass, by what the driver says."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from aggregator.store.failures import is_passing


@pytest.mark.parametrize(
    ("message", "passing"),
    [
        ("SSL connection has been closed unexpectedly", True),
        ("SSL SYSCALL error: EOF detected", True),
        ("SSL error: unexpected eof while reading", True),
        ("server closed the connection unexpectedly", True),
        ("connection refused: is the server running on that host?", True),
        ("server does not support SSL, but SSL was required", False),
        ("SSL error: certificate verify failed", False),
        ('password authentication failed for user "news"', False),
        ('database "nows" does not exist', False),
        ("no pg_hba.conf entry for host, no SSL encryption", False),
    ],
)
def test_a_connection_that_breaks_passes_and_one_that_is_refused_does_not(
    message: str, passing: bool
) -> None:
    """Without an SQLSTATE the words of libpq tell the two apart."""
    error = OperationalError("SELECT 1", {}, psycopg.OperationalError(message))
    assert is_passing(error) is passing
