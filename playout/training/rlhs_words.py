"""Advice in words: what a language policy reads of customers, and the claims that its answers make.

Words are those of ``simulators.consultancy``, as in ``playout/Consultancy-v0`` with ``questions=0`` and
``facts="required"``, so that a policy that has learnt here plays there.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from playout.agents import prompts
from playout.agents.language import LanguageConfig
from playout.agents.prompts import tagged
from playout.core import Chat, Completion, Turn
from playout.language.parsing import parse_answer
from playout.simulators.consultancy.catalogue import Catalogue
from playout.simulators.consultancy.claims import HAS, LACKS, SILENT, UNSPECIFIED
from playout.simulators.consultancy.parsing import parse, statement_of
from playout.simulators.consultancy.scenarios import Scenarios
from playout.simulators.consultancy.speech import category_of, instructions, request
from playout.simulators.consultancy.texts import sentence
from playout.training.rlhs_market import Advice, Customers

_WORDING = {HAS: 1, LACKS: 2, UNSPECIFIED: 0, SILENT: 1}
"""Claim -> number of its wording in ``texts``."""


def chats_of(catalogue: Catalogue, customers: Customers, agent: LanguageConfig) -> list[Chat]:
    """What a policy that is asked as ``agent`` says reads of each of N customers."""
    system = prompts.system(instructions(catalogue), agent.mode)
    ask = prompts.CHATS[agent.prompt, agent.context]
    said = [request(catalogue, scenario, "required") for scenario in _each(customers.scenarios)]
    return [ask(system, _turn(number, text), ()) for number, text in enumerate(said)]


def worded(catalogue: Catalogue, customers: Customers, claims: NDArray[np.int8]) -> list[str]:
    """Claims as answers that tell no prices, int8[N, 3] -> N texts; each claim has one wording.

    In these wordings the word that decides the claim follows the letter. A small decoder finds an option's
    fact by its letter: it learns in fewer steps so than where the claim is named first.
    """
    return [
        tagged(" ".join(
            sentence(category_of(catalogue, one), int(one.feature[0]), option, claim, _WORDING[claim])
            for option, claim in enumerate(said)
        ))
        for one, said in zip(_each(customers.scenarios), claims.tolist(), strict=True)
    ]  # fmt: skip


def heard(catalogue: Catalogue, customers: Customers, completions: Sequence[Completion]) -> Advice:
    """What N customers take from the answers; one that cannot be read says nothing."""
    claims, told, prices = [], [], []
    for scenario, completion in zip(_each(customers.scenarios), completions, strict=True):
        text = parse_answer(completion.text).action or ""
        found = parse(text, category_of(catalogue, scenario), int(scenario.feature[0]))
        claims.append(found.claims)
        told.append(found.told)
        prices.append(statement_of(found.told, scenario.price[0].tolist()))
    return Advice(np.array(claims, np.int8), np.array(prices, np.int8), np.array(told, np.float64))


def _each(scenarios: Scenarios) -> list[Scenarios]:
    return [scenarios.row(i) for i in range(len(scenarios.case))]


def _turn(number: int, observation: str) -> Turn:
    return Turn(
        observation=observation, instructions="", legal_actions=None, reward=0.0, info={}, episode=number,
        t=0, seat="",
    )  # fmt: skip
