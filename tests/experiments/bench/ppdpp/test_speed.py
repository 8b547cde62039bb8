import importlib

module = importlib.import_module("playout.experiments.bench.ppdpp.speed")  # the name is also the measure's


def test_turns_of_every_world_are_counted(monkeypatch):
    monkeypatch.setattr(module, "COPIES", 4)
    monkeypatch.setattr(module, "rate", lambda play, seconds: play())
    assert [module._turns(task) for task in ("negotiation", "tutoring", "support")] == [4 * module.STEPS] * 3
