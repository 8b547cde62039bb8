"""The report of a run: one HTML file that opens from disk, without network or server.

``write_report`` gathers the data, ``replay`` the frames, ``page`` makes the file; ``report.html``,
``report.css`` and the scripts beside them are what the browser gets. Leaves out live views: a
report shows a run as it stands.
"""

from playout.evaluation.report.report import write_report

__all__ = ["write_report"]
