"""``python -m benchmarks [NAME ...]``: run the measurements, one after the other, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NOT_ALONE = {"__main__", "phone_spellings"}
"""What is no measurement itself."""


def main(names: list[str]) -> int:
    """0 if every measurement ran to its end."""
    known = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_ALONE)
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no measurement is called {unknown[0]!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    failed = 0
    for name in names or known:
        print(f"\n=== {name} ===", flush=True)
        failed += subprocess.run([sys.executable, str(HERE / f"{name}.py")], check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
