"""What all tables have in common: how text, keys and flags are stored on both databases."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    MetaData,
    SmallInteger,
    Text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

Bytewise = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text whose order is that of its UTF-8 bytes."""
RowId = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
"""A surrogate key that the database counts up."""
Real: TypeEngine[float] = postgresql.DOUBLE_PRECISION().with_variant(sqlite.REAL(), "sqlite")
"""A number with a fraction, in double precision."""
Flag = SmallInteger()
"""0 or 1: the same value in SQL on both databases, as SQLite has no boolean."""


def reference(column: str) -> ForeignKey:
    """A foreign key that is checked at the end of the transaction, so that order is free."""
    return ForeignKey(column, deferrable=True, initially="DEFERRED")


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""All tables of the store."""
