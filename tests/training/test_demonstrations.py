import pytest

pytest.importorskip("transformers")

from lamps import WORLD

from playout.agents import LanguageAgent, LanguageConfig
from playout.core import Completion, WrongUse
from playout.rollouts import AgentSpec, RolloutConfig, lookup, play, rollout
from playout.training.demonstrations import Source, demonstrations, step_rows
from playout.training.policy import agent_config, new_policy


def found(student=None, **options):
    return list(demonstrations(Source(env=WORLD, env_kwargs={}, **options), student or LanguageConfig()))


@pytest.mark.parametrize("context", ["steps", "chat"])
@pytest.mark.parametrize("prompt", ["full", "bare"])
def test_prompts_are_those_of_evaluation(context, prompt):
    """A model that knows the answers to these very chats, and to no others, plays as the expert did."""
    student = LanguageConfig(context=context, prompt=prompt, history=2)
    source = Source(env="playout/SokobanText-6x6-1box-v0", env_kwargs={}, episodes=4)
    answers = {step.chat: step.answer for step in demonstrations(source, student)}

    class Copy:
        def generate(self, chats, sampling):
            return [Completion(text=answers[chat]) for chat in chats]

    episodes = list(
        play(lambda: lookup.make(source.env), {"agent": LanguageAgent(Copy(), student)}, range(4))
    )
    assert [episode.error for episode in episodes] == [None] * 4
    assert all(episode.outcome.is_success for episode in episodes)


def test_the_expert_is_copied_where_the_noise_led():
    steps = found(episodes=30, noise=0.5)
    assert all(step.is_target and step.answer.startswith("<action>touch") for step in steps)
    assert any(step.t > 0 for step in steps)


def test_in_a_conversation_noise_is_said_but_not_learnt():
    steps = found(LanguageConfig(context="chat", history=5), episodes=30, noise=0.5)
    assert {step.is_target for step in steps} == {True, False}
    for step in steps:
        lamp = step.chat[-1].content.split("The ")[1].split()[0]
        assert step.is_target == (step.answer == f"<action>touch {lamp}</action>")


def test_the_successes_of_a_run_are_learnt_and_must_fit_the_world(tmp_path):
    agents = {"agent": AgentSpec(name="random")}
    run = rollout(RolloutConfig(env=WORLD, agents=agents, episodes=30, seed=7), out=tmp_path / "run")
    steps = found(data=str(run.folder))
    won = [episode for episode in run.episodes() if episode["outcome"]["is_success"]]
    assert {step.episode for step in steps} == {episode["episode"] for episode in won}
    assert len(steps) == sum(len(episode["steps"]) for episode in won)
    other = Source(env="playout/SokobanText-v0", env_kwargs={}, data=str(run.folder))
    with pytest.raises(WrongUse, match="expected playout/SokobanText-v0"):
        list(demonstrations(other, LanguageConfig()))


def test_rows_mark_what_the_model_is_to_choose():
    agent = agent_config("new:tiny", {})
    steps = found(agent, episodes=3)
    policy = new_policy("new:tiny", (text for s in steps for text in (s.chat[0].content, s.answer)), agent)
    model = policy.chat_model()
    for step, row in zip(steps, step_rows(steps, model, agent.prefill), strict=True):
        assert policy.tokenizer.decode(row.answer) == step.answer
        assert row.chosen == (0,) + (1,) * (len(row.answer) - 1)
        assert row.prompt == tuple(model.tokens.prompt(step.chat, model.end_ids))


def test_answers_without_the_prefill_and_steps_beyond_the_context_are_refused():
    agent = agent_config("new:tiny", {})
    steps = found(agent, episodes=1)
    policy = new_policy("new:tiny", ["x"], agent)
    with pytest.raises(WrongUse, match="expected answers to begin with '<think>'"):
        step_rows(steps, policy.chat_model(), "<think>")
    model = policy.chat_model()
    model.context = 4
    with pytest.raises(WrongUse, match="show it less history"):
        step_rows(steps, model, agent.prefill)
