"""``resim`` end to end on a world of three steps: it simulates, plays, and goes on after a kill."""

import string
from dataclasses import replace
from functools import partial

import pytest

pytest.importorskip("transformers")

import torch
from lamps import WORLD

from playout.agents import LanguageAgent, prompts
from playout.agents.dyna import response
from playout.core import Completion, WrongUse
from playout.evaluation.simulation import simulation
from playout.rollouts import AgentSpec, RolloutConfig, lookup, play, rollout
from playout.training import resim as module
from playout.training import sft
from playout.training.decoder import new_decoder, preset, word_tokenizer
from playout.training.policy import agent_config, load_policy
from playout.training.resim import WARM_UP, resim, student
from playout.training.resim_data import taught_states
from playout.training.resim_settings import ResimConfig, ResimData
from playout.training.resim_telling import TOLD
from playout.training.settings import SFTSettings

SETTINGS = SFTSettings(epochs=30, batch_tokens=512, learning_rate=0.01, save_every=40)


def config(rows="resim", **options):
    data = ResimData(states=60, rows=rows, noise=(0.3,))
    return ResimConfig(env=WORLD, model="new:tiny", data=data, settings=SETTINGS, **options)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return resim(config(), out=tmp_path_factory.mktemp("resim") / "run")


def played(run, out):
    agents = {"agent": AgentSpec(name=str(run.folder))}
    return rollout(RolloutConfig(env=WORLD, agents=agents, episodes=12, seed=500), out=out)


def test_it_simulates_plays_and_is_scored(run, tmp_path):
    found = played(run, tmp_path / "played")
    metrics = simulation(found).metrics()
    assert metrics["parsed"] > 0.9
    assert 0.5 < metrics["sim_exact"] <= 1 and metrics["sim_exact"] <= metrics["sim_f1"] <= 1
    assert all(episode["steps"][0]["plan"] for episode in found.episodes())


def test_prose_can_be_learnt_too(tmp_path):
    data = ResimData(states=30, noise=(0.3,), teller="scripted:fixed=I look ahead.")
    told = ResimConfig(env=WORLD, model="new:tiny", data=data, settings=SFTSettings(epochs=1.0), warm_up=0.0)
    run = resim(told, out=tmp_path / "run")
    assert len((run.folder / TOLD).read_text().splitlines()) == 30
    assert "ahead" in (run.folder / "policy/tokenizer.json").read_text()


def test_a_decoder_without_the_words_is_refused(run, tmp_path):
    narrow = replace(config("actions"), settings=SFTSettings(epochs=0.1), warm_up=0.0)
    resim(narrow, out=tmp_path / "narrow")
    wide = replace(narrow, model=str(tmp_path / "narrow"), data=replace(narrow.data, rows="resim"))
    with pytest.raises(WrongUse, match="no words for such rows"):
        resim(wide, out=tmp_path / "wide")


def test_every_tag_is_a_word_of_every_decoder(run):
    tokenizer = load_policy(str(run.folder), agent_config(str(run.folder), {})).tokenizer
    tags = response.TAGS.split()
    assert tokenizer.convert_tokens_to_ids(tags) == [tokenizer.encode(tag)[0] for tag in tags]
    assert tokenizer.unk_token_id not in tokenizer.convert_tokens_to_ids(tags)


def test_the_warm_up_is_a_policy_that_acts(run, tmp_path):
    warm = type(run)(run.folder / WARM_UP)
    found = played(warm, tmp_path / "played")
    texts = [step["completions"][0]["text"] for episode in found.episodes() for step in episode["steps"]]
    assert all(text.startswith("<action>") for text in texts)
    assert simulation(found).metrics()["parsed"] == 0


def test_a_killed_run_goes_on(run, tmp_path, monkeypatch):
    class Killed(Exception):
        pass

    def stop(done, total):
        if total > 100 and done == 50:
            raise Killed

    with pytest.raises(Killed):
        resim(config(), out=tmp_path / "run", progress=stop)
    again = resim(config(), out=tmp_path / "run", resume=True)
    drop = ("cpu_seconds",)
    rows, wanted = (
        [{k: v for k, v in row.items() if k not in drop} for row in one.metrics()] for one in (again, run)
    )
    assert rows == wanted


def test_a_model_is_asked_in_training_as_it_will_be(tmp_path):
    """One that reads the full prompt is told of the thought that it is to write."""
    asked = ResimConfig(env=WORLD, model="hf:any")
    agent = student(asked)
    assert (agent.prompt, agent.mode) == ("full", "think")
    state = next(iter(taught_states(WORLD, {}, ResimData(states=1), agent, seed=0)))
    listening = Listening()
    list(play(partial(lookup.make, WORLD), {"agent": LanguageAgent(listening, agent)}, [0], seed=0))
    assert state.chat[0] == listening.chats[0][0]


class Listening:
    """Keeps what it is asked."""

    def __init__(self):
        self.chats = []

    def generate(self, chats, sampling):
        self.chats += chats
        return [Completion(text="<action>wait</action>") for _ in chats]


def test_with_an_adapter_only_it_is_trained(tmp_path, monkeypatch):
    words = [*prompts.FORMATS.values(), prompts.DATA, response.TAGS, " ".join(string.ascii_letters)]
    tokenizer = word_tokenizer(words)
    for part in (new_decoder(preset("tiny"), tokenizer), tokenizer):
        part.save_pretrained(tmp_path / "model")
    trained, init = [], sft.SupervisedTraining.__init__

    def watched(self, config, policy, sequences, run):
        init(self, config, policy, sequences, run)
        trained.append(sum(weight.numel() for weight in self._weights) / policy.model.num_parameters())

    monkeypatch.setattr(sft.SupervisedTraining, "__init__", watched)
    monkeypatch.setattr(module, "_check_words", lambda *unused: None)
    settings = SFTSettings(epochs=1, batch_tokens=4096, adapter=4)
    data = ResimData(states=10, noise=(0.3,))
    asked = ResimConfig(
        env=WORLD, model=f"hf:{tmp_path / 'model'}", data=data, settings=settings, agent={"history": 0}
    )
    resim(asked, out=tmp_path / "run")
    assert len(trained) == 2 and max(trained) < 0.1


@pytest.mark.parametrize("rows", ["reasoning", "actions"])
def test_baselines(rows, tmp_path):
    data = ResimData(states=20, rows=rows)
    settings = SFTSettings(epochs=1, batch_tokens=512)
    found = resim(
        ResimConfig(env=WORLD, model="new:tiny", data=data, settings=settings), out=tmp_path / "run"
    )
    assert (found.folder / WARM_UP).exists() == (rows == "reasoning")
    assert len(list(played(found, tmp_path / "played").episodes())) == 12


def test_a_model_that_exists_is_trained_too(run, tmp_path):
    data, settings = ResimData(states=20, refine=0.5), SFTSettings(epochs=1, batch_tokens=512)
    again = ResimConfig(env=WORLD, model=str(run.folder), warm_up=0, data=data, settings=settings)
    found = resim(again, out=tmp_path / "run")
    assert (found.folder / sft.STATE).exists() and not (found.folder / WARM_UP).exists()


def test_weights_that_are_trained_are_float32_wherever_they_are(run, tmp_path):
    """Kept in bfloat16, AdamW's small steps would be lost; beside an adapter they stay as they are."""
    kept = load_policy(str(run.folder), agent_config(str(run.folder), {}))
    for part in (kept.model.to(torch.bfloat16), kept.tokenizer):
        part.save_pretrained(tmp_path)
    agent = agent_config("hf:any", {})
    found = [load_policy(f"hf:{tmp_path}", agent, device="meta", adapter=rank).model.dtype for rank in (0, 2)]
    assert found == [torch.float32, torch.bfloat16]
