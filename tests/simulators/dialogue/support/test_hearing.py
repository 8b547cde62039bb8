"""What supporters and help-seekers do by what they say: our wordings, and other people's words."""

import numpy as np
import pytest

from playout.core.random import bits
from playout.simulators.dialogue.grammar import WORDINGS
from playout.simulators.dialogue.realisers import Templates, turn
from playout.simulators.dialogue.support import rules
from playout.simulators.dialogue.support.hearing import hear_person, hear_supporter
from playout.simulators.dialogue.support.task import Support


@pytest.mark.parametrize("wording", WORDINGS)
def test_our_wordings_are_heard_as_what_they_word(wording) -> None:
    task, realiser = Support(), Templates(wording)
    speech = task.speech()
    for episode in range(150):
        state = task.start(np.array([bits(episode, 3)], np.uint64))
        for t in range(6):
            act = bits(episode, t, 2) % len(task.acts)
            task.step(state, np.array([act]))
            system, person = turn(speech, realiser, act, state, 0, [])
            assert speech.hear(system.text, state, 0).act == act, system
            assert hear_person(person.text) == state.reply[0], person
            if state.success[0]:
                break


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("What was going on when it started?", rules.QUESTION),
        ("Do you have anyone to talk to?", rules.QUESTION),
        ("I'm so sorry to hear that, it must have been painful.", rules.REFLECTION),
        ("So what you're saying is that your boss ignores you.", rules.RESTATEMENT),
        ("I have been through something similar myself.", rules.DISCLOSURE),
        ("Have you thought about talking to your manager?", rules.SUGGESTIONS),
        ("Research shows that most people recover within a year.", rules.INFORMATION),
        ("You are so strong, you will get through this.", rules.AFFIRMATION),
        ("Hello, nice to meet you!", rules.OTHERS),
        ("Seeker: I feel so much better now, it is solved.", rules.AFFIRMATION),
        ("", rules.OTHERS),
        ("\ud800\x00", rules.OTHERS),
    ],
)
def test_supporters(text: str, act: int) -> None:
    assert hear_supporter(text) == act


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Thank you so much, I'll do that!", rules.RELIEVED),
        ("Yes, but that never works.", rules.YES_BUT),
        ("You don't understand.", rules.BRUSHES_OFF),
        ("What should I do?", rules.ASKS_ADVICE),
        ("Exactly, thanks for saying so.", rules.UNDERSTOOD),
        ("I can't take it anymore", rules.VENTS),
        ("Maybe.", rules.SHORT),
        ("My sister told everybody at dinner and then they all laughed about it.", rules.TELLS),
        ("", rules.SHORT),
    ],
)
def test_people(text: str, reply: int) -> None:
    assert hear_person(text) == reply
