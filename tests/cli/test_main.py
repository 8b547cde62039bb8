import json
import subprocess
import sys

import pytest

from playout.cli.main import COMMANDS, main
from playout.core import PlayoutError, WrongUse


def test_help_names_every_command_and_version_is_the_packages(capsys):
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in COMMANDS)
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("playout 0.")


def test_help_imports_no_parser_and_nothing_heavy():
    code = (
        "import sys; from playout.cli.main import main; main(['--help']);"
        "heavy = {'tyro', 'rich', 'torch', 'numba', 'textual', 'transformers'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_nothing_and_unknown_commands_are_wrong_use(capsys):
    assert main([]) == 2
    assert main(["lst"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert "did you mean list?" in lines[-1]
    assert main(["frobnicate"]) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_has_an_example(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert not end.value.code
    assert f"playout {command}" in capsys.readouterr().out.split("Example:")[1]


@pytest.mark.parametrize(
    ("argv", "said"), [(["list", "--jsn"], "--json"), (["eval"], "ENV"), (["list", "extra"], "extra")]
)
def test_wrong_options_are_one_line(argv, said, capsys):
    assert main(argv) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1
    assert said in printed.err
    assert f"playout {argv[0]} --help" in printed.err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (WrongUse("no such thing"), 2, "playout list: no such thing"),
        (PlayoutError("two\nlines"), 1, "playout list: two lines"),
        (RuntimeError("oops"), 1, "playout list: RuntimeError: oops (--traceback shows where)"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_errors_become_exit_codes_and_one_line(error, code, said, capsys, monkeypatch):
    def fail(options):
        raise error

    monkeypatch.setattr("playout.cli.list.run", fail)
    assert main(["list"]) == code
    assert capsys.readouterr().err.strip() == said
    if code != 130:
        assert main(["list", "--traceback"]) == code
        assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_goes_away_is_no_traceback():
    command = [sys.executable, "-m", "playout", "list", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(60) == 1


def test_the_module_runs_as_the_command():
    done = subprocess.run([sys.executable, "-m", "playout", "list", "--json"], capture_output=True, text=True)
    assert done.returncode == 0
    assert isinstance(json.loads(done.stdout.splitlines()[-1]), list)
