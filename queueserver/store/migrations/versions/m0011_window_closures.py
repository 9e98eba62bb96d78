"""Closures may be about windows"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("closures", schema=None) as batch_op:
        batch_op.add_column(sa.Column("windows", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("closures", schema=None) as batch_op:
        batch_op.drop_column("windows")
