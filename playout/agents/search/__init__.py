"""Search: over snapshots of any world (``branching``)."""
