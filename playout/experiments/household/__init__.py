"""The experiment behind H8: what GRPO makes of a small decoder that has learnt the household from an expert.

``cells`` trains and plays, ``experiment`` says what is run and adds it up.
"""
