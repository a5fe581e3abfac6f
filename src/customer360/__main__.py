"""``python -m customer360`` is the command ``customer360``."""

from customer360.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
