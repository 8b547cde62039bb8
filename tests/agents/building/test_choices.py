"""From logits to the likeliest legal actions, and back to what a mask says."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from playout.agents.building.choices import Exploration, flat_logits, likeliest, masked_logprobs  # noqa: E402
from playout.simulators.building.game import Game, GameConfig  # noqa: E402


@pytest.fixture(scope="module")
def game() -> Game:
    made = Game(GameConfig(size="tiny", split="valid"), 6)
    made.state.key[:] = np.arange(6)
    made.start()
    for _ in range(7):
        made.step(np.stack([made.person(0)[0], made.person(1)[0]], 1))
    return made


def logits_of(game: Game) -> tuple[torch.Tensor, np.ndarray]:
    generator = torch.Generator().manual_seed(0)
    dense = torch.randn(game.n, 28, game.size.cells, generator=generator)
    return dense, flat_logits(dense, game.numbering).numpy()


def test_the_likeliest_are_those_of_the_masked_policy(game: Game) -> None:
    dense, flat = logits_of(game)
    planes = game.legal(1)
    mask = torch.from_numpy(game.numbering.mask(planes).astype(bool))
    expected = masked_logprobs(dense, mask, game.numbering).numpy()
    found = likeliest(flat, planes, game.numbering, 10)
    for i in range(game.n):
        best = np.argsort(-expected[i], kind="stable")[:10]
        assert found.action[i].tolist() == best.tolist()
        chances = np.exp(expected[i, best])
        assert found.prior[i] == pytest.approx(chances / chances.sum(), rel=1e-4)
        parts = game.numbering.decode(found.action[i])
        assert (parts == np.stack([found.kind[i], found.cell[i], found.block[i]], 1)).all()


def test_fewer_legal_actions_leave_places_empty(game: Game) -> None:
    _, flat = logits_of(game)
    planes = game.legal(1)
    found = likeliest(flat, planes, game.numbering, 1000)
    count = game.numbering.mask(planes).sum(1)
    assert ((found.action >= 0).sum(1) == count).all()
    assert found.prior.sum(1) == pytest.approx(1)
    assert (found.prior[found.action < 0] == 0).all()


def test_exploration_reaches_every_type_and_depends_on_its_key_alone(game: Game) -> None:
    flat = np.zeros((game.n, game.numbering.count), np.float32)
    planes, seen = game.legal(1), set()
    for seed in range(40):
        keys = np.full(game.n, seed, np.uint64)
        found = likeliest(flat, planes, game.numbering, 4, explore=Exploration(0.5, keys))
        seen |= set(found.kind[0, found.action[0] >= 0].tolist())
        alone = type(planes)(*(plane[:1] for plane in planes))
        again = likeliest(flat[:1], alone, game.numbering, 4, explore=Exploration(0.5, keys[:1]))
        assert (again.action[0] == found.action[0]).all()
    legal = game.numbering.decode(np.flatnonzero(game.numbering.mask(planes)[0]))[:, 0]
    assert seen == set(legal.tolist())
