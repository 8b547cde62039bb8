"""Floor 5: agent and environment make episodes; storage, executors, play sessions."""
