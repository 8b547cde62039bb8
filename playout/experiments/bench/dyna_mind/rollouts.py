"""D8: what rollouts cost beside generation, and that no finished episode is prompted or stepped."""

from collections.abc import Sequence
from time import process_time
from typing import Any

from playout.core import Chat, Completion, Sampling
from playout.experiments.bench.suite import Bar, Context

ENV = "playout/SokobanText-v0"
WORLD = {"size": [6, 6], "boxes": 1, "format": "words", "max_steps": 20}
SLOTS, TIMES = 48, 10
STATES = 4000  # that the policy learns from before
_SHARE = 0.85


class _Watched:
    """A chat model that notes its batches and what they took."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.batches: list[tuple[Sequence[Chat], Sampling]] = []
        self.tokens: list[int] = []
        self.seconds: list[float] = []

    def generate(self, chats: Sequence[Chat], sampling: Sampling) -> list[Completion]:
        began = process_time()
        found = self.model.generate(chats, sampling)
        self.seconds.append(process_time() - began)
        self.batches.append((list(chats), sampling))
        self.tokens.append(sum(len(one.token_ids) for one in found))
        return found


def loop(context: Context) -> Bar:
    """D8: the loop against generating the same prompts in the same batches; refilled against full batches."""
    from playout.agents import LanguageAgent
    from playout.rollouts import Stats, lookup, play
    from playout.training.policy import evaluated, load_policy
    from playout.training.resim import resim
    from playout.training.resim_settings import ResimConfig, ResimData
    from playout.training.settings import SFTSettings

    data = ResimData(states=STATES, per_episode=6, opening=8)
    config = ResimConfig(
        env=ENV, env_kwargs=WORLD, data=data, warm_up=0, settings=SFTSettings(epochs=2, batch_tokens=2048)
    )
    run = resim(config, out=context.scratch / "resim")
    policy = load_policy(str(run.folder), _agent(run))
    model = _Watched(policy.chat_model())
    agent, stats = LanguageAgent(model, evaluated(policy.agent)), Stats()
    episodes = TIMES * SLOTS

    def once() -> list[Any]:
        made = lambda: lookup.make(ENV, {**WORLD, "split": "validation"})  # noqa: E731
        return list(play(made, {"agent": agent}, range(episodes), slots=SLOTS, stats=stats))

    began = process_time()
    played = once()
    whole = process_time() - began
    began = process_time()
    for chats, sampling in model.batches.copy():
        policy.chat_model().generate(chats, sampling)
    alone = process_time() - began
    full = [i for i, (chats, _) in enumerate(model.batches) if len(chats) == SLOTS]
    rate_full = sum(model.tokens[i] for i in full) / sum(model.seconds[i] for i in full)
    rate_all = sum(model.tokens) / whole
    steps = sum(len(episode.steps) for episode in played)
    asked = sum(len(chats) for chats, _ in model.batches)
    exact = steps == stats.stepped == stats.prompted == asked
    value = {
        "loop_over_generation": round(whole / alone, 3),
        "refill_throughput": round(rate_all / rate_full, 3),
        "finished_prompted": asked - steps,
        "finished_stepped": stats.stepped - steps,
    }
    return Bar(
        value=value,
        bar={
            "loop_over_generation": round(1 / _SHARE, 3), "refill_throughput": _SHARE,
            "finished_prompted": 0, "finished_stepped": 0,
        },
        met=exact and whole / alone <= 1 / _SHARE and rate_all / rate_full >= _SHARE,
        note=f"{episodes} episodes in {SLOTS} slots, CPU seconds",
        figures={**value, "episodes": episodes, "steps": steps, "seconds": whole, "generation": alone},
    )  # fmt: skip


def _agent(run: Any) -> Any:
    from playout.training.policy import agent_config

    return agent_config(str(run.folder), {})
