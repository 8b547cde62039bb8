"""The household's ids. The environments are imported when made."""

from playout.envs.registration import WorldId

IDS: tuple[WorldId, ...] = (
    WorldId(
        id="playout/Household-v0",
        world="household",
        entry_point="playout.envs.household.env:HouseholdEnv",
        vector_entry_point="playout.envs.household.vector:HouseholdVectorEnv",
        language=True,
    ),
)
