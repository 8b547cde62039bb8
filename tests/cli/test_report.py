from playout.cli.main import main
from playout.rollouts.runs import AgentSpec, RolloutConfig, rollout


def test_the_page_goes_where_it_is_asked(tmp_path, capsys, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    for name in ("expert", "random"):
        agents = {"agent": AgentSpec(name=name)}
        rollout(
            RolloutConfig(env="playout/SokobanText-6x6-1box-v0", agents=agents, episodes=2),
            out=tmp_path / name,
        )
    page = tmp_path / "page.html"
    runs = [str(tmp_path / "expert"), str(tmp_path / "random")]
    assert main(["report", *runs, "--out", str(page), "--open"]) == 0
    printed = capsys.readouterr()
    assert printed.out.strip() == str(page)
    assert "<html" in page.read_text()
    assert opened == [page.as_uri()]
    assert main(["report", runs[0]]) == 0
    assert (tmp_path / "expert/report.html").exists()


def test_what_is_no_run_or_no_place_is_one_line(tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == 2
    assert "not a run" in capsys.readouterr().err
