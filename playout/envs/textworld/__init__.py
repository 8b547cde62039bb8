"""The id of TextWorld's own games. The environment is imported when made."""

from playout.envs.registration import WorldId

IDS: tuple[WorldId, ...] = (
    WorldId(
        id="playout/TextWorld-v0",
        world="textworld",
        entry_point="playout.envs.textworld.env:TextWorldEnv",
        language=True,
        extra="textworld",
    ),
)
