"""Playout's language worlds inside other people's trainers; each adapter is a module of its own.

Where we play and the trainer learns (``trl.EpisodeRollouts``, ``verl.PlayoutAgentLoop``), a whole episode
of the language agent becomes one ``trajectories.Trajectory``: token ids, mask, log-probabilities and
reward. Where the trainer asks its model itself (``trl.ToolWorld``, ``skyrl.PlayoutTextEnv``,
``openenv.PlayoutEnvironment``), it holds a ``seats.TextSeat``: texts in, texts and rewards out.

Leaves out our own trainers, which read episodes directly (``playout.training``).
"""
