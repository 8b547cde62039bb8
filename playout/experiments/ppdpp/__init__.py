"""The experiment ``ppdpp``: what a planner of dialogue acts learns from simulated people.

``cells`` trains and plays, ``arms`` names what is run, ``experiment`` runs it, ``results`` adds it up.
"""
