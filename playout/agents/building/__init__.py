"""Agents of the building game: a network that predicts people and goals, and search with it."""
