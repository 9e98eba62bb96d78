"""Which windows call by themselves, how long each was busy, and since when it is free"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("windows", schema=None) as batch_op:
        batch_op.add_column(sa.Column("auto", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("busy_ms", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("since", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("windows", schema=None) as batch_op:
        batch_op.drop_column("since")
        batch_op.drop_column("busy_ms")
        batch_op.drop_column("auto")
