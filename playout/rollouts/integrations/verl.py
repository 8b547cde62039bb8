"""verl's agent loop: one episode of our language agent for each row of the data set.

Named in the file that ``actor_rollout_ref.rollout.agent.agent_loop_config_path`` points to. Rows have
``agent_name`` as there, any ``prompt``, and ``extra_info.seed``, which decides the start of the episode.
"""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from playout.core import Chat, Completion, MissingPackage, Sampling, WrongUse
from playout.language.chat_tokens import ChatTokens
from playout.language.requests import failed
from playout.rollouts import lookup
from playout.rollouts.driver import play
from playout.rollouts.episodes import Episode, listed
from playout.rollouts.integrations.trajectories import Trajectory, chat_agent

try:
    from verl.experimental.agent_loop.agent_loop import (  # type: ignore[reportMissingImports]
        AgentLoopBase,
        AgentLoopOutput,
    )
except ModuleNotFoundError as error:
    raise MissingPackage(error.name or "verl", "pip install verl, in an environment of its own") from error

# An episode waits in its thread for the server most of the time; verl bounds how many there are.
_THREADS = ThreadPoolExecutor(max_workers=4096, thread_name_prefix="playout")


class PlayoutAgentLoop(AgentLoopBase):
    """Plays the episode of a row."""

    def __init__(
        self,
        *args: Any,
        env: str,
        env_kwargs: Mapping[str, Any] | None = None,
        agent: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Play in ``env``.

        Args:
            args: verl's.
            env: id of a language world of one seat.
            env_kwargs: its arguments.
            agent: options of the language agent; how answers are sampled is verl's matter.
            kwargs: verl's.
        """
        super().__init__(*args, **kwargs)
        # Both come from a configuration of OmegaConf, whose lists are none to a world.
        self._make_world = partial(lookup.make_single, env, listed(env_kwargs or {}))
        self._options = listed(agent or {})

    async def run(self, sampling_params: dict[str, Any], **row: Any) -> AgentLoopOutput:
        """Play one episode.

        Args:
            sampling_params: how the server is to sample.
            row: of the data set.

        Returns:
            The whole episode; its return as the reward, that of each step as ``turn_scores``.

        Raises:
            WrongUse: the row has no seed.
        """
        seed = (row.get("extra_info") or {}).get("seed")
        if seed is None:
            raise WrongUse("verl: expected extra_info.seed in every row of the data set")
        config, loop = self.rollout_config, asyncio.get_running_loop()
        model = _Server(
            loop, self.server_manager, ChatTokens(self.tokenizer), sampling_params,
            most_read=config.prompt_length, most_written=config.response_length,
        )  # fmt: skip
        episode = await loop.run_in_executor(_THREADS, self._play, model, int(seed))
        trajectory = Trajectory.of(episode, longest=config.response_length)
        return AgentLoopOutput(
            prompt_ids=trajectory.prompt_ids,
            response_ids=trajectory.response_ids,
            response_mask=trajectory.mask,
            response_logprobs=trajectory.logprobs if sampling_params.get("logprobs") else None,
            reward_score=trajectory.reward,
            num_turns=2 * len(episode.steps),
            metrics={
                "generate_sequences": episode.timings["model"],
                "tool_calls": episode.timings["world"],
            },
            extra_fields={
                "turn_scores": [step.reward for step in episode.steps],
                "tool_rewards": [],
                "reward_extra_info": {"success": trajectory.success or 0.0},
            },
        )

    def _play(self, model: "_Server", seed: int) -> Episode:
        # Groups start alike and differ by what the server samples.
        agent = chat_agent(model, self._options)
        (episode,) = play(self._make_world, {"agent": agent}, [0], seed=lambda _: seed)
        return episode


@dataclass
class _Server:
    """verl's server as a chat model, for a thread beside the event loop ``loop``."""

    loop: asyncio.AbstractEventLoop
    server: Any
    tokens: ChatTokens
    sampling_params: Mapping[str, Any]
    most_read: int
    """Tokens of the first prompt."""
    most_written: int
    """Tokens of all that follows."""
    begun: int | None = None
    """Tokens of the first prompt, once it is known."""

    def __post_init__(self) -> None:
        self.request = uuid4().hex  # one for the episode, so that the server finds its cache again

    def generate(self, chats: Sequence[Chat], sampling: Sampling) -> list[Completion]:
        """One completion for each chat."""
        return [self._complete(chat, sampling) for chat in chats]

    def _complete(self, chat: Chat, sampling: Sampling) -> Completion:
        ends = [self.tokens.tokenizer.eos_token_id]
        prompt, prefill = self.tokens.prompt(chat, ends), tuple(self.tokens.answer(sampling.prefill))
        if self.begun is None:
            self.begun = len(prompt)
        room = self.most_written - (len(prompt) - self.begun) - len(prefill)
        if self.begun > self.most_read:
            return failed(f"the first prompt has {self.begun} tokens: raise rollout.prompt_length")
        if room < 1:
            return failed(f"no room is left in rollout.response_length={self.most_written}")
        asked = self.server.generate(
            request_id=self.request,
            prompt_ids=[*prompt, *prefill],
            sampling_params={**self.sampling_params, "max_tokens": min(room, sampling.max_tokens)},
        )
        written = asyncio.run_coroutine_threadsafe(asked, self.loop).result()
        ids, logprobs = tuple(written.token_ids), written.log_probs
        return Completion(
            text=sampling.prefill + self.tokens.text(ids, after=prefill),
            token_ids=(*prefill, *ids),
            # Nobody chose the prefill: its tokens are masked.
            logprobs=None if logprobs is None else (*(0.0,) * len(prefill), *logprobs),
            prompt_token_ids=tuple(prompt),
            finish="stop" if ids and ids[-1] in ends else "length",
            usage={"prefill_tokens": len(prefill)},
        )
