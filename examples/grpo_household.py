"""A small decoder learns the household from an expert, and then, by GRPO, from whether it succeeded.

Run it: python examples/grpo_household.py [--out FOLDER] [--workers N] [--tiny]

Per seed that is what these commands do, and more of the same for a control and for the comparison:

    playout train sft playout/Household-v0 --model new:small-llama ... --out runs/sft
    playout train grpo playout/Household-v0 --model runs/sft --group 8 ... --out runs/grpo
    playout eval playout/Household-v0 --agent runs/grpo --env split=unseen --episodes 500

The settings are in ``playout.experiments.household.experiment``. What is done is kept, so the script goes on
where it was stopped. Its result is H8 of ``playout bench household``. ``--tiny`` shows in seconds how all of
it goes together, and learns nothing.
"""

import argparse
import json
import sys
from pathlib import Path

from playout.experiments.household.experiment import WAYS, Plan, experiment, played

TINY = Plan(
    seeds=(0,),
    controls=(),
    games=4,
    world={"task_types": ["look_at_obj_in_light"], "max_steps": 5},
    expert_steps=9,
    source={"model": "new:tiny-llama", "episodes": 8, "noise": 0.5},
    imitation={"epochs": 1},
    reinforcement={"iterations": 1, "group": 2, "levels": 2},
)


def main(out: Path, *, plan: Plan, workers: int, record: Path | None) -> None:
    """Run the experiment and say how it went."""
    found = experiment(out, plan, workers=workers)
    print(f"success in {plan.games} games in rooms that nobody has trained in")
    for arm, seeds in {"sft": plan.seeds, "grpo": plan.seeds, "shuffled": plan.controls}.items():
        cells = [found["cells"][played(f"{arm}.{seed}")] for seed in seeds]
        for way in WAYS:
            print(f"  {arm:8} {way:9}", *(f"{cell[way]['success']:.3f}" for cell in cells))
    print(f"  random {found['random']:.3f}, always the same {found['constant']:.3f}")
    gain = found["difference"]
    print(f"GRPO less its start: {gain['mean']:+.3f} [{gain['low']:+.3f}, {gain['high']:+.3f}]")
    print(f"minutes on two cores: {found['minutes']}")
    if record:
        record.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=sys.modules[__name__].__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/grpo_household"))
    parser.add_argument("--workers", type=int, default=2, help="processes at a time, one thread each")
    parser.add_argument("--record", type=Path, help="also write the result to this file")
    parser.add_argument("--tiny", action="store_true", help="a few games in seconds, to see that it works")
    given = parser.parse_args()
    main(given.out, plan=TINY if given.tiny else Plan(), workers=given.workers, record=given.record)
