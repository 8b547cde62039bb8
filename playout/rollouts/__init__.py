"""Floor 5: agent and environment make episodes; storage, executors, play sessions.

``episodes`` is the record, ``store`` the run folder, ``worlds`` one face for every kind of environment,
``driver`` plays, ``executors`` spreads work over processes, ``runs`` puts them together (``rollout``),
``session`` is one game that a person plays, ``replay`` shows a stored episode again.
"""
