"""Floor 4: all that picks an action."""
