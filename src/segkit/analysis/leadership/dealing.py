"""Deals that were decided in a quarter: how many were won, and at which stage the others died."""

from __future__ import annotations

import pandas as pd

from segkit.analysis import funnel
from segkit.analysis.leadership.quarters import last_two, series
from segkit.schemes import Scheme

SIGNED = "payment"  # the stage that a won deal has reached, whether or not it is recorded yet


def _closed(deals: pd.DataFrame, begin: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """The deals won or lost in a quarter."""
    day = pd.to_datetime(deals["closed_on"])
    return deals[deals["outcome"].isin(["won", "lost"]) & (day >= begin) & (day < end)]


def win_rates(deals: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """win_rate as a series: of the deals closed in each quarter, the share won; null without any. `spans`: begin, end."""
    rows = []
    for begin, end in zip(spans["begin"], spans["end"], strict=True):
        rows.append({"on": end, "win_rate": _closed(deals, begin, end)["outcome"].eq("won").mean()})
    return series(rows)


def stage_conversion(deals: pd.DataFrame, spans: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """One row per stage that deals closed in the last whole quarter reached: stage, reached, conversion (of them, who went on),
    conversion_low, conversion_high, and reached_before, conversion_before of the quarter before it.

    A deal that is closed has told all: where it died, or that it passed every stage up to the contract; what follows a won deal
    (payment, invoice) is not looked at. `scheme`: what stages are called
    (funnel_stage). No rows where the funnel does not name the stages of these deals, see `funnel.fitting`.
    """
    both = [_stages(_closed(deals, *span), scheme, span[1]) for span in last_two(spans)]
    shown = ["stage", "reached", "conversion", "conversion_low", "conversion_high"]
    now = both[0][shown] if both else pd.DataFrame(columns=shown)
    before = both[1][shown[:3]] if len(both) > 1 else pd.DataFrame(columns=shown[:3])
    return now.merge(before, on="stage", how="left", suffixes=("", "_before"))


def _stages(closed: pd.DataFrame, scheme: Scheme, end: pd.Timestamp) -> pd.DataFrame:
    reached = funnel.stages(funnel.known_stages(closed, scheme), as_of=end, won_at=SIGNED)
    fit = funnel.fitting(reached, closed)
    return fit[fit["stage"].isin(funnel.STAGES[: funnel.STAGES.index(SIGNED)])]
