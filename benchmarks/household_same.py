"""Compares the household engine with the original and writes benchmarks/household_same.json.

usage: python benchmarks/household_same.py [--games N] [--commands N] [--seed S] [--recheck]
       python benchmarks/household_same.py --minutes M

Published games are those of $PLAYOUT_DATA/alfworld or $ALFWORLD_DATA. Needs ``make bench-peers``. Half an
hour of CPU; stop it at any time and give the same command to go on: the log, with all that the original
said, is runs/household_same/games.jsonl. --recheck holds the engine against the log without playing;
--minutes plays a sample and leaves log and result alone.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playout.experiments.bench.household import same, sameness
from playout.experiments.bench.household.original import Original
from playout.experiments.bench.peers import ROOT

LOG = ROOT / "runs/household_same/games.jsonl"
CHOICE = 3  # times as many games are drawn as are played


def record(config: same.Comparison, log: Path, *, recheck: bool) -> dict[str, Any]:
    """Play what is missing in the log; return its summary, and write it once the log is full."""
    pools = sameness.pools(CHOICE * config.games, config.seed)
    if recheck:
        games = [game for pool in pools.values() for game in pool]
        return tell(same.recheck(same.read_log(log), games))
    original = Original(memo=True)
    for line in same.compare(config, pools, original, log=log):
        print(line["source"], line["game"], len(line["commands"]), *line["differences"], flush=True)
    original.close()
    found = tell(same.read_log(log))
    if found["games"] == dict.fromkeys(same.SOURCES, config.games):
        head = {"command": "make test-textworld FULL=1", "seed": config.seed}
        sameness.RECORD.write_text(json.dumps({**head, **found}, indent=1) + "\n")
    return found


def tell(lines: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Print the differences, and return the summary."""
    found = same.summary(lines)
    for difference in found["differences"]:
        print(difference)
    print(f"{found['commands']} commands on {found['games']}: {len(found['differences'])} differences")
    return found


def main() -> None:
    """Play, tell, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--games", type=int, default=same.Comparison.games)
    parser.add_argument("--commands", type=int, default=same.Comparison.commands)
    parser.add_argument("--seed", type=int, default=same.Comparison.seed)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--recheck", action="store_true")
    parser.add_argument("--log", type=Path, default=LOG)
    options = parser.parse_args()
    if options.minutes:
        with tempfile.TemporaryDirectory() as folder:
            found = sameness.sample(Path(folder), options.minutes)
        print(f"{found['commands']} commands on {found['games']}: {len(found['differences'])} differences")
    else:
        config = same.Comparison(games=options.games, commands=options.commands, seed=options.seed)
        found = record(config, options.log, recheck=options.recheck)
    sys.exit(bool(found["differences"]))


if __name__ == "__main__":
    main()
