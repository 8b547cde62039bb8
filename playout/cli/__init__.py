"""Floor 9: one file per command: parse, call, print.

A command is a module with a frozen dataclass ``Options`` (its docstring and field docs are the
``--help``) and ``run(options)``. ``main`` finds it; ``parsing`` and ``console`` are shared by all.
"""
