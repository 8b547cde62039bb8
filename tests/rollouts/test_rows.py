from playout.core import Completion, Decision
from playout.rollouts.episodes import Episode, EpisodeStep, Outcome
from playout.rollouts.rows import NOT_CHOSEN, StepRow, joined, written


def row(prompt, answer, *, episode=0, t=0, chosen=None, logprobs=None) -> StepRow:
    return StepRow(episode, t, tuple(prompt), tuple(answer), tuple(chosen or [1] * len(answer)), logprobs)


def test_a_prompt_that_continues_the_step_before_shares_its_sequence():
    rows = [
        row([1, 2], [3, 4], chosen=[0, 1], logprobs=(-1.0, -2.0)),
        row([9], [9], episode=1),
        row([1, 2, 3, 4, 5], [6], t=1, logprobs=(-3.0,)),
        row([5], [7], t=2),
    ]
    first, other, alone = joined(rows)
    assert first.ids.tolist() == [1, 2, 3, 4, 5, 6]
    assert first.step.tolist() == [-1, -1, -1, 0, -1, 2]
    assert first.logprobs.tolist() == [0, 0, -1, -2, 0, -3]
    assert first.first == 3
    assert (other.ids.tolist(), alone.step.tolist()) == ([9, 9], [NOT_CHOSEN, 3])


def test_nothing_chosen_begins_nowhere():
    assert joined([row([1], [2], chosen=[0])])[0].first == 2


def test_only_what_a_model_wrote_is_a_row():
    good = Completion(text="up", token_ids=(4, 5), logprobs=(-1.0, -2.0), prompt_token_ids=(1, 2))
    failed = Completion(text="", finish="error", error="no room")
    decisions = [
        Decision(action="up", completions=(failed, good)),
        Decision(action="down"),
        Decision(action="", completions=(failed,)),
    ]
    steps = tuple(EpisodeStep.of("agent", "room", decision) for decision in decisions)
    outcome = Outcome(is_success=None, total=0.0, length=3)
    episode = Episode(env="e", kwargs={}, seed=0, episode=7, agents={}, steps=steps, outcome=outcome)
    assert list(written(episode)) == [(steps[0], StepRow(7, 0, (1, 2), (4, 5), (1, 1), (-1.0, -2.0)))]
