"""Floor 2: how worlds and people respond. No Gymnasium classes."""
