"""The ids of the dialogue worlds. The environments are imported when made."""

from playout.envs.registration import WorldId


def _acts(name: str, task: str) -> WorldId:
    return WorldId(
        id=f"playout/{name}Acts-v0",
        world="dialogue",
        entry_point="playout.envs.dialogue.acts:DialogueActs",
        vector_entry_point="playout.envs.dialogue.vector:DialogueActsVector",
        kwargs={"task": task},
    )


IDS: tuple[WorldId, ...] = (_acts("Tutoring", "tutoring"),)
