"""Whose the promises and the indexes are: the organisation, and the user, at the CRM.

Of what was promised before this nobody has written it down: it waits for a person. An index is read anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("organisation", sa.String(255), nullable=False, server_default=sa.text("''")))
    op.add_column("outbox", sa.Column("crm_user", sa.String(255), nullable=False, server_default=sa.text("''")))
    op.add_column("index_scope", sa.Column("belongs", sa.String(512), nullable=False, server_default=sa.text("''")))
