"""B6: the paper's preset runs: self-play with search, an optimiser step, on any device."""

from time import process_time

from playout.experiments.bench.suite import Bar, Context

PARAMETERS = 5_222_947


def paper(context: Context) -> Bar:
    """B6: one iteration at paper size on the CPU, as small as one can be."""
    from dataclasses import replace

    from playout.agents.building.network import parameters_of
    from playout.training.assistance_settings import AssistanceConfig, settings_of
    from playout.training.assistance_zero import Training

    settings = settings_of("paper", games=1, fragment=2, buffer=4, updates=1, batch=2)
    settings = replace(settings, search=replace(settings.search, simulations=20))
    began = process_time()
    training = Training(AssistanceConfig(preset="paper", settings=settings))
    row = training.iterate()
    value = {"parameters": parameters_of(training.network), "cpu_seconds": round(process_time() - began, 1)}
    return Bar(
        value=value,
        bar={"parameters": PARAMETERS},
        met=value["parameters"] == PARAMETERS and row["steps"] == 2,
        note="one iteration: two steps of self-play with 20 simulations each, one optimiser step",
        figures={**value, **row},
    )
