"""Figures of the page drawn anew from the tables of a run, for an edition or another language."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from segkit.workbench import Edition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from segkit.workbench import Run

Drawn = tuple["Axes", str] | None  # the chart and the key of its alt text
Draw = Callable[["Run"], Drawn]


def _of(*tables: str, firm: bool = False) -> Callable[[Draw], Draw]:
    """Nothing is drawn without these tables, nor, where the picture is of the whole firm, for an edition."""

    def guarded(draw: Draw) -> Draw:
        def drawn(run: Run) -> Drawn:
            sees = not (firm and isinstance(run, Edition))
            return draw(run) if sees and all(run.has(table) for table in tables) else None

        return drawn

    return guarded


@_of("churn")
def _risk_value(run: Run) -> Drawn:
    from segkit import charts, findings

    listed = run.table("churn").merge(run.table("customers"), on="customer_id")
    first = listed["band"].astype("str").eq("act")
    mapped = listed.assign(first=first).sort_values(["first", "revenue_at_risk"], ascending=False)
    found = findings.churn.at_risk(mapped, horizon_days=run.horizon_days)
    return charts.churn.risk_value(mapped, run.labels(found, customers=len(mapped))), "alt.risk_value"


@_of("tier_sizes")
def _tier_values(run: Run) -> Drawn:
    from segkit import charts, findings

    sizes = run.table("tier_sizes")
    matrix = sizes[sizes["scheme"].eq("rfm_matrix")].reset_index(drop=True)
    labels = run.labels(findings.main_tier(matrix), customers=matrix["customers"].sum())
    return charts.rfm.sizes(matrix, labels), "alt.tier_sizes"


def _months(run: Run) -> Drawn:
    from segkit import charts, findings

    months = run.table("order_months")
    labels = run.labels(findings.trend(months, run.as_of), orders=months["orders"].sum(), unit="money")
    return charts.orders.months(months, labels, whole_until=run.month_of_as_of), "alt.months"


@_of("value_track", "value")
def _against(run: Run) -> Drawn:
    from segkit import charts, findings
    from segkit.analysis import value

    track = run.table("value_track")
    whole = track[track["segment"] == value.WHOLE]
    labels = run.labels(findings.forecast_record(whole), customers=run.table("value")["customer_id"].nunique(), unit="money")
    return charts.value.against(whole, labels), "alt.against"


@_of("deals", firm=True)
def _owners(run: Run) -> Drawn:
    from segkit import charts, findings
    from segkit.analysis import owners

    rates = owners.win_rates(run.table("deals"), ["owner"])
    return charts.deals.owners(rates, run.labels(findings.clear_owners(rates), deals=rates["deals"].sum())), "alt.owners"


@_of("deals", firm=True)
def _funnel(run: Run) -> Drawn:
    from segkit import charts, findings
    from segkit.analysis import funnel

    deals = run.table("deals")
    named = funnel.known_stages(deals, run.scheme("funnel_stage"))
    stages = funnel.fitting(funnel.stages(named, as_of=run.as_of), deals)
    labels = run.labels(findings.main_death(stages, len(deals)), deals=len(deals))
    return charts.deals.funnel(stages, labels), "alt.funnel"


@_of("migration_steps", firm=True)
def _alluvial(run: Run) -> Drawn:
    from segkit import charts, findings
    from segkit.analysis import migration

    told = next((finding for finding in run.found("70_migration") if finding.key in findings.migration.MOVED), None)
    steps = run.table("migration_steps")
    if told is None or steps.empty:
        return None
    scheme, measured = str(steps["scheme"].iloc[0]), str(steps["measured"].iloc[0])
    labels = run.labels(told, unit="money" if measured == "revenue" else "customers")
    order = migration.order(run.scheme(scheme), steps)
    return charts.migration.alluvial(steps, labels, scheme=scheme, order=order, value=measured), "alt.alluvial"


@_of("cluster_profiles", firm=True)
def _cluster_profiles(run: Run) -> Drawn:
    from segkit import charts, findings

    profiles = run.table("cluster_profiles")
    labels = run.labels(findings.clusters.sharpest(profiles), customers=profiles["customers"].sum(), unit="deviations")
    return charts.clusters.profile(profiles, labels), "alt.cluster_profile"


@_of("track_record", "churn_past", firm=True)
def _track_record(run: Run) -> Drawn:
    from segkit import charts, findings
    from segkit.analysis import track_record

    record, since = run.table("track_record"), track_record.looked_back_to(run.table("churn_past"))
    labels = run.labels(findings.alerts.lists_record(record, since))
    return charts.alerts.track_record(record, labels), "alt.track_record"


@_of("salespeople", firm=True)
def _salespeople(run: Run) -> Drawn:
    from segkit import charts, findings
    from segkit.analysis import leadership

    sellers = run.table("salespeople")
    labels = run.labels(findings.leadership.people_ahead(sellers), customers=leadership.judged(sellers))
    return charts.leadership.salespeople(sellers, labels), "alt.salespeople"


@_of("channels", firm=True)
def _channels(run: Run) -> Drawn:
    from segkit import charts, findings
    from segkit.analysis import leadership

    year = leadership.newest_year(run.table("channels"))
    labels = run.labels(findings.leadership.channel_result(year), customers=year["customers"].sum(), unit="money")
    return charts.leadership.channels(year, labels), "alt.channels"


DRAWN: dict[str, Draw] = {
    "tier_values": _tier_values,
    "risk_value": _risk_value,
    "months": _months,
    "against": _against,
    "owners": _owners,
    "funnel": _funnel,
    "alluvial": _alluvial,
    "cluster_profiles": _cluster_profiles,
    "track_record": _track_record,
    "salespeople": _salespeople,
    "channels": _channels,
}
"""Figures that can be drawn anew, from the tables that a run hands out."""
