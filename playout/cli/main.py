"""The ``playout`` command: finds the subcommand and turns whatever happens into an exit code.

Nothing heavy is imported before a subcommand is known, so ``playout --help`` answers at once.
What each subcommand takes and does is in the file of its name.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130

COMMANDS = {
    "list": "the worlds you can make",
    "play": "play a world yourself, or watch an agent take over",
    "eval": "let an agent play episodes; success, return and length with their intervals",
    "report": "write a run, or two side by side, as one page that opens in a browser",
    "watch": "replay the episodes of a run in the terminal",
    "train": "train a policy: from an expert (sft), from rewards (grpo, ppo)",
    "fit": "fit simulated people to published dialogues",
    "experiment": "run a whole experiment, resumable, and draw its figures",
    "bench": "measure what this machine reaches against the published bars",
    "doctor": "what is installed, what is missing, and the line that installs it",
}

HELP = f"""Playout: worlds in which language agents act and learn from simulated futures.

usage: playout COMMAND [options]

{chr(10).join(f"  {name:10} {does}" for name, does in COMMANDS.items())}

  playout COMMAND --help   what a command takes, with an example
  playout --version        the version
  --traceback              with any command: where an error came from

Start with:  playout play playout/SokobanText-v0
             playout eval playout/Sokoban-v0 --agent expert --episodes 20"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line ``argv`` (default: the process's own) and return its exit code.

    0 done, 1 the job failed, 2 wrong use, 130 interrupted. An error is one line on stderr.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what models wrote may not fit the terminal
    arguments = list(sys.argv[1:] if argv is None else argv)
    traceback = "--traceback" in arguments
    name, *rest = [argument for argument in arguments if argument != "--traceback"] or [""]
    try:
        return _dispatch(name, rest)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return FAILED
    except Exception as error:
        if traceback:
            import traceback as printer

            printer.print_exc()
        from playout.core import WrongUse

        return _say(f"playout {name}: {_message(error)}", WRONG if isinstance(error, WrongUse) else FAILED)


def _dispatch(name: str, rest: list[str]) -> int:
    if name in ("", "-h", "--help", "help"):
        print(HELP, file=sys.stderr if name == "" else sys.stdout)
        return WRONG if name == "" else DONE
    if name == "--version":
        from playout import __version__

        print(f"playout {__version__}")
        return DONE
    if name not in COMMANDS:
        return _say(_unknown(name), WRONG)
    from playout.cli.parsing import parse

    command = import_module(f"playout.cli.{name}")
    options = parse(command.Options, f"playout {name}", rest)
    sys.path.append("")  # worlds and agents of the user's own lie in the current folder: module:name
    command.run(options)
    sys.stdout.flush()
    return DONE


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, COMMANDS, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else f"expected one of {', '.join(COMMANDS)}"
    return f"playout: no command {name!r}; {hint} (playout --help)"


def _message(error: Exception) -> str:
    """The error in one line; one that nobody worded for users is named by its class."""
    from playout.core import PlayoutError

    text = " ".join(str(error).split())
    if isinstance(error, PlayoutError):
        return text
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return f"{type(error).__name__}: {text} (--traceback shows where)"


def _say(line: str, code: int) -> int:
    print(line, file=sys.stderr)
    return code


def _silence_stdout() -> None:
    # Python flushes stdout once more on its way out; the reader has gone.
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
