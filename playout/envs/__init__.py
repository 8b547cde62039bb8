"""Floor 3: thin Gymnasium and PettingZoo interfaces to the simulators: spaces, text, frames, registration."""

from playout.envs.registration import register


def register_all() -> None:
    """Register the ids of every world that ships with the suite."""
    from playout.envs import building, consultancy, dialogue, household, sokoban, textworld

    register((*sokoban.IDS, *household.IDS, *textworld.IDS, *dialogue.IDS, *consultancy.IDS, *building.IDS))
