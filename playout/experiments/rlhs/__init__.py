"""The experiment ``rlhs``: what feedback at once and feedback in hindsight make of an adviser.

``arms`` says what is run, ``cells`` runs one of it, ``results`` adds it up, ``drawing`` and ``page`` show it.
"""
