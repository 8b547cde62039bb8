"""Compares the household engine with the original and writes benchmarks/household_same.json.

usage: python benchmarks/household_same.py --data FOLDER [--games N] [--commands N] [--seed S] [--recheck]

FOLDER holds ALFWorld's games (see ``simulators.household.games``). Needs ``make bench-peers``. About an
hour of CPU; stop it at any time and give the same command to go on. The log, with all that the original
said, is runs/household_same/games.jsonl; --recheck holds the engine against it without playing.
"""

import argparse
import json
import platform
from pathlib import Path

from playout.experiments.bench.household import same
from playout.simulators.household.games import read_games

ROOT = Path(__file__).parent.parent
OUT = ROOT / "benchmarks/household_same.json"


def main() -> None:
    """Play, tell, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--games", type=int, default=220)
    parser.add_argument("--commands", type=int, default=52)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--recheck", action="store_true")
    parser.add_argument("--log", type=Path, default=ROOT / "runs/household_same/games.jsonl")
    options = parser.parse_args()
    config = same.Comparison(
        games=options.games, commands=options.commands, seed=options.seed, minutes=options.minutes
    )
    pools = {}
    if options.data:
        pools["shared"] = same.draw_games(read_games(options.data), 3 * config.games, config.seed)
    for line in same.compare(config, pools, log=options.log):
        print(line["source"], line["game"], len(line["commands"]), *line["differences"], flush=True)
    result = same.summary(map(json.loads, options.log.read_text().splitlines()))
    print(f"{result['commands']} commands on {result['games']}, {len(result['differences'])} differences")
    if result["games"] == dict.fromkeys(same.SOURCES, config.games):
        head = {"command": "make test-textworld", "seed": config.seed, "python": platform.python_version()}
        OUT.write_text(json.dumps({**head, **result}, indent=1) + "\n")


if __name__ == "__main__":
    main()
