"""``python -m tests.faults``: print the outcome table; with ``--write``, put it into docs/reliability.md."""

from __future__ import annotations

import sys

from tests.faults.table import lines, write

if sys.argv[1:] == ["--write"]:
    write()
else:
    print("\n".join(lines()))
