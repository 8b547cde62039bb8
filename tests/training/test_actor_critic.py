import json

import numpy as np
import pytest
from gymnasium import spaces

pytest.importorskip("torch")

import torch

from playout.core import WrongUse
from playout.training.actor_critic import Layout, MLPActorCritic

torch.set_num_threads(1)

SEEN = spaces.Dict(
    {
        "tiles": spaces.Box(1, 4, (2, 3), np.uint8),
        "image": spaces.Box(0, 255, (2,), np.uint8),
        "numbers": spaces.Dict({"x": spaces.Box(-np.inf, np.inf, (3,), np.float32)}),
        "kind": spaces.Discrete(3, start=5),
        "acts": spaces.MultiDiscrete([3, 2]),
        "flags": spaces.MultiBinary(2),
        "action_mask": spaces.MultiBinary(5),
    }
)


def tensors(observation):
    if isinstance(observation, dict):
        return {name: tensors(part) for name, part in observation.items()}
    return torch.as_tensor(np.asarray(observation))


def test_each_kind_of_space_is_read_in_its_own_way():
    layout = Layout.of(SEEN, spaces.MultiDiscrete([2, 3], start=[1, 0]))
    policy = MLPActorCritic(layout, width=8)
    observation = {
        "tiles": np.array([[1, 2, 3], [4, 1, 1]], np.uint8),
        "image": np.array([0, 255], np.uint8),
        "numbers": {"x": np.array([0.5, -2.0, 9.0], np.float32)},
        "kind": 6,
        "acts": np.array([2, 1]),
        "flags": np.array([0, 1], np.int8),
        "action_mask": np.ones(5, np.int8),
    }
    parts = {"/".join(feature.path): feature.width for feature in layout.features}
    assert parts == {"tiles": 24, "image": 2, "numbers/x": 3, "kind": 3, "acts": 6, "flags": 2}
    found = dict(zip(parts, policy._encoded(tensors(observation)).split(list(parts.values())), strict=True))
    assert found["tiles"].reshape(6, 4).argmax(1).tolist() == [0, 1, 2, 3, 0, 0]
    assert found["image"].tolist() == [0, 1]
    assert found["numbers/x"].tolist() == [0.5, -2, 9]
    assert found["kind"].tolist() == [0, 1, 0]
    assert found["acts"].tolist() == [0, 0, 1, 0, 1, 0]
    assert found["flags"].tolist() == [0, 1]
    assert Layout.from_json(json.loads(json.dumps(layout.to_json()))) == layout
    assert layout.starts == (1, 0)


@pytest.mark.parametrize("leading", [(), (4,), (3, 4)])
def test_any_leading_shape_will_do(leading):
    policy = MLPActorCritic(
        Layout.of(spaces.Box(0, 5, (2, 2), np.uint8), spaces.MultiDiscrete([2, 3])), width=8
    )
    seen = {"observation": torch.zeros(*leading, 2, 2, dtype=torch.uint8)}
    acted = policy.act(seen, torch.Generator().manual_seed(0))
    assert acted.actions.shape == (*leading, 2)
    assert acted.logprobs.shape == acted.values.shape == leading
    again = policy.evaluate(seen, acted.actions)
    assert torch.equal(again.logprobs, acted.logprobs)
    assert torch.equal(again.values, policy.value(seen))
    assert again.entropy.shape == leading
    assert torch.equal(policy.act(seen, None).actions, policy.policy(seen).mode())


def test_masks_forbid_in_acting_as_in_evaluation():
    policy = MLPActorCritic(Layout.of(spaces.Discrete(4), spaces.Discrete(3)), width=8)
    seen = {
        "observation": torch.arange(4).repeat(50),
        "action_mask": torch.tensor([[0, 1, 1]]).expand(200, -1),
    }
    acted = policy.act(seen, torch.Generator().manual_seed(0))
    assert set(acted.actions.tolist()) == {1, 2}
    assert torch.equal(policy.evaluate(seen, acted.actions).logprobs, acted.logprobs)
    assert policy.evaluate(seen, torch.zeros(200, dtype=torch.long)).logprobs.isneginf().all()


def test_the_seed_alone_decides_the_weights():
    layout, state = Layout.of(spaces.Discrete(4), spaces.Discrete(3)), torch.get_rng_state()
    one, two, other = (MLPActorCritic(layout, width=8, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(state, torch.get_rng_state())
    pairs = list(zip(one.parameters(), two.parameters(), other.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b, _ in pairs)
    assert not all(torch.equal(a, c) for a, _, c in pairs)


@pytest.mark.parametrize(
    ("seen", "does", "said"),
    [
        (spaces.Discrete(2), spaces.Box(0, 1, (2,)), "expected Discrete or MultiDiscrete"),
        (spaces.Discrete(2), spaces.MultiDiscrete([[2, 2]]), "of one dimension"),
        (
            spaces.Dict({"a": spaces.Dict({"b": spaces.Text(5)})}),
            spaces.Discrete(2),
            "observation a/b: expected",
        ),
    ],
)
def test_other_spaces_are_refused_by_name(seen, does, said):
    with pytest.raises(WrongUse, match=said):
        Layout.of(seen, does)
