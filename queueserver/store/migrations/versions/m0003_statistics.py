"""Statistics, counted with each fact"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statistics",
        sa.Column("hall", sa.String(length=48), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(length=24), nullable=False),
        sa.Column("bin", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("queue", sa.String(length=48), nullable=False),
        sa.Column("service", sa.String(length=48), nullable=False),
        sa.Column("priority_class", sa.String(length=48), nullable=False),
        sa.Column("window", sa.String(length=48), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "hall",
            "business_day",
            "measure",
            "bin",
            "hour",
            "queue",
            "service",
            "priority_class",
            "window",
            "staff",
            name=op.f("pk_statistics"),
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("statistics")
