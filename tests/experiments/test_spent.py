from playout.experiments.spent import cpu_seconds


def test_processes_that_went_on_are_added():
    assert cpu_seconds([{"cpu_seconds": seconds} for seconds in (3.0, 7.0, 2.0, 5.0)]) == 12.0
    assert cpu_seconds([]) == 0.0
