"""The full-screen game: a ``Game`` drawn with textual, and keys that act on it.

Everything that happens in the world is in ``rollouts.session``; here are only widgets and keys.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import Any, ClassVar

from rich.text import Text
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from playout.cli.game import DIRECTIONS, Game
from playout.cli.picture import PICTURED, picture
from playout.core import Frame, PlayoutError
from playout.envs.drawing.terminal import safe

PACE = 0.35  # seconds between the steps of an agent
_NEXT = "n next level, u undo, s save"


class Board(Static):
    """The frame, as large as the room around it allows."""

    def __init__(self) -> None:
        super().__init__(id="board")
        self._frame: Frame | None = None

    def show(self, frame: Frame) -> None:
        """Draw ``frame``."""
        self._frame = frame
        self.on_resize()

    def on_resize(self) -> None:
        """Draw again: another size of picture may fit."""
        columns, rows = self.size
        if columns and self._frame is not None:
            drawn = picture(self._frame, columns, rows)
            self.set_class(self._frame.kind in PICTURED, "pictured")
            self.update(Text("\n").join(drawn.split("\n")[-rows:]))  # of a long talk, the latest


class PlayApp(App[None]):
    """One game on the whole screen."""

    CSS = """
    #title { height: 1; padding: 0 1; background: $primary; color: $text; text-style: bold; }
    #board { width: 1fr; height: 1fr; padding: 0 1; }
    #board.pictured { content-align: center middle; padding: 0; }
    #side { width: 34; border-left: solid $primary; padding: 0 1; }
    #status { height: auto; text-style: bold; }
    #note { height: auto; min-height: 2; margin-bottom: 1; color: $warning; }
    #note.solved { color: $success; text-style: bold; }
    #actions { height: auto; max-height: 50%; border: none; padding: 0; background: $background; }
    #about { height: 1fr; margin-top: 1; color: $text-muted; }
    #typed { display: none; border: tall $primary; height: 3; }
    """
    TITLE = "Playout"
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(name, f"go('{name}')", show=False) for name in DIRECTIONS),
        Binding("u", "undo", "undo"),
        Binding("h", "hint", "hint"),
        Binding("p", "suggest", "ask the agent"),
        Binding("a", "hand_over", "hand over"),
        Binding("t,escape", "take_back", "take back", key_display="t"),
        Binding("n", "new", "new level"),
        Binding("s", "save", "save"),
        Binding("i", "type", "type"),
        Binding("q", "quit", "quit"),
    ]

    def __init__(self, game: Game, *, pace: float = PACE) -> None:
        """Show ``game``; a handed over agent makes a step every ``pace`` seconds."""
        super().__init__()
        self.game, self._pace = game, pace
        self.handed = False
        """Whether the agent is playing."""
        self._acting = Lock()

    def compose(self) -> ComposeResult:
        """Title, board, what can be done, keys."""
        yield Static(id="title", markup=False)
        with Horizontal():
            yield Board()
            with Vertical(id="side"):
                yield Static(id="status", markup=False)
                yield Static(id="note", markup=False)
                yield OptionList(id="actions", markup=False)
                with VerticalScroll(id="about", can_focus=False):
                    yield Static(safe(self.game.session.instructions), markup=False)
        yield Input(id="typed", placeholder="say or do … (Enter sends, Esc leaves)")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show the first state."""
        self.refresh_game()
        self.focus_keys()

    def focus_keys(self) -> None:
        """The keyboard goes where this world is played from."""
        if self.game.steered:
            self.set_focus(None)
        elif self.game.legal:
            self.query_one(OptionList).focus()
        else:
            self.action_type()

    def refresh_game(self, note: str | None = None) -> None:
        """Draw the present state, with ``note`` or else what the world has to say."""
        game, session = self.game, self.game.session
        who = f"{game.agent} plays, t takes back" if self.handed else f"you play{self._seat()}"
        self._text("title", f"{session.world.id}   seed {session.seed}   {who}")
        self._text("status", game.status())
        self._text("note", note or "\n".join([game.verdict(), *([_NEXT] if session.over else [])]))
        self.query_one("#note").set_class(game.solved, "solved")
        self.query_one(Board).show(game.frame)
        self._list_actions()
        self.refresh_bindings()

    def _list_actions(self) -> None:
        actions, legal = self.query_one(OptionList), self.game.legal
        at = actions.highlighted or 0
        actions.clear_options().add_options([Option(Text(safe(self.game.label(action)))) for action in legal])
        if legal and not self.game.steered:
            actions.highlighted = min(at, len(legal) - 1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While an agent plays, the person can only take back or quit."""
        if action == "take_back":
            return True if self.handed or self.focused is not None else None
        if action == "type":
            return self.game.language
        return True if action == "quit" or not self.handed else None

    def action_go(self, name: str) -> None:
        """Act in a direction; one that is blocked costs nothing."""
        action = self.game.direction(name)
        if action is None:
            self.refresh_game(f"{name} is not possible here")
        else:
            self._try(lambda: self.game.session.act(action))

    def action_undo(self) -> None:
        """Take the last action back."""
        self._try(self.game.session.undo)

    def action_hint(self) -> None:
        """Ask the world's expert."""
        self._try(self.game.hint)

    def action_suggest(self) -> None:
        """Ask the agent what it would do."""
        self._try(self.game.suggestion)

    def action_new(self) -> None:
        """Begin the next level."""
        self._try(self.game.new)

    def action_save(self) -> None:
        """Keep the episode."""
        self._try(lambda: f"saved: playout report {self.game.save()}")

    def action_type(self) -> None:
        """Open the line in which anything can be said."""
        line = self.query_one(Input)
        line.display = True
        line.focus()

    def action_hand_over(self) -> None:
        """Let the agent play on."""
        self.handed = True
        self.refresh_game()
        self._play_on()

    def action_take_back(self) -> None:
        """Play on oneself; or leave the list or the line."""
        self.handed = False
        self.query_one(Input).display = False
        self.set_focus(None)
        self.refresh_game()

    def on_option_list_option_selected(self, chosen: OptionList.OptionSelected) -> None:
        """Do the chosen action."""
        if not self.handed:
            action = self.game.legal[chosen.option_index]
            self._try(lambda: self.game.session.act(action))

    def on_input_submitted(self, line: Input.Submitted) -> None:
        """Say what was typed."""
        if not self.handed:
            line.input.clear()
            self._try(lambda: self.game.typed(line.value))

    @work(thread=True, exclusive=True)
    def _play_on(self) -> None:
        """Step by step in a thread, since a model may think for long."""
        note, worker = None, get_current_worker()
        while self.handed and not self.game.session.over:
            try:
                decision = self.game.ask()
                with self._acting:
                    if worker.is_cancelled or not self.handed:
                        return  # taken back meanwhile: what was decided is for another state
                    self.game.session.follow(decision)
            except PlayoutError as error:
                note = str(error)
                break
            if self.handed and not self.game.session.over:
                thought = f"\n{decision.thought}" if decision.thought else ""
                self.call_from_thread(
                    self.refresh_game, safe(f"{self.game.agent}: {decision.action}{thought}")
                )
                time.sleep(self._pace)
        if not worker.is_cancelled:
            self.handed = False
            self.call_from_thread(self.refresh_game, note)

    def _try(self, act: Callable[[], Any]) -> None:
        """Act and draw; what cannot be done is said in the note."""
        try:
            with self._acting:
                said = act()
        except PlayoutError as error:
            said = str(error)
        self.refresh_game(said if isinstance(said, str) else None)

    def _seat(self) -> str:
        session = self.game.session
        return f" {session.seat}" if len(session.world.seats) > 1 and session.seat else ""

    def _text(self, widget: str, text: str) -> None:
        self.query_one(f"#{widget}", Static).update(safe(text))
