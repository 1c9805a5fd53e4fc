"""Deliveries, articles and revisions have numbers, by which others refer to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BYTEWISE = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
EMBEDDED = sa.text("role = 'embedded'")
HASHED = {"postgresql_using": "hash"}
DEFERRED = {"initially": "DEFERRED", "deferrable": True}

DELIVERY = ("record_key", "page_address", "dump_id", "locator", "warnings")
SAID = (
    *("page_url", "url", "title", "author", "outlet", "carrier", "language", "section"),
    *("published_at", "modified_at", "record_time", "word_count", "first_seen_at"),
)
ARTICLE = (*SAID, "article_id", "role", "page_address", "node_id", "published_order", "short")
REVISION = (*SAID, "revision_id", "text_digest", "text", "purged_at", "lines")
REBUILT = ("appearances", "revisions", "articles", "deliveries")
INDEXES = {
    "articles": ("node_id", "page_url", "link", "published_at_article_id"),
    "revisions": ("article_id",),
    "appearances": ("revision_id",),
}
INDEXES_NOW = {
    "deliveries": ("record_key",),
    "articles": ("article_id", *INDEXES["articles"]),
    "revisions": ("article_number_revision_id",),
    "appearances": ("revision_number",),
}
REFERENCES = {
    "deliveries": (("dump_id", "dumps"),),
    "articles": (("node_id", "nodes"),),
    "revisions": (("article_id", "articles"),),
    "appearances": (("record_key", "deliveries"), ("revision_id", "revisions")),
}
REFERENCES_NOW = {
    **REFERENCES,
    "revisions": (("article_number", "articles"),),
    "appearances": (("delivery_number", "deliveries"), ("revision_number", "revisions")),
}


def is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def set_aside(indexes: dict[str, tuple[str, ...]]) -> None:
    """Give the present tables other names, so that new ones can have theirs."""
    if is_sqlite():
        # Somebody's own view of ours, which are away now, would forbid to rename anything.
        op.execute("PRAGMA legacy_alter_table = ON")
    for table in REBUILT:
        for name in indexes.get(table, ()):
            op.drop_index(f"ix_{table}_{name}", table_name=table)
        op.rename_table(table, f"former_{table}")
        if not is_sqlite():
            op.execute(f"ALTER INDEX pk_{table} RENAME TO pk_former_{table}")
    if is_sqlite():
        op.execute("PRAGMA legacy_alter_table = OFF")


def finish(references: dict[str, tuple[tuple[str, str], ...]]) -> None:
    """Drop the former tables; let PostgreSQL check all references together, and count rows."""
    for table in REBUILT:
        op.drop_table(f"former_{table}")
    if is_sqlite():
        return
    for table, its in references.items():
        for column, to in its:
            op.create_foreign_key(None, table, to, [column], [column], **DEFERRED)
    for table in REBUILT:
        op.execute(f"ANALYZE {table}")


def copy(table: str, columns: Sequence[str], more: dict[str, str], source: str) -> None:
    """Fill a table with rows of a former one (`f`): these columns as they are, and `more`."""
    names = ", ".join((*more, *columns))
    values = ", ".join((*more.values(), *(f"f.{name}" for name in columns)))
    op.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {source}")  # noqa: S608 ours


def refer(
    references: dict[str, tuple[tuple[str, str], ...]], table: str
) -> list[sa.ForeignKeyConstraint]:
    """The foreign keys of a table that is being made, which only SQLite has from the beginning."""
    its = references[table] if is_sqlite() else ()
    return [sa.ForeignKeyConstraint([each], [f"{to}.{each}"], **DEFERRED) for each, to in its]


def said() -> list[sa.Column]:
    """What an article and its revisions both have."""
    counted = sa.Column("word_count", sa.Integer(), nullable=False)
    seen = sa.Column("first_seen_at", BYTEWISE, nullable=False)
    return [*(sa.Column(name, BYTEWISE) for name in SAID[:-2]), counted, seen]


def make_deliveries(*key: sa.Column | sa.Constraint) -> None:
    op.create_table(
        "deliveries",
        *key,
        sa.Column("record_key", sa.LargeBinary(), nullable=False),
        sa.Column("page_address", BYTEWISE, nullable=False),
        sa.Column("dump_id", ROW_ID, nullable=False),
        sa.Column("locator", BYTEWISE, nullable=False),
        sa.Column("warnings", BYTEWISE, nullable=True),
        *refer(REFERENCES, "deliveries"),
    )


def make_articles(*key: sa.Column | sa.Constraint) -> None:
    op.create_table(
        "articles",
        *key,
        sa.Column("article_id", BYTEWISE, nullable=False),
        sa.Column("role", BYTEWISE, nullable=False),
        sa.Column("page_address", BYTEWISE, nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        *said(),
        sa.Column("published_order", BYTEWISE, nullable=False),
        sa.Column("short", sa.SmallInteger(), nullable=False),
        *refer(REFERENCES, "articles"),
    )


def make_revisions(*key: sa.Column | sa.Constraint) -> None:
    op.create_table(
        "revisions",
        *key,
        sa.Column("revision_id", sa.LargeBinary(), nullable=False),
        sa.Column("text_digest", sa.LargeBinary(), nullable=False),
        sa.Column("purged_at", BYTEWISE, nullable=True),
        *said(),
        sa.Column("lines", sa.LargeBinary(), nullable=True),
        sa.Column("text", BYTEWISE, nullable=False),
    )


def index_articles() -> None:
    """The indexes of articles that are the same before and after."""
    op.create_index("ix_articles_node_id", "articles", ["node_id"])
    op.create_index("ix_articles_page_url", "articles", ["page_url"], **HASHED)
    embedded = {"postgresql_where": EMBEDDED, "sqlite_where": EMBEDDED}
    op.create_index("ix_articles_link", "articles", ["url"], **HASHED, **embedded)
    columns = ["published_at", "article_id"]
    op.create_index("ix_articles_published_at_article_id", "articles", columns)


def number(name: str) -> sa.Column:
    return sa.Column(name, ROW_ID, nullable=False, autoincrement=False)


def numbered(table: str, name: str) -> tuple[sa.Column, sa.Constraint]:
    """The column and the constraint of a table's number."""
    return number(name), keyed(table, name)


def keyed(table: str, name: str) -> sa.Constraint:
    """The constraint of a table's primary key."""
    return sa.PrimaryKeyConstraint(name, name=f"pk_{table}")


def upgrade() -> None:
    set_aside(INDEXES)
    make_deliveries(*numbered("deliveries", "delivery_number"))
    make_articles(*numbered("articles", "article_number"), number("revision_number"))
    make_revisions(
        *numbered("revisions", "revision_number"),
        number("article_number"),
        *refer(REFERENCES_NOW, "revisions"),
    )
    op.create_table(
        "appearances",
        number("delivery_number"),
        sa.Column("position", sa.Integer(), nullable=False, autoincrement=False),
        number("revision_number"),
        *refer(REFERENCES_NOW, "appearances"),
        sa.PrimaryKeyConstraint("delivery_number", "position", name="pk_appearances"),
        sqlite_with_rowid=False,
    )
    give_numbers()
    finish(REFERENCES_NOW)
    op.create_index("ix_deliveries_record_key", "deliveries", ["record_key"], unique=True)
    op.create_index("ix_articles_article_id", "articles", ["article_id"], unique=True)
    index_articles()
    both = ["article_number", "revision_id"]
    op.create_index("ix_revisions_article_number_revision_id", "revisions", both, unique=True)
    op.create_index("ix_appearances_revision_number", "appearances", ["revision_number"])


def give_numbers() -> None:
    """Fill the tables; SQLite has numbers of rows already.

    A row that refers to nothing has no number to give, which ends the upgrade.
    """
    its = "rowid" if is_sqlite() else "number"
    if not is_sqlite():
        for table in REBUILT[1:]:
            op.execute(f"ALTER TABLE former_{table} ADD COLUMN number BIGSERIAL")
    copy("deliveries", DELIVERY, {"delivery_number": f"f.{its}"}, "former_deliveries f")
    copy(
        "articles",
        ARTICLE,
        {"article_number": f"f.{its}", "revision_number": f"r.{its}"},
        "former_articles f LEFT JOIN former_revisions r ON r.revision_id = f.revision_id",
    )
    copy(
        "revisions",
        REVISION,
        {"revision_number": f"f.{its}", "article_number": f"a.{its}"},
        "former_revisions f LEFT JOIN former_articles a ON a.article_id = f.article_id",
    )
    copy(
        "appearances",
        ["position"],
        {"delivery_number": f"d.{its}", "revision_number": f"r.{its}"},
        "former_appearances f LEFT JOIN former_deliveries d ON d.record_key = f.record_key"
        " LEFT JOIN former_revisions r ON r.revision_id = f.revision_id",
    )


def downgrade() -> None:
    set_aside(INDEXES_NOW)
    make_deliveries(keyed("deliveries", "record_key"))
    make_articles(
        keyed("articles", "article_id"),
        sa.Column("revision_id", sa.LargeBinary(), nullable=False),
    )
    make_revisions(
        keyed("revisions", "revision_id"),
        sa.Column("article_id", BYTEWISE, nullable=False),
        *refer(REFERENCES, "revisions"),
    )
    op.create_table(
        "appearances",
        sa.Column("record_key", sa.LargeBinary(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.LargeBinary(), nullable=False),
        *refer(REFERENCES, "appearances"),
        sa.PrimaryKeyConstraint("record_key", "position", name="pk_appearances"),
    )
    take_numbers()
    finish(REFERENCES)
    index_articles()
    op.create_index("ix_revisions_article_id", "revisions", ["article_id"])
    op.create_index("ix_appearances_revision_id", "appearances", ["revision_id"])


def take_numbers() -> None:
    """Fill the tables as they were."""
    copy("deliveries", DELIVERY, {}, "former_deliveries f")
    copy(
        "articles",
        ARTICLE,
        {"revision_id": "r.revision_id"},
        "former_articles f LEFT JOIN former_revisions r ON r.revision_number = f.revision_number",
    )
    copy(
        "revisions",
        REVISION,
        {"article_id": "a.article_id"},
        "former_revisions f LEFT JOIN former_articles a ON a.article_number = f.article_number",
    )
    copy(
        "appearances",
        ["position"],
        {"record_key": "d.record_key", "revision_id": "r.revision_id"},
        "former_appearances f"
        " LEFT JOIN former_deliveries d ON d.delivery_number = f.delivery_number"
        " LEFT JOIN former_revisions r ON r.revision_number = f.revision_number",
    )
