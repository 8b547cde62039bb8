"""Tutoring: a student of Italian who learns, answers and doubts; phrases, rules, words."""
