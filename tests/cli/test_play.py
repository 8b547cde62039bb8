import io
import json

import pytest

from playout.agents import load_agent
from playout.cli.game import Game
from playout.cli.main import main
from playout.cli.play import play_plain
from playout.rollouts.runs import AgentSpec
from playout.rollouts.session import PlaySession
from playout.rollouts.store import Run

WORLD = "playout/SokobanText-6x6-1box-v0"
GUESS = "own_world:example/GuessNumber-v0"


@pytest.fixture
def play(tmp_path, capsys):
    def typed(*lines, env=WORLD, **options):
        session = PlaySession(env, options)
        game = Game(session, None, tmp_path / "saved")
        play_plain(game, [f"{line}\n" for line in lines])
        printed = capsys.readouterr()
        return game, printed.out, printed.err

    return typed


def test_actions_by_name_and_by_number(play):
    game, shown, _ = play()
    first = game.legal[0]
    assert "push every box" in shown
    assert f"[1] {game.label(first)}" in shown
    assert play(first)[0].session.observation == play("1")[0].session.observation
    assert play(first)[0].session.t == 1


def test_undo_hint_and_an_agent_that_plays_to_the_end(play):
    game, shown, _ = play(":hint", "1", ":undo", ":auto 50")
    assert f"hint: {game.session.episode().steps[0].action}" in shown
    assert game.session.over
    assert game.solved
    assert "solved after" in shown
    assert "expert: " in shown


def test_what_cannot_be_done_is_said_and_nothing_else_happens(play):
    game, _, said = play(":undo", ":auto x", ":dance")
    assert game.session.t == 0
    assert [word in line for word, line in zip(("undo", ":auto", ":dance"), said.splitlines(), strict=True)]
    game, shown, _ = play("fly \x1b[2J")
    assert game.session.t == 1
    assert "Invalid action" in shown
    assert "\x1b" not in shown
    game, shown, said = play("0", "7", env="CartPole-v1")
    assert game.session.t == 1
    assert "[0] 0  [1] 1" in shown
    assert "'7' is not one of: 0, 1" in said
    game, _, said = play("2", env="CartPole-v1")
    assert game.session.t == 0
    assert "'2' is not one of: 0, 1" in said


def test_new_level_and_save(play):
    game, shown, _ = play("1", ":save", ":new", ":quit", "1")
    assert (game.session.seed, game.session.t) == (1, 0)
    run = Run(shown.split("saved: ")[1].splitlines()[0])
    assert (len(run), run.episode(0)["outcome"]["length"]) == (1, 1)
    assert run.summary and run.summary["agent"] == "human"


def test_arrows_mean_directions_only_where_they_are_known():
    text, numbered = Game(PlaySession(WORLD), None, None), Game(PlaySession("playout/Sokoban-v0"), None, None)
    assert text.steered
    assert {text.direction(name) for name in text.legal} == set(text.legal)
    assert numbered.label(1) == "↓ down"
    ways = [numbered.direction(name) for name in ("up", "down", "left", "right")]
    assert {way for way in ways if way is not None} == set(numbered.legal)
    foreign = Game(PlaySession("FrozenLake-v1"), None, None)  # its 0 is left
    assert not foreign.steered


def test_the_named_agent_takes_over():
    game = Game(PlaySession(GUESS), AgentSpec(name="constant", options={"action": "guess 3"}), None)
    assert [decision.action for decision in game.hand_over()] == ["guess 3"]
    assert load_agent(game.agent, options={"action": "x"})


def test_the_command_reads_a_pipe(capsys, monkeypatch, tmp_path):
    import io

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO(":auto 9\n:save\n"))
    assert main(["play", GUESS, "--agent", "random", "--seed", "4", "--env", "max_steps=3"]) == 0
    assert "seed 4" in capsys.readouterr().out
    stored = json.loads((tmp_path / "runs/play-001/episodes.jsonl").read_text())
    assert stored["outcome"]["length"] <= 3


def test_wrong_use(capsys):
    assert main(["play", "playout/Nowhere-v0"]) == 2
    assert main(["play", WORLD, "--as", "seller"]) == 2
    assert "seats agent" in capsys.readouterr().err


BARGAIN = "playout/Negotiation-v0"
SEATS = "playout/consultancy_seats-v0"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([SEATS, "--agent", "asistant=random"], "no seat 'asistant'; its seats are "),
        ([SEATS, "--as", "customer", "--agent", "asistant=random"], "no seat 'asistant'"),
        ([SEATS, "--agent", "assistant=random"], "say which one is, for example --as customer"),
        ([SEATS, "--as", "customer", "--agent", "customer=random", "--agent", "human"], "random and human"),
        ([WORLD, "--agent", "seller=random"], "no seat 'seller'; its seats are agent"),
        ([WORLD, "--model", "smollm2"], "--model smollm2: of which agent?"),
        ([WORLD, "--agent-option", "action=up"], "--agent-option action=up: of which agent?"),
    ],
)
def test_agents_that_would_not_play_are_refused(argv, said, capsys):
    assert main(["play", *argv, "--plain"]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        [WORLD, "--agent", "agent=random"],
        [BARGAIN, "--agent", "buyer=random"],
        [BARGAIN, "--as", "buyer", "--agent", "random"],
        [SEATS, "--agent", "random"],
        [SEATS, "--as", "customer", "--agent", "customer=random", "--agent", "assistant=constant",
         "--agent-option", "assistant.action=Hello"],
    ],
)  # fmt: skip
def test_the_agent_of_the_persons_seat_takes_over(argv, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(":auto 1\n"))
    assert main(["play", *argv, "--plain"]) == 0
    assert "\nrandom:" in capsys.readouterr().out


def test_a_role_is_a_seat_and_the_planner_suggests_without_acting(capsys, monkeypatch, tmp_path):
    lines = ":suggest\nCould you do better?\n:suggest\n:auto 8\n:save\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    options = ["--agent", "planned", "--agent-option", "task=negotiation", "planner=random"]
    out = tmp_path / "talk"
    assert main(["play", BARGAIN, "--as", "buyer", "--plain", *options, "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert shown.count("planned suggests: [affirm]   (affirm 0.09") == 2
    (episode,) = Run(out).episodes()
    assert episode["agents"]["agent"]["options"]["hints"] == 2
    assert episode["agents"]["agent"]["oracle"] is False
    assert episode["steps"][0]["action"] == "Could you do better?"


def test_seats_and_roles_are_named_where_there_is_no_such(capsys):
    assert main(["play", BARGAIN, "--as", "seller", "--plain"]) == 2
    assert "has the seats agent, buyer" in capsys.readouterr().err


def test_a_customer_rates_before_and_after_and_the_report_shows_both(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("sys.stdin", io.StringIO("Which one is red?\nbuy nothing\n4\n2\n:save\n"))
    out = tmp_path / "talk"
    assert (
        main(["play", "playout/consultancy_seats-v0", "--as", "customer", "--plain", "--out", str(out)]) == 0
    )
    shown = capsys.readouterr().out
    assert "Before you know what comes of it" in shown and "How do you rate the assistant now" in shown
    (episode,) = Run(out).episodes()
    assert episode["outcome"]["metrics"]["rating_before"] == 4
    assert episode["outcome"]["metrics"]["rating_after"] == 2
    assert episode["agents"]["assistant"]["name"] == "ExpertAgent"
    assert main(["report", str(out)]) == 0
    page = (out / "report.html").read_text()
    assert "rating_before" in page and "rating_after" in page
