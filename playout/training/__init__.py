"""Floor 7: one readable file per training method."""
