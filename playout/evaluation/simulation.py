"""How true the futures were that an agent imagined in a run: it is played again, each is tried on a snapshot.

The agent itself never sees what really would have happened. Leaves out free text, which only a judge
can compare.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from playout.agents.dyna.lookahead import Seen, distance
from playout.agents.dyna.response import SEE, Response, parse
from playout.agents.dyna.scoring import Checked, SimScore, check
from playout.core import Branchable, WrongUse
from playout.language.news import without_refusal
from playout.rollouts import lookup
from playout.rollouts.store import Run


class Judged(NamedTuple):
    """One response beside what would have happened."""

    episode: int
    t: int
    response: Response
    defects: Counter[str]
    """As ``dyna.response.DEFECTS``."""
    whole: bool
    """Whether it could be read without a defect, contradictions apart, and imagined something."""
    checked: list[Checked]
    values: tuple[int, int]
    """Futures whose value was right, of those whose value is known."""


@dataclass
class Simulation:
    """Sums over responses."""

    responses: int = 0
    whole: int = 0
    defects: Counter[str] | None = None
    score: SimScore | None = None
    first: SimScore | None = None
    """Of the first response of each episode alone."""
    right_values: int = 0
    values: int = 0

    @classmethod
    def of(cls, found: Iterable[Judged]) -> "Simulation":
        """Count ``found``."""
        sums = cls(defects=Counter(), score=SimScore(), first=SimScore())
        assert sums.defects is not None and sums.score is not None and sums.first is not None
        for one in found:
            sums.responses += 1
            sums.whole += one.whole
            sums.defects += one.defects
            sums.score.add(one.checked)
            if one.t == 0:
                sums.first.add(one.checked)
            sums.right_values += one.values[0]
            sums.values += one.values[1]
        return sums

    def metrics(self) -> dict[str, float]:
        """``parsed`` (share of whole responses), ``sim_*``, ``first_sim_*``, ``value_exact``, defects.

        ``defect_NAME`` is per response; ``sim_*`` as ``SimScore`` names them.
        """
        if not self.responses:
            return {}
        assert self.defects is not None and self.score is not None and self.first is not None
        first = {f"first_{name}": value for name, value in self.first.metrics().items()}
        values = {"value_exact": self.right_values / self.values} if self.values else {}
        defects = {f"defect_{name}": n / self.responses for name, n in sorted(self.defects.items())}
        return {"parsed": self.whole / self.responses, **self.score.metrics(), **first, **values, **defects}


def simulation(run: Run | Iterable[Mapping[str, Any]]) -> Simulation:
    """What the imagined futures of a run came to; episodes that failed are left out."""
    episodes = run.episodes() if isinstance(run, Run) else run
    return Simulation.of(one for episode in episodes if not episode["error"] for one in judged(episode))


def judged(episode: Mapping[str, Any]) -> Iterator[Judged]:
    """The responses of an episode, a parsed line of ``episodes.jsonl``, in order.

    Raises:
        WrongUse: the world now says something else than when the episode was recorded.
    """
    world: Any = lookup.make_single(episode["env"], episode["kwargs"]).env
    observation, info = world.reset(seed=episode["seed"])
    for t, step in enumerate(episode["steps"]):
        if step["observation"] != observation:
            raise WrongUse(
                f"simulation: episode {episode['episode']}, step {t}: the world says something else than when"
                " it was recorded; record the run again with this version"
            )
        for written in step["completions"][-1:]:
            reading = parse(written["text"])
            futures = reading.response.futures
            checked = check(world.unwrapped, without_refusal(observation, info), futures)
            values = _values(world.unwrapped, reading.response)
            yield Judged(
                episode["episode"], t, reading.response, reading.defects,
                reading.whole and bool(futures), checked, values,
            )  # fmt: skip
        observation, *_, info = world.step(step["action"])


def marked(episode: Mapping[str, Any]) -> dict[int, list[dict[str, Any]]]:
    """Step -> its futures as reports draw them: each state with whether it came true.

    Empty where nothing was imagined, or the episode cannot be played again.
    """
    if not any(SEE in written["text"] for step in episode["steps"] for written in step["completions"][-1:]):
        return {}
    try:
        return {one.t: _drawn(one) for one in judged(episode) if one.response.futures}
    except Exception:  # whatever a foreign environment raises: the report goes on without it
        return {}


def _drawn(one: Judged) -> list[dict[str, Any]]:
    """The futures of a response; ``checked`` holds their states in order, but for those nobody can know."""
    found, checked = [], list(one.checked)
    for future in one.response.futures:
        seen = []
        for depth, step in enumerate(future.steps, 1):
            if step.state is None:
                continue
            if checked and (checked[0].horizon, checked[0].said) == (depth, step.state):
                seen.append(_mark(checked.pop(0)))
            else:
                seen.append(f"{step.state} (after the step limit)")
        found.append({"do": list(future.actions), "see": seen, "value": future.value})
    return found


def _mark(step: Checked) -> str:
    if step.exact:
        return f"✓ {step.said}"
    return f"✗ {step.said} (really: {'the end' if step.true is None else step.true})"


def _values(world: Branchable, response: Response) -> tuple[int, int]:
    """How many futures say rightly how far success is after them, where the world knows."""
    if not hasattr(world, "optimal"):
        return 0, 0
    saved, right = world.snapshot(), 0
    for future in response.futures:
        seen = Seen("", ())
        for action in future.actions:
            seen = seen.after(world.step(action))
            if seen.ended:
                break
        right += distance(world, seen).text == future.value
        world.restore(saved)
    return right, len(response.futures)
