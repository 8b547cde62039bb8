"""SimRollouts: answer, see what the plan really leads to, answer again (Yu et al. 2025, Dyna-Mind, stage 2).

In every turn the plan of a first answer is executed on a snapshot of the world; what came of it is shown to
the policy, and the action of its second, refined answer is taken. For training only, since it looks
into the real future: the agent is an oracle, and its simulated steps are counted.
"""

from collections.abc import Sequence
from dataclasses import replace

from playout.agents.dyna.response import DO, SEE, escape
from playout.agents.dyna.scoring import execute
from playout.agents.language import LanguageAgent, LanguageConfig
from playout.agents.prompts import Wording
from playout.core import Chat, ChatModel, Decision, Turn, WrongUse
from playout.language.news import without_refusal
from playout.language.parsing import MAX_PLAN

DEFAULT = LanguageConfig()
TRIED = "Tried:"
_REFINE = (
    "You answered:\n{answer}\nYour plan was carried out. This is what really happened, after each action:\n"
    "{truth}\nThe world has been set back. Answer again as you were told, with what you know now."
)


class SimRolloutAgent(LanguageAgent):
    """A language agent that tries its plan before it acts.

    A decision's completions are the first answer and the refined one, whose action is taken.
    """

    needs = frozenset({"legal_actions", "world"})

    def __init__(
        self, model: ChatModel | str, config: LanguageConfig = DEFAULT, *, depth: int = MAX_PLAN
    ) -> None:
        """Play with ``model``.

        Args:
            model: an object or a name.
            config: how it is asked.
            depth: most actions of a plan that are tried.
        """
        if not 1 <= depth <= MAX_PLAN or config.context == "chat":
            raise WrongUse(
                f"simrollout: expected a depth from 1 to {MAX_PLAN} and context=steps, got {depth} and"
                f" {config.context}"
            )
        super().__init__(model, config)
        # Its draws must not be those of the first answer.
        self._again = LanguageAgent(self.model, replace(config, seed=config.seed + (1 << 32)))
        self._depth = depth

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        """Ask the model twice for all turns, with the truth in between."""
        chats = self._asked(turns)
        drafts = self._ask(turns, chats)
        tried = [self._tried(turn, draft) for turn, draft in zip(turns, drafts, strict=True)]
        truths = [
            refine_prompt(chat, written(draft), steps, self.config.prompt)
            for chat, draft, steps in zip(chats, drafts, tried, strict=True)
        ]
        refined = self._again._ask(turns, truths)
        decisions = [
            replace(
                last,
                completions=(*first.completions[-1:], *last.completions[-1:]),
                stats={**last.stats, "simulated_steps": len(steps)},
            )
            for first, last, steps in zip(drafts, refined, tried, strict=True)
        ]
        self._remember(turns, chats, decisions)
        return decisions

    def _tried(self, turn: Turn, draft: Decision) -> list[tuple[str, str]]:
        """The actions of the draft's plan, or its action alone, each with what the world says to it."""
        plan = (draft.plan or ((draft.action,) if draft.action else ()))[: self._depth]
        if not plan:
            return []
        if turn.world is None:
            raise WrongUse("simrollout: expected turns with the live world in them")
        observation = without_refusal(str(turn.observation), dict(turn.info))
        return list(zip(plan, execute(turn.world, observation, plan).seen, strict=False))


def refine_prompt(
    chat: Chat, answer: str, tried: Sequence[tuple[str, str]], wording: Wording = "full"
) -> Chat:
    """The chat that asks again, knowing what comes of the plan.

    Args:
        chat: that asked first.
        answer: what was answered.
        tried: actions, each with what the world said; empty where no plan could be read.
        wording: bare leaves out all explanations and the answer, whose plan ``tried`` holds.
    """
    if wording == "bare":
        steps = "".join(f"{DO}{escape(action)}{SEE}{escape(seen)}" for action, seen in tried)
        more = f"{TRIED}{steps}"
    else:
        truth = "\n".join(f"{action}: {seen}" for action, seen in tried) or "no plan could be read"
        more = _REFINE.format(answer=escape(answer), truth=escape(truth))
    *before, last = chat
    return *before, replace(last, content=f"{last.content}\n{more}")


def written(decision: Decision) -> str:
    """What the model wrote last."""
    return decision.completions[-1].text if decision.completions else ""
