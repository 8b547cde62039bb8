"""The ids of the dialogue worlds. The environments are imported when made."""

from playout.envs.registration import WorldId


def _pair(name: str, task: str) -> tuple[WorldId, WorldId]:
    """The id in free text and the one at act level."""
    words = WorldId(
        id=f"playout/{name}-v0",
        world="dialogue",
        entry_point="playout.envs.dialogue.world:DialogueWorld",
        language=True,
        kwargs={"task": task},
    )
    acts = WorldId(
        id=f"playout/{name}Acts-v0",
        world="dialogue",
        entry_point="playout.envs.dialogue.acts:DialogueActs",
        vector_entry_point="playout.envs.dialogue.vector:DialogueActsVector",
        kwargs={"task": task},
    )
    return words, acts


IDS: tuple[WorldId, ...] = (
    *_pair("Negotiation", "negotiation"),
    *_pair("Tutoring", "tutoring"),
    *_pair("EmotionalSupport", "support"),
    WorldId(
        id="playout/negotiation_seats-v0",
        world="dialogue",
        entry_point="playout.envs.dialogue.seats:NegotiationSeats",
        api="pettingzoo-aec",
        language=True,
    ),
)
