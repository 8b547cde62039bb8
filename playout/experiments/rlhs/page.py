"""The experiment as one page that any browser opens, without network: figures and tables.

All text is escaped, figures are SVG in the page, there is no script.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

STYLE = """
body { margin: 0 auto; max-width: 1180px; padding: 28px; background: #fbfbf9; color: #1f2328;
  font: 14px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
h1 { font-size: 22px; font-weight: 650; margin: 0 0 4px; } h2 { font-size: 15px; margin: 28px 0 8px; }
p { margin: 4px 0 10px; max-width: 75ch; } .muted { color: #6a7079; }
figure { margin: 12px 0; background: #fff; border: 1px solid #e2e2dc; border-radius: 10px; padding: 12px; }
figure svg { width: 100%; height: auto; display: block; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; }
th { text-align: left; font-weight: 500; color: #6a7079; font-size: 12px; padding: 3px 14px 3px 0; }
td { border-top: 1px solid #e2e2dc; padding: 3px 14px 3px 0; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
td small { color: #6a7079; } code { background: #f3f3ef; padding: 1px 5px; border-radius: 4px; }
"""
_COLUMNS = {
    "immediate": "immediate rating", "partial": "hindsight rating", "utility": "utility",
    "efficiency": "of the best", "regret": "regret", "false_claims": "false claims",
    "unverified_claims": "unverified claims", "omissions": "omissions",
}  # fmt: skip
_ROLES = {
    "base": "Before learning", "main": "Learnt", "control": "Control: shuffled ratings",
    "withheld": "From a base that withholds", "horizon": "What is known after N steps",
    "world_model": "What a model of the world says", "transfer": "Learnt in one domain, tested in others",
}  # fmt: skip


def page(results: Mapping[str, Any], figures: Mapping[str, str]) -> str:
    """The whole page.

    Args:
        results: as ``experiment`` keeps them.
        figures: name -> SVG.
    """
    head = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>Feedback at once and in hindsight</title>
<style>{STYLE}</style></head><body>"""
    parts = [head, "<h1>Feedback at once and in hindsight</h1>", _intro(results)]
    parts += [f"<figure>{_inline(svg)}</figure>" for svg in figures.values()]
    for role, title in _ROLES.items():
        rows = {name: arm for name, arm in results["arms"].items() if arm["role"] == role}
        if rows:
            parts += [f"<h2>{escape(title)}</h2>", _table(_lines(rows))]
    parts.append(_contrasts(results.get("contrasts", {})))
    return "\n".join([*parts, "</body></html>\n"])


def _intro(results: Mapping[str, Any]) -> str:
    made = results["made"]
    return f"""<p>An adviser ({escape(results["policy"])}) learns from customers: from what they say right
after its advice, or from what they say once they know what came of it. Ratings and utility are on a scale
from -1 to 1; small numbers are 95% intervals over seeds and visits. Customers are simulated and ideal
(Bayesian); figures of the RLHS paper come from language models in place of people and do not compare.</p>
<p class="muted"><code>{escape(results["command"])}</code>, {made["cells"]} cells that took
{made["minutes"]:.1f} minutes together.</p>"""


def _lines(arms: Mapping[str, Mapping[str, Any]]) -> Iterable[Sequence[str]]:
    yield ("learnt from", "how", "base", *_COLUMNS.values(), "bullshit index")
    for arm in arms.values():
        places = {"": arm} if "metrics" in arm else {}
        if arm["role"] == "transfer":
            places = {f" in {place}": told for place, told in arm["domains_tested"].items()}
        for place, told in places.items():
            domains = f" ({', '.join(arm['domains'])}{place})" if arm["domains"] or place else ""
            how = f"{arm['algorithm']}, {arm['reward']}" if arm["feedback"] else ""
            index = sum(told["bullshit"]) / len(told["bullshit"])
            yield (
                escape((arm["feedback"] or "nothing") + domains), escape(how), escape(arm["base"]),
                *(_estimate(told["metrics"].get(name)) for name in _COLUMNS), f"{index:.2f}",
            )  # fmt: skip


def _estimate(found: Mapping[str, float | None] | None) -> str:
    if found is None or found["mean"] is None:
        return "n/a"
    return f"{found['mean']:.3f} <small>{found['low']:.2f}…{found['high']:.2f}</small>"


def _table(lines: Iterable[Sequence[str]]) -> str:
    head, *body = lines
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in body)
    return f'<div class="scroll"><table><tr>{cells}</tr>{rows}</table></div>'


def _contrasts(found: Mapping[str, Any]) -> str:
    if not found:
        return ""
    lines = [("comparison", "difference", "by seed")]
    for name, told in found.items():
        seeds = ", ".join(f"{value:.3f}" for value in told["by_seed"].values())
        lines.append((escape(name), _estimate(told["difference"]), seeds))
    return "<h2>Between arms</h2>" + _table(lines)


def _inline(svg: str) -> str:
    """The element alone, without what precedes it in a file."""
    return svg[svg.index("<svg") :]
