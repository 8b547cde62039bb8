"""The report's file, taken apart as a browser would, and driven in one where there is one."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import zlib
from html.parser import HTMLParser
from typing import ClassVar

import pettingzoo
import pytest
from gymnasium.spaces import Discrete
from pettingzoo import ParallelEnv
from pettingzoo.utils.conversions import parallel_to_aec

from playout.agents.random import RandomAgent
from playout.core.errors import WrongUse
from playout.evaluation import summarise, write_report
from playout.evaluation.report.page import embedded
from playout.evaluation.report.replay import Replayer
from playout.rollouts.driver import play
from playout.rollouts.episodes import Episode, EpisodeStep, Outcome, Written
from playout.rollouts.lookup import make
from playout.rollouts.store import Run, open_run

HOSTILE = (
    "</script><script>document.title='owned'</script>"
    "<img src=x onerror=\"document.title='owned'\">\u2028\ud800<!--"
)
ENV = "playout/SokobanText-v0"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def played(number, actions, *, env=ENV, kwargs=None, error=None, said="a plan", metrics=None):
    """The record of an episode in which these actions were taken."""
    world, steps = make(env, kwargs or {}), []
    world.begin(50 + number)
    for action in actions:
        if world.done:
            break
        view = world.pending()["agent"]
        result = world.apply({"agent": action})["agent"]
        steps.append(
            EpisodeStep(
                seat="agent",
                observation=view.observation if isinstance(view.observation, str) else None,
                action=action,
                thought=said,
                plan=(action, "left"),
                completions=(Written(text=said, token_ids=(5, 6, 7), logprobs=(-0.5, -0.25, -0.25)),),
                futures=[{"plan": ["up"], "text": said}],
                search={"visits": {"up": 3, said: 9}, "simulations": 12},
                reward=result.reward,
                terminated=result.terminated,
                truncated=result.truncated,
                info=result.info,
            )
        )
    world.close()
    total = sum(step.reward for step in steps)
    return Episode(
        env=env,
        kwargs=kwargs or {},
        seed=50 + number,
        episode=number,
        agents={"agent": {"name": said, "model": "m", "options": {}, "oracle": True}},
        steps=tuple(steps),
        outcome=Outcome(
            is_success=number % 2 == 0, total=total, length=len(steps), metrics=metrics or {"m": 1.0}
        ),
        error=error,
    )


def a_run(folder, episodes, **config):
    with open_run(folder, {"env": ENV, **config}) as run:
        for episode in episodes:
            run.append(episode)
    return folder


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    episodes = [
        played(0, ["up", HOSTILE, "down"], said=HOSTILE, metrics={HOSTILE: 1.0}),
        played(1, ["left", "left", "up", "jump"], said="unusual needle"),
        played(2, [], error=HOSTILE),
    ]
    return a_run(tmp_path_factory.mktemp("runs") / "hostile", episodes, note=HOSTILE.replace("\ud800", ""))


class _Page(HTMLParser):
    """Elements of a page; the text of its scripts and style."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.blocks, self.open = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.open = (tag, dict(attrs), [])

    def handle_data(self, data):
        if self.open:
            self.open[2].append(data)

    def handle_endtag(self, tag):
        if self.open and tag == self.open[0]:
            self.blocks.append((tag, self.open[1], "".join(self.open[2])))
            self.open = None

    def data(self):
        return json.loads(next(text for _, attrs, text in self.blocks if attrs.get("id") == "data"))

    def episode(self, name):
        packed = next(text for _, attrs, text in self.blocks if attrs.get("id") == name)
        return json.loads(zlib.decompress(base64.b64decode(packed)))


@pytest.fixture(scope="module")
def page(hostile):
    return _Page(write_report(hostile).read_text("utf-8"))


def test_hostile_text_adds_no_element_and_arrives_unchanged(page):
    tags = [tag for tag, _ in page.tags]
    assert "img" not in tags and tags.count("script") == 3 + 2
    assert page.episode("e0-0")["steps"][1]["action"] == HOSTILE
    assert page.episode("e0-2")["error"] == HOSTILE
    assert HOSTILE in page.data()["runs"][0]["summary"]["metrics"]


def test_only_our_script_and_style_may_run_and_nothing_is_fetched(page):
    policy = next(attrs["content"] for _, attrs in page.tags if "http-equiv" in attrs)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    for tag, attrs, text in page.blocks:
        if "type" not in attrs:
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not any({"src", "href"} & attrs.keys() for _, attrs in page.tags)


def test_the_summary_is_the_runs_and_the_list_has_every_episode(page, hostile):
    run = page.data()["runs"][0]
    assert run["summary"] == summarise(Run(hostile))
    assert [entry["number"] for entry in run["episodes"]] == [0, 1, 2]
    assert [entry["invalid"] for entry in run["episodes"]] == [1, 1, 0]
    assert run["episodes"][2]["error"] == HOSTILE
    assert page.data()["comparison"] is None


def test_frames_come_back_by_replay_one_more_than_steps(page):
    for name, steps in (("e0-0", 3), ("e0-1", 4), ("e0-2", 0)):
        episode = page.episode(name)
        assert len(episode["steps"]) == steps and len(episode["frames"]) == steps + 1
        assert all(frame["kind"] == "grid" for frame in episode["frames"])
        assert episode["note"] is None


def test_token_ids_stay_out_but_texts_and_counts_are_kept(page):
    (completion,) = page.episode("e0-1")["steps"][0]["completions"]
    assert completion == {"text": "unusual needle", "finish": "stop", "tokens": 3, "logprob": -1.0}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"env": "nowhere/Missing-v0"}, "cannot be made"),
        ({"kwargs": {"no_such_option": 1}}, "cannot be made"),
        ({"reward": 5.0}, "another episode (step 1 gave"),
        ({"seat": "stranger"}, "not the turn of stranger"),
    ],
)
def test_an_episode_that_cannot_be_replayed_says_why_and_shows_text(change, said):
    episode = json.loads(played(1, ["up", "down"]).to_json())
    for name in change.keys() & {"env", "kwargs"}:
        episode[name] = change[name]
    episode["steps"][0].update({name: change[name] for name in change.keys() & {"reward", "seat"}})
    with Replayer(most=5) as replayer:
        frames, note = replayer.frames(episode)
    assert frames is None and note is not None and note.startswith("Shown as text") and said in note


def test_as_many_episodes_are_replayed_as_asked(hostile, tmp_path):
    seen = []
    text = write_report(
        hostile, tmp_path / "r.html", replay=1, progress=lambda *at: seen.append(at)
    ).read_text("utf-8")
    page = _Page(text)
    assert page.episode("e0-0")["frames"] and page.episode("e0-1")["frames"] is None
    assert "only the first" in page.episode("e0-1")["note"]
    assert seen == [(1, 3), (2, 3), (3, 3)]
    with pytest.raises(WrongUse, match="-1"):
        write_report(hostile, replay=-1)


def test_foreign_worlds_with_array_observations_are_shown_by_what_they_see(tmp_path):
    folder = a_run(tmp_path / "cartpole", [played(0, [0, 1, 0], env="CartPole-v1")])
    episode = _Page(write_report(folder).read_text("utf-8")).episode("e0-0")
    assert [frame["kind"] for frame in episode["frames"]] == ["chat"] * 4
    assert episode["steps"][0]["observation"] is None


class Duel(ParallelEnv):
    """Two seats, three rounds; a seat gets what it played, the loser is not told why."""

    metadata: ClassVar[dict] = {"name": "duel"}
    render_mode = None

    def __init__(self):
        self.possible_agents = ["left_0", "right_0"]

    def action_space(self, agent):
        return Discrete(5)

    def observation_space(self, agent):
        return Discrete(1)

    def reset(self, seed=None, options=None):
        self.agents, self.round = list(self.possible_agents), 0
        return dict.fromkeys(self.agents, 0), {seat: {} for seat in self.agents}

    def step(self, actions):
        self.round += 1
        seats, over = self.agents, self.round == 3
        rewards = {seat: float(action) for seat, action in actions.items()}
        infos = {seat: {"is_success": True, "metrics": {}} if over else {} for seat in seats}
        self.agents = [] if over else seats
        return (
            dict.fromkeys(seats, 0),
            rewards,
            dict.fromkeys(seats, over),
            dict.fromkeys(seats, False),
            infos,
        )


pettingzoo.register("parallel", "test/duel-v0", Duel)
pettingzoo.register("aec", "test/duel_turns-v0", lambda: parallel_to_aec(Duel()))


@pytest.mark.parametrize("env", ["test/duel-v0", "test/duel_turns-v0"])
def test_worlds_of_several_seats_are_replayed(env):
    (episode,) = play(lambda: make(env), {"agent": RandomAgent()}, [0])
    stored = json.loads(episode.to_json())
    with Replayer() as replayer:
        frames, note = replayer.frames(stored)
        assert note is None and frames is not None and len(frames) == len(stored["steps"]) + 1 == 7
        stored["steps"][-1]["reward"] += 1.0
        assert "another episode" in (replayer.frames(stored)[1] or "")


def test_two_runs_are_compared_on_equal_seeds(hostile, tmp_path):
    other = a_run(tmp_path / "other", [played(0, ["up"]), played(7, ["up"])])
    page = _Page(write_report(hostile, tmp_path / "pair.html", other).read_text("utf-8"))
    data = page.data()
    assert len(data["runs"]) == 2 and data["comparison"]["pairs"] == 1
    assert data["comparison"]["metrics"]["length"]["mean"] == 2.0
    assert page.episode("e1-7")["seed"] == 57
    apart = a_run(tmp_path / "apart", [played(9, ["up"])])
    assert (
        _Page(write_report(hostile, tmp_path / "y.html", apart).read_text("utf-8")).data()["comparison"]
        is None
    )


def test_a_run_without_episodes_and_a_folder_that_is_no_run(tmp_path):
    page = _Page(write_report(a_run(tmp_path / "empty", [])).read_text("utf-8"))
    assert page.data()["runs"][0]["summary"]["episodes"] == 0
    with pytest.raises(WrongUse, match="not a run"):
        write_report(tmp_path / "nothing")


def test_embedded_data_cannot_end_its_element():
    text = embedded({HOSTILE: [HOSTILE, float("nan")]})
    assert "<" not in text and text.isascii()
    assert json.loads(text) == {HOSTILE: [HOSTILE, None]}


def test_a_failed_report_leaves_the_last_one(hostile, tmp_path, monkeypatch):
    target = write_report(hostile, tmp_path / "r.html")
    before = target.read_bytes()
    monkeypatch.setattr("playout.evaluation.report.report.summarise", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_report(hostile, target)
    assert target.read_bytes() == before


DRIVE = """
(async () => {
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const press = (key) => new KeyboardEvent("keydown", { key, bubbles: true });
  const key = (name) => document.body.dispatchEvent(press(name));
  const said = { errors: [] };
  window.addEventListener("error", (event) => said.errors.push(event.message));
  window.addEventListener("unhandledrejection", (event) => said.errors.push(String(event.reason)));
  await wait(300);
  said.title = document.title;
  said.first = document.querySelector("#viewer h2").textContent;
  said.canvases = document.querySelectorAll("#viewer canvas").length;
  key("ArrowRight");
  said.where = document.getElementById("where").textContent;
  said.problem = (document.querySelector("#viewer .problem") || {}).textContent;
  key("End");
  said.end = document.querySelector("#viewer .details").textContent;
  key("j");
  await wait(200);
  said.next = document.querySelector("#viewer h2").textContent;
  document.getElementById("show").value = "with errors";
  document.getElementById("show").dispatchEvent(new Event("change"));
  await wait(100);
  said.withErrors = [...document.querySelectorAll("#rows button")].map((b) => b.dataset.number);
  document.getElementById("show").value = "all episodes";
  document.getElementById("search").value = "NEEDLE";
  document.getElementById("search").dispatchEvent(new Event("input"));
  await wait(900);
  said.found = [...document.querySelectorAll("#rows button")].map((b) => b.dataset.number);
  said.images = document.images.length;
  const told = document.createElement("pre");
  told.id = "said";
  told.textContent = JSON.stringify(said);
  document.body.replaceChildren(told);
})();
"""


def browse(file, tmp_path, fragment=""):
    """The page's elements after its scripts ran."""
    flags = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    )
    command = [str(CHROMIUM), *flags.split(), "--disable-component-update", "--disable-sync"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=6000", "--dump-dom"]
    done = subprocess.run([*command, f"file://{file}{fragment}"], capture_output=True, timeout=60, check=True)
    return done.stdout.decode("utf-8", "replace")


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_a_browser_shows_it_under_its_policy_and_runs_nothing_else(hostile, tmp_path):
    dom = browse(write_report(hostile, tmp_path / "r.html"), tmp_path, "#episode=0&step=1")
    page = _Page(re.sub(r"<script.*?</script>", "", dom, flags=re.S))
    assert "<title>owned" not in dom and "img" not in [tag for tag, _ in page.tags]
    assert "Episode 0" in dom and "Invalid turn" in dom and "&lt;/script&gt;" in dom


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_a_browser_steps_filters_and_searches(hostile, tmp_path):
    file = write_report(hostile, tmp_path / "r.html")
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", file.read_text("utf-8"))
    file.write_text(text.replace("</body>", f"<script>{DRIVE}</script></body>"), "utf-8")
    dom = browse(file, tmp_path)
    said = json.loads(_unescaped(re.search(r'<pre id="said">(.*?)</pre>', dom, re.S)[1]))  # type: ignore[index]
    assert said["errors"] == [] and said["images"] == 0 and said["title"].startswith("</script>")
    assert said["first"] == "Episode 1" and said["canvases"] == 1 and said["where"] == "step 1 of 4"
    assert "How it ended" in said["end"] and said["next"] == "Episode 2"
    assert said["withErrors"] == ["2"] and said["found"] == ["1"]


def _unescaped(text):
    from html import unescape

    return unescape(text)
