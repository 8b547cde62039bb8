"""The acts a planner chooses from, in the tasks' index order, and what each asks a speaker to do.

The sets are those of PPDPP (Deng et al., ICLR 2024); the instructions are our own words.
"""

from typing import Literal, NamedTuple

TaskName = Literal["negotiation", "tutoring", "support"]


class Act(NamedTuple):
    """One dialogue act of the system's side."""

    name: str
    instruction: str
    """For the model that words it."""


TUTORING: tuple[Act, ...] = (
    Act("Confirmation", "Confirm that what the student has said or understood is right."),
    Act("Correction", "Correct the mistake or misconception in the student's answer."),
    Act("Hint", "Give a piece of knowledge as a hint, such as the word for one part."),
    Act("Others", "Chat with the student, without teaching anything."),
    Act("Question", "Ask the student a question that makes them try or show what they understand."),
)

SUPPORT: tuple[Act, ...] = (
    Act("Affirmation and Reassurance", "Encourage and reassure the person in their situation."),
    Act("Information", "Give useful facts about such a situation."),
    Act("Others", "Chat with the person, without any strategy of support."),
    Act("Providing Suggestions", "Suggest something that the person could do."),
    Act("Question", "Ask the person to tell you more."),
    Act("Reflection of feelings", "Name and acknowledge what the person feels."),
    Act("Restatement or Paraphrasing", "Show that you listened: say the situation in your own words."),
    Act("Self-disclosure", "Tell something of yourself that is like the person's situation."),
)

NEGOTIATION: tuple[Act, ...] = (
    Act("affirm", "Answer the seller's question to confirm with yes."),
    Act("agree", "Accept the price that the seller proposed."),
    Act("confirm", "Ask the seller to confirm something."),
    Act("counter", "Propose another price or range of prices."),
    Act("counter-noprice", "Ask for a better price without naming a number."),
    Act("deny", "Answer the seller's question to confirm with no."),
    Act("disagree", "Reject the price that the seller proposed."),
    Act("greet", "Say hello or make small talk."),
    Act("inform", "Tell something about the item or what you need it for."),
    Act("inquire", "Ask about the item: its state, age, price."),
    Act("propose", "Open with a price or range of prices."),
)


ACTS: dict[TaskName, tuple[Act, ...]] = {
    "negotiation": NEGOTIATION,
    "tutoring": TUTORING,
    "support": SUPPORT,
}
"""Of each task."""


def names(acts: tuple[Act, ...]) -> tuple[str, ...]:
    """The names alone."""
    return tuple(act.name for act in acts)
