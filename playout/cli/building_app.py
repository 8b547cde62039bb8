"""The building game on the whole screen: a cursor in layers, a palette, and what is to be built beside it.

What a seat may not see is not here: all is drawn from its own observation.
"""

from typing import ClassVar

import numpy as np
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, Input, Static

from playout.cli.game import DIRECTIONS, Game
from playout.cli.play_app import PACE, Board, PlayApp
from playout.envs.building.views import COLOURS, SEAT_COLOURS
from playout.simulators.building.actions import BREAK, MOVE, NOOP, PLACE, Action
from playout.simulators.building.blocks import AIR, BLOCKS, FIRST_PLACEABLE, NAMES, PLANKS, STEPS

_GLYPHS = ".#dcglpsbw"
_MOVES = {"d": 0, "a": 1, "r": 2, "f": 3, "s": 4, "w": 5}  # key -> direction, as in the rules
_ARROWS = {"up": (0, 0, -1), "down": (0, 0, 1), "left": (-1, 0, 0), "right": (1, 0, 0)}
_CURSOR, _EMPTY = "bold #ffffff on #2d6cdf", "#c8c8c8 on #3a3a3a"
_HELP = """arrows     cursor
PgUp PgDn  layer
2 to 9     choose a block
space  x   place, break
w a s d    move
r f        move up, down
.          wait
v          picture, layers
g          the other's guess"""


class BuildingApp(PlayApp, inherit_bindings=False):
    """One building game; see ``_HELP`` for the keys."""

    CSS = f"""{PlayApp.CSS}
    #layers {{ width: 1fr; height: 1fr; padding: 1 2; }}
    #layers.hidden, #board.hidden {{ display: none; }}
    #keys {{ height: auto; color: $text-muted; margin-top: 1; }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(name, f"go('{name}')", show=False) for name in DIRECTIONS),
        *(Binding(key, f"walk({direction})", show=False) for key, direction in _MOVES.items()),
        *(Binding(str(block), f"take({block})", show=False) for block in range(FIRST_PLACEABLE, 10)),
        Binding("pageup,right_square_bracket", "layer(1)", show=False),
        Binding("pagedown,left_square_bracket", "layer(-1)", show=False),
        Binding("space,enter", "place", "place"),
        Binding("x", "break", "break"),
        Binding("full_stop", "wait", "wait"),
        Binding("v", "view", "picture"),
        Binding("g", "guess", "guess"),
        Binding("u", "undo", "undo"),
        Binding("h", "hand_over", "hand over"),
        Binding("t,escape", "take_back", "take back", key_display="t"),
        Binding("n", "new", "new house"),
        Binding("o", "save", "save"),
        Binding("q", "quit", "quit"),
    ]

    def __init__(self, game: Game, *, pace: float = PACE) -> None:
        """Show ``game``; a handed over agent makes a step every ``pace`` seconds."""
        super().__init__(game, pace=pace)
        self.block = PLANKS
        """What is placed."""
        self.cursor = self._start()
        """x, y, z of the cell that is acted on."""
        self._pictured = self._guesses = False

    def compose(self) -> ComposeResult:
        """Title, layers or picture, palette, keys."""
        yield Static(id="title", markup=False)
        with Horizontal():
            yield Static(id="layers", markup=False)
            yield Board()
            with Vertical(id="side"):
                yield Static(id="status", markup=False)
                yield Static(id="note", markup=False)
                yield Static(id="palette", markup=False)
                yield Static(_HELP, id="keys", markup=False)
        yield Input(id="typed")
        yield Footer(show_command_palette=False)

    def focus_keys(self) -> None:
        """All keys are the screen's."""
        self.set_focus(None)

    def refresh_game(self, note: str | None = None) -> None:
        """Draw the present state, with ``note`` or else what the world has to say."""
        self.query_one("#layers").set_class(self._pictured, "hidden")
        self.query_one("#board").set_class(not self._pictured, "hidden")
        super().refresh_game(note)
        self.query_one("#layers", Static).update(self._layers())
        self.query_one("#palette", Static).update(self._palette())

    def _list_actions(self) -> None:
        """There are hundreds: the cursor chooses."""

    def action_go(self, name: str) -> None:
        """Move the cursor in its layer."""
        self._to(np.array(self.cursor) + _ARROWS[name])

    def action_layer(self, up: int) -> None:
        """Move the cursor to the next layer."""
        self._to(np.array(self.cursor) + np.array([0, up, 0]))

    def action_take(self, block: int) -> None:
        """Choose what is placed."""
        self.block = block
        self.refresh_game()

    def action_walk(self, direction: int) -> None:
        """Move oneself; the cursor comes along."""
        if self._do(Action(MOVE + direction), "something is in the way"):
            self._to(np.array(self.cursor) + STEPS[direction])

    def action_place(self) -> None:
        """Place the chosen block at the cursor."""
        self._do(
            Action(PLACE, self._cell, self.block), "no block can be placed there: out of sight, or not free"
        )

    def action_break(self) -> None:
        """Break the block at the cursor."""
        self._do(Action(BREAK, self._cell), "nothing can be broken there: out of sight, or no block")

    def action_wait(self) -> None:
        """Let a step pass."""
        self._do(Action(NOOP), "")

    def action_view(self) -> None:
        """Layers, or the picture of the world."""
        self._pictured = not self._pictured
        self.refresh_game()

    def action_guess(self) -> None:
        """Show what the other takes the goal to be, in the goal's place; or no longer."""
        self._guesses = not self._guesses and self.game.session.belief is not None
        self.refresh_game("" if self._guesses or self.game.session.belief else "the other does not say")

    def action_new(self) -> None:
        """The next house."""
        super().action_new()
        self.cursor = self._start()
        self.refresh_game()

    @property
    def _world(self) -> np.ndarray:
        """The planes that the person's seat sees, uint8[6, W, H, D]."""
        return self.game.session.observation["world"]

    @property
    def _cell(self) -> int:
        return int(np.ravel_multi_index(self.cursor, self._world.shape[1:]))

    def _start(self) -> tuple[int, int, int]:
        """One's own feet."""
        own = np.argwhere(self._world[4] == 1)
        x, y, z = own[own[:, 1].argmin()].tolist() if len(own) else (0, 2, 0)
        return x, y, z

    def _to(self, at: np.ndarray) -> None:
        x, y, z = np.clip(at, 0, np.array(self._world.shape[1:]) - 1).tolist()
        self.cursor = (x, y, z)
        self.refresh_game()

    def _do(self, action: Action, refusal: str) -> bool:
        """Act, if it would do something; else say why not, and no step passes."""
        session = self.game.session
        flat = session.world.env.unwrapped.game.numbering.encode(action)
        if not session.over and flat not in (session.legal_actions or ()):
            self.refresh_game(refusal)
            return False
        self._try(lambda: session.act(flat))
        return True

    def _layers(self) -> Text:
        """The layer of the cursor: what is there, and beside it what is to be, where one knows."""
        world, y = self._world, self.cursor[1]
        width = world.shape[1]
        drawn = Text(f"layer {y} of {world.shape[2] - 1}".ljust(2 * width + 4))
        wanted = self._goal()
        title = "the other's guess (+ is there)" if self._guesses else "to be built (+ is done)"
        drawn.append("\n\n" if wanted is None else f"{title}\n\n")
        for z in range(world.shape[3]):
            for x in range(width):
                drawn.append_text(self._tile(x, y, z))
            drawn.append("    ")
            if wanted is not None:
                for x in range(width):
                    drawn.append_text(self._wanted(int(wanted[x, y, z]), (x, y, z)))
            drawn.append("\n")
        drawn.append("\n@ you  & the other; ")
        drawn.append("placed by you", _colour_of(1))
        drawn.append(", ")
        drawn.append("by the other", _colour_of(2))
        return drawn

    def _tile(self, x: int, y: int, z: int) -> Text:
        block, player, touched = (int(self._world[plane, x, y, z]) for plane in (0, 4, 5))
        mark = " @&"[min(player, 2)] if player else _GLYPHS[block]
        if (x, y, z) == self.cursor:
            return Text(f"{mark}<", _CURSOR)
        if block == AIR:
            return Text(f"{mark} ", _EMPTY)
        return Text(f"{mark} ", f"{_colour_of(touched)} on {COLOURS[block]}")

    def _goal(self) -> np.ndarray | None:
        """What is to be there, or what the other thinks is: uint8[W, H, D]; None where nobody knows."""
        belief = self.game.session.belief
        if not (self._guesses and belief):
            return self._world[2] if self._world[2].any() else None
        guess = np.zeros(belief["size"], np.uint8)
        for x, y, z, kind in belief["blocks"]:
            guess[x, y, z] = kind % BLOCKS
        return guess

    def _wanted(self, wanted: int, at: tuple[int, int, int]) -> Text:
        """A cell of what is to be there."""
        block = int(self._world[0][at])
        mark = "+" if wanted == block != AIR else " " if wanted == AIR else _GLYPHS[wanted]
        if at == self.cursor:
            return Text(f"{mark}<", _CURSOR)
        return Text(f"{mark} ", _EMPTY if wanted == AIR else f"#000000 on {COLOURS[wanted]}")

    def _palette(self) -> Text:
        drawn = Text()
        for block in range(FIRST_PLACEABLE, len(NAMES)):
            chosen = ">" if block == self.block else " "
            drawn.append(f"{chosen}{block} ").append("  ", f"on {COLOURS[block]}").append(
                f" {NAMES[block]}\n"
            )
        return drawn


def _colour_of(touched: int) -> str:
    """Of a letter: who touched the cell last, as in the observation."""
    return f"bold {SEAT_COLOURS[min(touched, 2) - 1]}" if touched else "#000000"
