"""The experiment ``dyna-mind``: what learning to simulate is worth, in Sokoban."""
