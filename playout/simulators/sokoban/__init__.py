"""Sokoban: rules, levels, generator, deadlocks, solver."""
