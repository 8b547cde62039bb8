"""Floor 8: bench suites with their peers, and the grids of experiments."""
