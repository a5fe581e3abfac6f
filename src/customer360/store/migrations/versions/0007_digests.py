"""Which draft a key was given for, so that another draft under the same key is told from a repeat.

Of what was promised before this nobody has written it down: any draft under such a key is taken for its repeat.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("digest", sa.String(64)))
