"""``playout/Household-v0``: ALFWorld's text games, played by the engine of ``simulators.household``.

What is said is ALFWorld's to the character; what is here is the interface only. The same world as many
copies is in ``vector``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal, get_args

from playout.core import Frame, Snapshot
from playout.core.errors import WrongUse
from playout.envs.household.rewards import Rewards, rewards_of
from playout.envs.household.sources import GameSource, Order, Split, file_of, source_of
from playout.envs.language_world import LanguageWorld
from playout.simulators.household import goals
from playout.simulators.household.engine import NOTHING_HAPPENS, introduction, legal, start, step
from playout.simulators.household.games import GameFile
from playout.simulators.household.places import places
from playout.simulators.household.planner import plan
from playout.simulators.household.searcher import Search, searching_plan
from playout.simulators.household.state import State
from playout.simulators.household.tables import Game, Record, Wording

if TYPE_CHECKING:
    from playout.envs.household.textworld_backend import TextWorldBackend

INSTRUCTIONS = (
    "You are in one room of a house, with receptacles such as shelves, drawers and a fridge, and objects in"
    " and on them. You are given a task. Each turn you give one command, one of the legal actions: for"
    " example go to a receptacle, open or close it, take an object from it or {put}, use a lamp, or clean,"
    " heat or cool what you hold at the right place. You can hold one object, and reach only what is where"
    " you stand. Give the command in <action></action>, for example <action>look</action>."
)
Backend = Literal["engine", "textworld"]
Expert = Literal["knowing", "searching"]
PUT: dict[Wording, str] = {"move": "move one to it", "put": "put one in/on it"}


class HouseholdEnv(LanguageWorld):
    """A household task in words.

    Observation: the world's answer to the last command; at first the room and the task.

    Actions: commands such as ``go to desk 1``; what has no effect now is answered "Nothing happens." and
    counts as a step.

    Rewards: ``sparse`` (1 when the task is done) or ``dyna_mind`` (-0.1 a step, 10 at success).

    Info: ``legal_actions`` (sorted), ``invalid`` after a command without effect; at the end
    ``is_success`` and ``metrics``: ``goal_conditions`` (share met) and ``success_TASKTYPE``.

    Version history: v0 first release.
    """

    def __init__(
        self,
        *,
        source: str | GameSource = "generated",
        split: Split = "train",
        task_types: str | Iterable[str] | None = None,
        wording: Wording = "move",
        order: Order = "drawn",
        backend: Backend = "engine",
        expert: Expert = "knowing",
        rewards: str | Rewards = "sparse",
        max_steps: int = 50,
        render_mode: str | None = None,
    ) -> None:
        """Make the environment.

        Args:
            source: ``generated``, a path of published games (file, folder or archive), ``alfworld`` for
                ``$ALFWORLD_DATA``, or a source.
            split: ``train``, ``seen`` (the same rooms) or ``unseen``; of published games also their own
                names. Games of your own, which lie in no folder of such a name, are of every split.
            task_types: one or some of ``simulators.household.goals.TASK_TYPES``; None for all.
            wording: ``move`` (``move X to Y``) or ``put`` (``put X in/on Y``, as older prompts have it).
            order: ``drawn``, a game by the episode's key; ``seed``, of published games the one with the
                number of the seed and then the ones after it, so that N seeds play N games.
            backend: ``engine``, or ``textworld`` for the original, thousands of times slower (extra
                ``textworld``; ``move`` only). The engine then follows beside it, for frames, plans and
                goal conditions, which the original does not tell.
            expert: whose plan ``privileged`` gives: ``knowing`` goes the shortest way to what nobody has seen
                yet, ``searching`` looks for it first.
            rewards: a preset's name or a ``Rewards``.
            max_steps: steps after which an episode is truncated.
            render_mode: ``ansi``, ``rgb_array``, ``human`` or None.
        """
        super().__init__(max_steps=max_steps, render_mode=render_mode)
        self.source = source_of(source, split=split, task_types=task_types, wording=wording, order=order)
        self._ordered, self._number = order == "seed", -1
        self._wording: Wording = wording
        self._rewards = rewards_of(rewards)
        self._original = _original(backend, wording)
        if expert not in get_args(Expert):
            raise WrongUse(f"expert: expected one of {', '.join(get_args(Expert))}, got {expert!r}")
        self._searching = expert == "searching"
        self.instructions = INSTRUCTIONS.format(put=PUT[wording])
        self.game: Game = self.source.game(0)
        self.state: State = start(self.game)
        self._said = ""
        self._search = Search()
        self._plan: tuple[str, ...] | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Start an episode; Gymnasium's contract."""
        self._number = self._number + 1 if seed is None else seed
        return super().reset(seed=seed, options=options)

    def begin(self, key: int) -> None:
        """Enter the room of the episode's game."""
        key = self._number if self._ordered else key
        self.game = self.source.game(key)
        self.state = start(self.game)
        self._search, self._plan = Search(), None
        if self._original:
            self._file = file_of(self.source, key)
            self._said = self._original.start(self._file)
        else:
            self._said = introduction(self.game, self.state)

    def observe(self) -> str:
        """What the world said last."""
        return self._said

    def legal_actions(self) -> tuple[str, ...]:
        """The commands that would not be answered "Nothing happens.", sorted."""
        return self._original.legal() if self._original else legal(self.game, self.state)

    def takes(self, action: str) -> bool:
        """The world answers every command itself."""
        return True

    def act(self, action: str) -> tuple[float, bool]:
        """Give a command."""
        if self._original:
            self._said, won = self._original.step(action)
            if self._said != NOTHING_HAPPENS:
                step(self.game, self.state, action)
            self.state.won = won
        else:
            self._said = step(self.game, self.state, action)
        if self._searching and self._said != NOTHING_HAPPENS:
            self._search = self._search.after(self.game, self.state, action.strip())
        self._plan = self._plan[1:] if self._plan and action.strip() == self._plan[0] else None
        if self.state.won:
            return self._rewards.won, True
        last = self._t + 1 >= self.max_steps
        return (self._rewards.last_step if last else self._rewards.step), False

    def outcome(self) -> tuple[bool, Mapping[str, float]]:
        """Whether the task is done, the share of its conditions that are met, and success by its type."""
        won = self.state.won
        metrics = {"goal_conditions": goals.progress(self.game, self.state)}
        return won, metrics | {f"success_{self.game.goal.task_type}": float(won)}

    def privileged(self) -> dict[str, Any]:
        """``expert_plan``: commands that win from here; None where the task cannot be done any more."""
        if self._plan is None:
            self._plan = (
                searching_plan(self.game, self.state, self._search)
                if self._searching
                else plan(self.game, self.state)
            )
        return {"expert_plan": self._plan}

    def frame(self) -> Frame:
        """The receptacles with what is in them, closed ones too: a view for whoever watches."""
        return Frame("rooms", places(self.game, self.state))

    def close(self) -> None:
        """Let the original go."""
        if self._original:
            self._original.close()

    def snapshot(self) -> Snapshot:
        """The game's tables, its state, and the episode's keys and step count."""
        state = {
            "record": self.game.record,
            "state": self.state.save(),
            "said": self._said,
            "search": list(self._search),
            "t": self._t,
            "ended": self._ended,
            "keys": self._keys.save(),
            "number": self._number,
        }
        if self._original:
            state["original"] = {"file": asdict(self._file), "commands": self._original.snapshot()}
        return Snapshot("household", state)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``; another game than the current one is made anew from its tables.

        Raises:
            WrongUse: it was taken of another world, or with the other backend.
        """
        saved = snapshot.of("household")
        if ("original" in saved) != (self._original is not None):
            raise WrongUse("restore: the snapshot was taken with another backend (engine or textworld)")
        if self.game.record != saved["record"]:
            self.game = Game(Record.load(saved["record"]), wording=self._wording)
        self.state = State(**saved["state"]).copy()
        self._said, self._search, self._plan = saved["said"], Search(*saved["search"]), None
        self._t, self._ended = saved["t"], saved["ended"]
        self._keys.load(saved["keys"])
        self._number = saved["number"]
        if self._original:
            self._file = GameFile(**saved["original"]["file"])
            self._original.restore(self._file, saved["original"]["commands"])

    def _info(self) -> dict[str, Any]:
        info = super()._info()
        return {**info, "invalid": NOTHING_HAPPENS} if self._said == NOTHING_HAPPENS else info


def _original(backend: str, wording: Wording) -> "TextWorldBackend | None":
    if backend == "engine":
        return None
    if backend != "textworld":
        raise WrongUse(f"backend: expected engine or textworld, got {backend!r}")
    if wording != "move":
        raise WrongUse(f"backend: textworld says move, not {wording}; leave wording out, or use the engine")
    from playout.envs.household.textworld_backend import TextWorldBackend

    return TextWorldBackend()
