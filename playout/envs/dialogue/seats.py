"""``playout/negotiation_seats-v0``: both seats of the bargaining are open (PettingZoo, in turns)."""

from typing import Any, ClassVar

import numpy as np

from playout.core import Frame, Snapshot
from playout.core.errors import WrongUse
from playout.envs.seats import MAX_LENGTH, SpokenSeats
from playout.simulators.dialogue.bargaining import rules
from playout.simulators.dialogue.bargaining.acts import ACTS, BUYER, LEAVES, SAYS, SEATS, SELLER, TONES, Seat
from playout.simulators.dialogue.bargaining.task import Negotiation
from playout.simulators.dialogue.grammar import Wording
from playout.simulators.dialogue.realisers import Templates, Utterance
from playout.simulators.dialogue.task import Split, row, set_row

_FORMAT = " Give what you say in <action></action>, for example <action>How old is it?</action>."
_SILENCE = "..."


class NegotiationSeats(SpokenSeats):
    """``buyer`` and ``seller`` talk by turns until they agree, one leaves, or their turns are over.

    Observation: what the other side said last; before one's own first turn also the listing, and for the
    buyer the target.

    Actions: any text. It is one utterance of the seat that says it, whatever it says about who speaks;
    nothing, or too much to listen to, is silence. ``[counter]``, an act's name in brackets, is that act
    in the world's own words.

    Rewards: at the end; for a deal at SL x the buyer gets x and the seller 1 - x, without one both get 0.

    Info: ``instructions`` (role, own limit), ``act`` (what one's last text was heard as), ``note`` (what
    could not be taken as it was said); at the end ``is_success`` (for the buyer a deal no dearer than listed,
    for the seller any) and ``metrics``.

    ``privileged()`` is what the seat whose turn it is hides; its ``expert_plan`` is what the simulated person
    in that seat would say, so that the agent ``expert`` in a seat is that person.

    Version history: v0 first release.
    """

    metadata: ClassVar[dict[str, Any]] = {
        **SpokenSeats.metadata, "name": "negotiation_seats_v0", "is_parallelizable": False
    }  # fmt: skip
    seats = SEATS

    def __init__(
        self,
        *,
        split: Split = "train",
        population: str = "designed",
        data: str | None = None,
        wording: Wording = "train",
        begins: Seat = "buyer",
        walk_away: bool = True,
        max_steps: int = 8,
        render_mode: str | None = None,
    ) -> None:
        """Make the environment.

        Args:
            split: whose people and which listings.
            population: of the simulated people: ``designed``, ``fitted`` or a file.
            data: CraigslistBargain's listings; None for ours.
            wording: of the world's own words.
            begins: who speaks first.
            walk_away: whether simulated people may leave.
            max_steps: utterances of each seat after which an episode is truncated.
            render_mode: ``ansi``, ``rgb_array``, ``human`` or None.

        Raises:
            WrongUse: an option that cannot be right.
        """
        super().__init__(render_mode)
        if begins not in SEATS:
            raise WrongUse(f"begins: expected {' or '.join(SEATS)}, got {begins!r}")
        self.task = Negotiation(
            split=split, population=population, data=data, walk_away=walk_away, max_turns=max_steps
        )
        self.speech, self.begins, self._words = self.task.speech(), begins, Templates(wording)
        self._state = self.task.meet(np.zeros(1, np.uint64))
        self._said: list[Utterance] = []
        self._offended = [False, False]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Start an episode; PettingZoo's contract."""
        key = self._keys.next(self, seed)
        self._state = self.task.meet(np.array([key], np.uint64))
        self._said, self._offended = [], [False, False]
        roles = (self.speech.role(self._state, 0, seat) + _FORMAT for seat in (BUYER, SELLER))
        self._seat(self.begins, {s: {"instructions": role} for s, role in zip(SEATS, roles, strict=True)})
        self.show()

    def observe(self, agent: str) -> str:
        """What the other side said last, after the case at first."""
        seat = SEATS.index(agent)
        other = [one.text for one in self._said if one.speaker != agent]
        heard = other[-1] if other else ""
        if any(one.speaker == agent for one in self._said):
            return heard
        case = self.task.case_text if seat == BUYER else self.task.listing_text
        return f"{case(self._state, 0)}\n\n{heard}".strip()

    def hear(self, agent: str, text: str) -> str:
        """Let ``agent`` say ``text``; the other is next."""
        self._say(SEATS.index(agent), text)
        if rules.over(self._state, 0):
            self._finish(self.terminations)
        elif len(self._said) >= 2 * self.task.max_turns:
            self._finish(self.truncations)
        return self.other(agent)

    def word(self, seat: int, act: int) -> str:
        """How the world would word ``act`` of ``seat`` now; ``rules`` say at which price."""
        state = _copy(self._state)
        rules.say(state, 0, seat, act, rules.seat_price(state, 0, seat, act, self.task.settings))
        return self._words.say(self.speech, seat, (ACTS, SAYS)[seat][act], state, 0, self._said)

    def privileged(self) -> dict[str, Any]:
        """What the selected seat's simulated person hides, and what they would say."""
        seat = SEATS.index(self.agent_selection)
        return {"reserve": self.task.reserve(self._state, 0, seat), "expert_plan": (self._person(seat),)}

    def frame(self) -> Frame:
        """The dialogue as a ``chat`` frame."""
        messages = [{"speaker": "case", "text": self.task.case_text(self._state, 0), "note": ""}]
        messages += [{"speaker": one.speaker, "text": one.text, "note": f"[{one.act}]"} for one in self._said]
        return Frame("chat", {"messages": messages, "facts": self.speech.facts(self._state, 0)})

    def snapshot(self) -> Snapshot:
        """Everything said and done, and the episode's keys."""
        state = {
            "state": row(self._state, 0),
            "said": tuple(tuple(one) for one in self._said),
            "offended": tuple(self._offended),
            **self._table(),
        }
        return Snapshot("negotiation-seats", state)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``."""
        saved = snapshot.of("negotiation-seats")
        set_row(self._state, 0, saved["state"])
        self._said = [Utterance(*one) for one in saved["said"]]
        self._offended = list(saved["offended"])
        self._lay(saved)

    def _say(self, seat: int, action: str) -> None:
        """Let ``seat`` say ``action`` and the other hear it, in the state and in what was said."""
        if len(self._said) % 2 == 0:
            self._state.turn[0] += 1
        text, named = action.strip(), action.strip()[1:-1]
        if text == f"[{named}]" and named in ACTS:
            text = self.word(seat, ACTS.index(named))
        info = self.infos[SEATS[seat]]
        if not text or len(text) > MAX_LENGTH:
            self._said.append(Utterance(SEATS[seat], _SILENCE, "silence"))
            info |= {
                "act": "silence",
                "note": f"Not heard: {len(text)} characters, expected 1 to {MAX_LENGTH}.",
            }
            return
        heard = self.speech.take(self._state, 0, seat, text)
        act = "leaves" if self._state.left[0] == seat else ACTS[heard.act]
        self._said.append(Utterance(SEATS[seat], text, act))
        info |= {"act": act, "note": heard.note}
        if not rules.over(self._state, 0):
            self._offended[1 - seat] = rules.hear(self._state, 0, 1 - seat)

    def _person(self, seat: int) -> str:
        """What the simulated person in ``seat`` would say now."""
        state, settings = _copy(self._state), self.task.settings
        if len(self._said) % 2 == 0:
            state.turn[0] += 1
        act, price = rules.choose(state, 0, seat, settings, self._offended[seat])
        if act == LEAVES:
            name = ("walks away", "leaves")[seat]
        else:
            rules.say(state, 0, seat, act, price)
            tone = TONES[rules.tone_of(state, 0, seat, settings)] if seat == SELLER else ""
            name = f"{(ACTS, SAYS)[seat][act]}{tone}"
        return self._words.say(self.speech, seat, name, state, 0, self._said)

    def _finish(self, ends: dict[str, bool]) -> None:
        """Rewards, outcome and end for both seats."""
        success, metrics = self.task.outcome(self._state)
        dealt = bool(self._state.verdict[0] == 1)
        found = {name: float(values[0]) for name, values in metrics.items()}
        shares = (float(self._state.deal[0]), 1.0 - float(self._state.deal[0])) if dealt else (0.0, 0.0)
        for seat, share, reached in zip(SEATS, shares, (bool(success[0]), dealt), strict=True):
            self.rewards[seat], ends[seat] = share, True
            self.infos[seat] |= {"is_success": reached, "metrics": dict(found)}


def _copy(state: rules.State) -> rules.State:
    return rules.State(*(array.copy() for array in state))
