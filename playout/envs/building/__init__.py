"""The building game's ids. The environments are imported when made."""

from playout.envs.registration import WorldId

_HERE = "playout.envs.building"

IDS: tuple[WorldId, ...] = (
    WorldId(
        id="playout/building_seats-v0",
        world="building",
        entry_point=f"{_HERE}.seats:BuildingSeats",
        api="pettingzoo-parallel",
    ),
    WorldId(
        id="playout/BuildingAssistant-v0",
        world="building",
        entry_point=f"{_HERE}.env:BuildingAssistant",
        vector_entry_point=f"{_HERE}.vector:BuildingAssistantVector",
    ),
    WorldId(
        id="playout/BuildingSolo-v0",
        world="building",
        entry_point=f"{_HERE}.env:BuildingSolo",
        vector_entry_point=f"{_HERE}.vector:BuildingSoloVector",
    ),
    WorldId(
        id="playout/BuildingText-v0",
        world="building",
        entry_point=f"{_HERE}.text:BuildingText",
        language=True,
    ),
)
