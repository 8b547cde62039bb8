"""The consultancy's ids. The environments are imported when made."""

from playout.envs.registration import WorldId

IDS: tuple[WorldId, ...] = (
    WorldId(
        id="playout/ConsultancyClaims-v0",
        world="consultancy",
        entry_point="playout.envs.consultancy.claims:ConsultancyClaimsEnv",
        vector_entry_point="playout.envs.consultancy.vector:ConsultancyClaimsVectorEnv",
    ),
    WorldId(
        id="playout/Consultancy-v0",
        world="consultancy",
        entry_point="playout.envs.consultancy.world:ConsultancyWorld",
        language=True,
    ),
    WorldId(
        id="playout/consultancy_seats-v0",
        world="consultancy",
        entry_point="playout.envs.consultancy.seats:ConsultancySeats",
        api="pettingzoo-aec",
        language=True,
    ),
)
