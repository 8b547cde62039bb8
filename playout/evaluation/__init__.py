"""Floor 6: metrics, intervals, comparison of runs, the report.

``intervals`` says how sure a number is, ``compare`` how sure a difference is, ``summary`` what a run
came to, ``tables`` shows summaries in a terminal, ``report`` a whole run in a browser.
"""

from playout.evaluation.compare import Comparison, compare
from playout.evaluation.intervals import Interval, interval, wilson
from playout.evaluation.report import write_report
from playout.evaluation.summary import scores, summarise
from playout.evaluation.tables import render_summary, table

__all__ = [
    "Comparison",
    "Interval",
    "compare",
    "interval",
    "render_summary",
    "scores",
    "summarise",
    "table",
    "wilson",
    "write_report",
]
