from playout.agents import ConstantAgent, ConstantConfig


def test_it_always_does_the_same(turn):
    agent = ConstantAgent(ConstantConfig(action="up"))
    assert [d.action for d in agent.act([turn(), turn(legal=None, t=4)])] == ["up", "up"]
