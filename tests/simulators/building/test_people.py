"""Scripted builders finish houses, each in its own way, and are functions of the world alone."""

import numpy as np
import pytest

from playout.simulators.building import people
from playout.simulators.building.blocks import PRESETS
from playout.simulators.building.copies import BROKEN, ENDED, HELPED, MOVED, PLACED
from playout.simulators.building.game import Game, GameConfig
from playout.simulators.building.goals.bank import goals_of

NAMES = [*people.TRAIN, *people.UNSEEN]


def alone(n: int, **options) -> Game:
    game = Game(GameConfig(players=1, max_steps=400, **{"size": "tiny", "split": "valid", **options}), n)
    game.state.key[:] = np.arange(n)
    game.start()
    return game


def build(game: Game) -> None:
    while not game.state.counters[:, 5].all():
        game.step(game.person(0)[0][:, None])


def test_there_are_enough_builders_and_none_is_in_both_splits() -> None:
    assert len(people.TRAIN) >= 6
    assert len(people.UNSEEN) >= 3
    assert not people.TRAIN.keys() & people.UNSEEN.keys()


@pytest.mark.parametrize("name", NAMES)
def test_a_builder_builds_the_house(name: str) -> None:
    game = alone(24, people=[name])
    build(game)
    assert (game.shares() == 1).mean() > 0.9, name
    worked = game.state.tallies[:, 0, [PLACED, BROKEN]].sum() + game.state.tallies[:, 0, MOVED].sum()
    todo = (game.size.cells - game.state.counters[:, 3]).sum()
    assert worked < 4 * todo, "it goes straight about it"


def test_a_house_of_the_paper_s_size_with_rooms_is_finished() -> None:
    few = goals_of(PRESETS["paper"], "valid", number=4)
    game = Game(GameConfig(players=1, size="paper", goals=few, people=["neighbour"]), 4)
    game.state.key[:] = np.arange(4)
    game.start()
    build(game)
    assert (game.shares() == 1).all()


def test_builders_differ_and_depend_on_nothing_but_the_world() -> None:
    game = alone(64, people="train")
    first, who = game.person(0)
    again, _ = game.person(0)
    assert (first == again).all()
    assert len(set(who.tolist())) > 4
    mason, dreamer = alone(8, people=["mason"]), alone(8, people=["dreamer"])
    for _ in range(12):
        mason.step(mason.person(0)[0][:, None])
        dreamer.step(dreamer.person(0)[0][:, None])
    assert (mason.state.scene.blocks != dreamer.state.scene.blocks).any(1).all()


def test_errors_are_made_and_repaired() -> None:
    game = alone(32, people=["clumsy"])
    build(game)
    placed, helped = (game.state.tallies[:, 0, column].sum() for column in (PLACED, HELPED))
    assert placed > helped, "some blocks were wrong ones"
    assert (game.shares() == 1).mean() > 0.9


@pytest.mark.parametrize(
    "variant", [{"teleport": True}, {"finite": True}, {"teleport": True, "finite": True}]
)
def test_the_variants_are_built_in_too(variant: dict[str, bool]) -> None:
    """Who teleports does not walk; finite blocks are fetched first, and the palette stays."""
    game = alone(12, size="small", people="train", **variant)
    build(game)
    assert (game.shares() == 1).mean() > 0.9
    assert bool(game.state.tallies[:, 0, MOVED].any()) == (not game.config.teleport)


@pytest.mark.parametrize("variant", [{"teleport": True}, {"finite": True}])
def test_an_expert_always_does_what_can_be_done(variant: dict[str, bool]) -> None:
    game = alone(1, size="small", **variant)
    while not game.state.counters[0, ENDED]:
        action = game.numbering.decode(np.array([game.expert(0)]))
        game.step(action[:, None])
        assert game.out.effective[0, 0]
