"""Finding the files of a published corpus where a user may have put them."""

import os
from pathlib import Path

from playout.core.errors import WrongUse


def corpus_files(
    corpus: str, pattern: str, path: str | Path | None, *, inside: str = "processed"
) -> list[Path]:
    """``path`` itself if it is a file, else the files like ``pattern`` in it or where PPDPP's data has them.

    Args:
        corpus: its name, for errors.
        pattern: such as ``cima-*``.
        path: a file or folder; None for ``$PLAYOUT_DATA``.
        inside: the folder of PPDPP's data that has them.

    Raises:
        WrongUse: there is none.
    """
    given = path if path is not None else os.environ.get("PLAYOUT_DATA")
    if given is None:
        raise WrongUse(f"{corpus}: name its file or folder, or set PLAYOUT_DATA")
    folder = Path(given)
    if folder.is_file():
        return [folder]
    places = (folder, folder / inside, folder / "ppdpp" / inside)
    found = next(filter(None, (sorted(place.glob(pattern)) for place in places)), None)
    if not found:
        raise WrongUse(
            f"{corpus}: expected files named {pattern} in {', '.join(map(str, places))}; found none"
        )
    return found
