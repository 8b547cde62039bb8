"""Floor 6: metrics, intervals, comparison of runs, the report."""
