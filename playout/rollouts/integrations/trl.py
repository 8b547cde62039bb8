"""TRL's GRPO trainer: whole episodes through ``rollout_func``, tools through ``environment_factory``.

``rollout_func`` plays episodes with our language agent and is what to take: worlds end their episodes, and
any model serves. ``environment_factory`` needs a chat template with tool calls, and an episode goes on until
the model stops calling. Rows of a group (``num_generations``) start from the same seed in both.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from playout.agents import LanguageAgent
from playout.agents.prompts import DATA
from playout.core import MissingExtra, WrongUse
from playout.rollouts import lookup
from playout.rollouts.driver import play
from playout.rollouts.integrations.seats import OVER, TextSeat
from playout.rollouts.integrations.trajectories import Trajectory, chat_agent

_CALL = (
    "Act by calling the tool `act` with nothing but your next action, whatever was said of tags. One call is"
    f" one step. When you are told that the episode is over, answer without a call. {DATA}"
)


class EpisodeRollouts:
    """A ``rollout_func``. Prompts of the data set are seeds: ``{"prompt": "17"}``."""

    def __init__(
        self,
        env: str,
        env_kwargs: Mapping[str, Any] = {},
        *,
        agent: Mapping[str, Any] = {},
        slots: int = 64,
    ) -> None:
        """Play in ``env``.

        Args:
            env: id of a language world of one seat.
            env_kwargs: its arguments.
            agent: options of the language agent; temperature and ``top_p`` are the trainer's.
            slots: most episodes that are live at once.
        """
        self._make_world = partial(lookup.make_single, env, env_kwargs)
        self._options, self._slots, self._played = agent, slots, 0

    def __call__(self, prompts: Sequence[Any], trainer: Any) -> dict[str, list[Any] | None]:
        """One episode for each prompt, in order.

        Returns:
            ``prompt_ids``, ``completion_ids``, ``logprobs`` and ``env_mask`` (1 where the model chose the
            token), and for reward functions ``episode_return`` and ``episode_success``. ``logprobs`` is None
            where the trainer samples with a temperature or ``top_p`` of its own: those that are known are the
            model's before that, which TRL would take for the policy that wrote the tokens.

        Raises:
            WrongUse: a prompt is no seed.
        """
        seeds, first = list(map(_seed, prompts)), self._played
        self._played += len(seeds)
        episodes = play(
            self._make_world,
            {"agent": self._agent(trainer)},
            range(first, self._played),
            seed=lambda number: seeds[number - first],
            slots=self._slots,
        )
        most = trainer.args.max_completion_length
        plain = trainer.args.temperature == trainer.args.top_p == 1
        rows = [Trajectory.of(episode) for episode in sorted(episodes, key=lambda episode: episode.episode)]
        if longer := sum(len(row.response_ids) > most for row in rows):
            warnings.warn(
                f"{longer} of {len(rows)} episodes are longer than max_completion_length={most} tokens and"
                " are cut there: raise it, or lower the world's max_steps",
                stacklevel=2,
            )
        return {
            "prompt_ids": [row.prompt_ids for row in rows],
            "completion_ids": [row.response_ids[:most] for row in rows],
            "logprobs": [row.logprobs[:most] for row in rows] if plain else None,
            "env_mask": [row.mask[:most] for row in rows],
            "episode_return": [row.reward for row in rows],
            "episode_success": [row.success for row in rows],
        }

    def _agent(self, trainer: Any) -> LanguageAgent:
        """The agent that asks the trainer's model as it is now, each process with draws of its own."""
        try:
            from playout.language.transformers_backend import TransformersModel
        except ModuleNotFoundError as error:
            raise MissingExtra(error.name or "transformers", "train") from error
        model = trainer.accelerator.unwrap_model(trainer.model)
        given = {"temperature": trainer.args.temperature, "top_p": trainer.args.top_p}
        seed = trainer.args.seed * trainer.accelerator.num_processes + trainer.accelerator.process_index
        return chat_agent(
            TransformersModel(model, trainer.processing_class), {**self._options, **given, "seed": seed}
        )


def episode_return(episode_return: list[float], **columns: Any) -> list[float]:
    """The reward function that goes with :class:`EpisodeRollouts`; other columns are TRL's."""
    return episode_return


def environment_factory(env: str, env_kwargs: Mapping[str, Any] = {}) -> "Callable[[], ToolWorld]":
    """An ``environment_factory``. The data set has a column ``seed``, and prompts that end with the user.

    Args:
        env: id of a language world of one seat.
        env_kwargs: its arguments.
    """
    return partial(ToolWorld, env, env_kwargs)


class ToolWorld:
    """A world behind one tool. TRL makes a tool of every public method but ``reset`` and ``get_reward``."""

    def __init__(self, env: str, env_kwargs: Mapping[str, Any] = {}) -> None:
        """Make the world; the arguments are those of :func:`environment_factory`."""
        self._seat = TextSeat(env, env_kwargs)

    def reset(self, seed: int | None = None, **row: Any) -> str:
        """Start the episode of a row of the data set.

        Args:
            seed: the row's column; equal seeds start alike.
            row: its other columns.

        Returns:
            Rules and first observation, which TRL adds to the row's prompt.

        Raises:
            WrongUse: the data set has no column ``seed``.
        """
        if seed is None:
            raise WrongUse(f"environment_factory: expected a column 'seed', the data set has {sorted(row)}")
        self._seat.begin(int(seed))
        return "\n\n".join(filter(None, (self._seat.instructions, _CALL, self._seat.shown)))

    def act(self, action: str) -> str:
        """Take one action in the world.

        Args:
            action: One of the legal actions, spelt as they are.

        Returns:
            What the world shows after it, and what is legal then.
        """
        if self._seat.over:
            return OVER
        # A model may put anything into a call, and a wrong action costs a step, not the episode.
        self._seat.act(str(action))
        return self._seat.shown

    def get_reward(self) -> float:
        """The undiscounted return of the episode so far."""
        return self._seat.total


def _seed(prompt: Any) -> int:
    text = prompt if isinstance(prompt, str) else prompt[-1]["content"]
    try:
        return int(text)
    except ValueError:
        raise WrongUse(
            f"rollout_func: expected prompts that are seeds, such as '17', got {text!r:.60}"
        ) from None
