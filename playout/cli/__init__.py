"""Floor 9: one file per command: parse, call, print."""
