"""The suite ``household``: sameness with the original, and speed beside it.

Peer: ALFWorld 0.4.2 on TextWorld 1.7.0.
"""
