"""``python -m playout``: the same as the command ``playout``."""

from playout.cli.main import main

raise SystemExit(main())
