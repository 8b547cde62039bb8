"""Hindsight: what followed a decision, and what its evaluator is told of it."""
