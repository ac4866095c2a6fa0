"""Figures on the page: those that the run kept, or drawn anew where an edition or another language needs its own."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.workbench import Edition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from segkit.workbench import Run


@dataclass(frozen=True)
class Picture:
    """A figure of the run, carried inside the page."""

    source: str
    alt: str
    width: int
    height: int


def picture(run: Run, name: str) -> list[Picture]:
    """The figure of that name as a page carries it, or nothing where there is none, see `figure`."""
    from PIL import Image

    found = figure(run, name)
    if found is None:
        return []
    with Image.open(io.BytesIO(found[0])) as image:
        width, height = image.size
    encoded = base64.b64encode(found[0]).decode("ascii")
    return [Picture(f"data:image/png;base64,{encoded}", found[1], width, height)]


def figure(run: Run, name: str) -> tuple[bytes, str] | None:
    """The figure of that name as PNG, and its alt text; None where there is none.

    A kept figure speaks the run's language and shows everybody's accounts. For another language and for an edition it is drawn
    anew from the tables, where `DRAWN` knows how; one that is not in there is left out.
    """
    from PIL import Image

    kept = not isinstance(run, Edition) and run.words.language == run.manifest["language"]
    path = run.folder / "figures" / f"{name}.png"
    if not kept:
        drawn = DRAWN[name](run) if name in DRAWN and _sensible(run, path.is_file()) else None
        return _drawn(run, *drawn) if drawn and drawn[0].axison else None
    if not path.is_file():
        return None
    with Image.open(path) as image:
        return path.read_bytes(), str(image.info.get("Description", ""))


def _sensible(run: Run, kept: bool) -> bool:
    """An edition may draw what the run found nothing to draw for; a translation follows the run."""
    return kept or isinstance(run, Edition)


def _drawn(run: Run, ax: Axes, key: str) -> tuple[bytes, str]:
    from segkit.charts.style import title_of
    from segkit.workbench.files import png

    alt = " ".join(f"{run.words(key)} {title_of(ax)}".split())
    return png(ax, alt), alt


Drawn = tuple["Axes", str] | None  # the chart and the key of its alt text


def _risk_value(run: Run) -> Drawn:
    from segkit import charts, findings

    if not run.has("churn"):
        return None
    listed = run.table("churn").merge(run.table("customers"), on="customer_id")
    first = listed["band"].astype("str").eq("act")
    mapped = listed.assign(first=first).sort_values(["first", "revenue_at_risk"], ascending=False)
    found = findings.churn.at_risk(mapped, horizon_days=run.horizon_days)
    return charts.churn.risk_value(mapped, run.labels(found, customers=len(mapped))), "alt.risk_value"


def _tier_values(run: Run) -> Drawn:
    from segkit import charts, findings

    if not run.has("tier_sizes"):
        return None
    sizes = run.table("tier_sizes")
    matrix = sizes[sizes["scheme"].eq("rfm_matrix")].reset_index(drop=True)
    labels = run.labels(findings.main_tier(matrix), customers=matrix["customers"].sum())
    return charts.rfm.sizes(matrix, labels), "alt.tier_sizes"


def _months(run: Run) -> Drawn:
    from segkit import charts, findings

    months = run.table("order_months")
    labels = run.labels(findings.trend(months, run.as_of), orders=months["orders"].sum(), unit="money")
    return charts.orders.months(months, labels, whole_until=run.month_of_as_of), "alt.months"


def _against(run: Run) -> Drawn:
    from segkit import charts, findings
    from segkit.analysis import value

    if not (run.has("value_track") and run.has("value")):
        return None
    track = run.table("value_track")
    whole = track[track["segment"] == value.WHOLE]
    labels = run.labels(findings.forecast_record(whole), customers=run.table("value")["customer_id"].nunique(), unit="money")
    return charts.value.against(whole, labels), "alt.against"


def _owners(run: Run) -> Drawn:
    from segkit import charts, findings
    from segkit.analysis import owners

    if isinstance(run, Edition) or not run.has("deals"):
        return None
    rates = owners.win_rates(run.table("deals"), ["owner"])
    return charts.deals.owners(rates, run.labels(findings.clear_owners(rates), deals=rates["deals"].sum())), "alt.owners"


def _funnel(run: Run) -> Drawn:
    from segkit import charts, findings
    from segkit.analysis import funnel

    if isinstance(run, Edition) or not run.has("deals"):
        return None
    deals = run.table("deals")
    named = funnel.known_stages(deals, run.scheme("funnel_stage"))
    stages = funnel.fitting(funnel.stages(named, as_of=run.as_of), deals)
    labels = run.labels(findings.main_death(stages, len(deals)), deals=len(deals))
    return charts.deals.funnel(stages, labels), "alt.funnel"


DRAWN: dict[str, Callable[[Run], Drawn]] = {
    "tier_values": _tier_values,
    "risk_value": _risk_value,
    "months": _months,
    "against": _against,
    "owners": _owners,
    "funnel": _funnel,
}
"""Figures that can be drawn anew, from the tables that a run hands out."""
