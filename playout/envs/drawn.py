"""``Drawn``: what every world does with its frames, whatever its spaces."""

import sys
from typing import Any, ClassVar

from playout.core import Frame


class Drawn:
    """A world with ``frame()`` and ``render_mode``: renders in the modes named in its metadata."""

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array", "human", "ansi"], "render_fps": 4}
    render_mode: str | None

    def frame(self) -> Frame:
        """What the world looks like now."""
        raise NotImplementedError

    def render(self) -> Any:
        """uint8[h, w, 3] for ``rgb_array``, text for ``ansi``; ``human`` draws in the terminal by itself."""
        from playout.envs import drawing

        if self.render_mode == "rgb_array":
            return drawing.pixels(self.frame())
        return drawing.text(self.frame()) if self.render_mode == "ansi" else None

    def show(self) -> None:
        """Draw in the terminal where the render mode is ``human``; worlds call it when they change."""
        if self.render_mode == "human":
            from playout.envs import drawing

            print(drawing.text(self.frame()), file=sys.stdout, flush=True)
