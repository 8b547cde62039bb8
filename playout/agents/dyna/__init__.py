"""Agents that reason by simulating futures, as in Dyna-Mind (Yu et al. 2025)."""
