"""The charts of a mail: who brings the revenue, and which of it is at risk.

In the run's own language they are the run's figures; in another they are drawn again from its tables.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from segkit.mail.content import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from segkit.workbench import Run

    Drawn = tuple[Axes, str]


def pictures(run: Run) -> list[Picture]:
    """Those that the run has what they need for, in the language it was opened in."""
    native = run.words.language == run.manifest["language"]
    found = [_kept(run, name) if native else _drawn(run, name, draw) for name, draw in DRAWN.items()]
    return [picture for picture in found if picture]


def _kept(run: Run, name: str) -> Picture | None:
    """A figure of the run, with the alt text that it carries."""
    from PIL import Image

    path = run.folder / "figures" / f"{name}.png"
    if not path.is_file():
        return None
    with Image.open(path) as image:
        return Picture(name, path.read_bytes(), str(image.info.get("Description", "")))


def _drawn(run: Run, name: str, draw: Callable[[Run], Drawn]) -> Picture | None:
    from segkit.charts.style import title_of
    from segkit.workbench.files import png

    if not (run.folder / "figures" / f"{name}.png").is_file():
        return None
    ax, kind = draw(run)
    alt = " ".join(f"{kind} {title_of(ax)}".split())
    return Picture(name, png(ax, alt), alt)


def _tier_values(run: Run) -> Drawn:
    """As in 30_tiers."""
    from segkit import charts, findings

    sizes = run.table("tier_sizes")
    matrix = sizes[sizes["scheme"].eq("rfm_matrix")].reset_index(drop=True)
    labels = run.labels(findings.main_tier(matrix), customers=matrix["customers"].sum())
    return charts.rfm.sizes(matrix, labels), run.words("alt.tier_sizes")


def _risk_value(run: Run) -> Drawn:
    """As in 60_churn."""
    from segkit import charts, findings

    churn = run.table("churn")
    risk = findings.churn.at_risk(churn, horizon_days=run.horizon_days)
    listed = churn.merge(run.table("customers"), on="customer_id").assign(first=lambda t: t["band"] == "act")
    mapped = listed.sort_values(["first", "revenue_at_risk"], ascending=False)
    return charts.churn.risk_value(mapped, run.labels(risk, customers=len(mapped))), run.words("alt.risk_value")


DRAWN: dict[str, Callable[[Run], Drawn]] = {"tier_values": _tier_values, "risk_value": _risk_value}
"""Figure of the run → how it is drawn."""
