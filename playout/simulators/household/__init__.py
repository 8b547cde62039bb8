"""The household world (ALFWorld's text games): games, engine, goals, planner. No gymnasium here."""
