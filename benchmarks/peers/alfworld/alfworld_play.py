"""Plays games with the original, ``AlfredDemangler(PddlEnv)``: what the household engine is compared with.

usage: python alfworld_play.py [--memo] < REQUESTS > ANSWERS    (one JSON object a line, answered in turn)

Request:  ``{"game": {"pddl_domain", "grammar", "pddl_problem"} or PATH, "commands": [...]}``
Answer:   ``{"steps": [[text, legal commands, won, score], ...], "cpu": {"load", "reset", "steps": [...]}}``

The first step is the reset (score None). CPU times are seconds of ``process_time``; those of the steps are
those of ``env.step`` alone, which makes the sorted legal list and checks the goal. A request that the
original cannot play is answered ``{"error": ...}``. Python 3.13 needs the patch below.

--memo keeps the results of three pure functions of the original that it calls again and again with the same
texts (the parsers of templates and of queries, and the translator of problems): what is said is the same in
less than half the time. Not for timing.
"""

import copy
import functools
import json
import sys
import time
from typing import Any

import textworld
from alfworld.agents.environment.alfred_tw_env import AlfredDemangler
from textworld.envs.pddl import PddlEnv, textgen
from textworld.logic import Rule


def patch_eval() -> None:
    """Make TextWorld's templates work where ``locals()`` is no longer live (PEP 667, Python 3.13)."""

    def derive(self: Any, context: Any = None) -> list:
        context = context or self.context
        names = {**vars(textgen), "self": self, "context": context}
        return [textgen.TerminalSymbol(eval(self.expression, names, dict(context["variables"])))]

    textgen.EvalSymbol.derive = derive


def keep_results() -> None:
    """--memo. Parsed templates are written to by the original, so each caller gets a copy."""
    import fast_downward

    parsed = functools.cache(textgen._parse_and_convert)
    textgen._parse_and_convert = lambda *args, **kwargs: copy.deepcopy(parsed(*args, **kwargs))
    Rule.parse_conjunctive_query = staticmethod(functools.cache(Rule.parse_conjunctive_query))
    fast_downward.pddl2sas = functools.lru_cache(maxsize=2)(fast_downward.pddl2sas)


def shown(state: Any) -> list:
    """What is compared after every command."""
    return [state.feedback, state["admissible_commands"], bool(state["won"]), state.get("score")]


def timed(call: Any, *args: Any) -> tuple[Any, float]:
    """A call's result and its CPU seconds."""
    begin = time.process_time()
    result = call(*args)
    return result, time.process_time() - begin


def play(env: Any, request: dict) -> dict:
    """The answer to one request."""
    _, load = timed(env.load, request["game"])
    state, reset = timed(env.reset)
    steps, cpu = [shown(state)], []
    for command in request["commands"]:
        (state, *_), seconds = timed(env.step, command)
        steps.append(shown(state))
        cpu.append(round(seconds, 6))
    return {"steps": steps, "cpu": {"load": round(load, 6), "reset": round(reset, 6), "steps": cpu}}


def main() -> None:
    """Answer until the input ends."""
    if sys.version_info >= (3, 13):
        patch_eval()
    if "--memo" in sys.argv:
        keep_results()
    answers, sys.stdout = sys.stdout, sys.stderr  # the translator talks
    env = AlfredDemangler(PddlEnv(textworld.EnvInfos(won=True, admissible_commands=True, score=True)))
    for line in sys.stdin:
        try:
            answer = play(env, json.loads(line))
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
