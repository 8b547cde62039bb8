"""Finding published files."""

from pathlib import Path

import pytest

from playout.core.errors import WrongUse
from playout.simulators.dialogue.files import corpus_files


def test_a_file_a_folder_and_the_users_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "ppdpp" / "processed"
    folder.mkdir(parents=True)
    files = [folder / name for name in ("cima-test.txt", "cima-train.txt")]
    for file in files:
        file.write_text("")
    assert corpus_files("CIMA", "cima-*", files[0]) == files[:1]
    for place in (folder, folder.parent, tmp_path):
        assert corpus_files("CIMA", "cima-*", place) == files
    monkeypatch.setenv("PLAYOUT_DATA", str(tmp_path))
    assert corpus_files("CIMA", "cima-*", None) == files
    with pytest.raises(WrongUse, match=r"ESConv: expected files named esc-\*"):
        corpus_files("ESConv", "esc-*", None)
    monkeypatch.delenv("PLAYOUT_DATA")
    with pytest.raises(WrongUse, match="set PLAYOUT_DATA"):
        corpus_files("CIMA", "cima-*", None)
