"""Each account's next gap between order days: its median and its bounds, as Ibis expressions. One formula for tiers, target
groups, alerts and lists.

The log of a gap is taken as normal around the account's own mean with the account's own spread. Both are known from few gaps,
so both are drawn towards the firm's (empirical Bayes): the mean by the normal–normal model, its variance between accounts by
moments (Hedges & Olkin 1985, ch. 9: every account counts alike, since accounts with many gaps are the quick ones), the spread
by the scaled inverse chi-square of Smyth (2004, Stat. Appl. Genet. Mol. Biol. 3:1, eqs. 5–9). A gap to come then follows a
Student t on the log scale, which is the lognormal where the spread is known.

Only finished gaps count. The open one, from the last order to as-of, is what is judged, and belongs to an account that may
never order again: taking it in would let a lost account redefine its rhythm. So the rhythm is that of an account that does
order again, and the chance that it does not is the churn risk's matter. Gaps too long to have finished by as-of are missing
for the same reason: in a history short against the gaps, bounds come out too early.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

UPPER = 0.9  # of the gaps to come: later than that is unusual
ENOUGH = 4  # gaps from which an account's spread tells about those of others
FEWEST = 5  # such accounts, below which all are taken to spread alike
TINY = 1e-4  # least variance of log gaps told by whole days
MANY = 1e6  # degrees of freedom that are as good as infinite
LONGEST = 36_500.0  # days


@dataclass(frozen=True)
class Firm:
    """The rhythm of all accounts of a firm: mean of their log gaps, variance of it between accounts, and the typical variance
    of gaps within one, worth `within_df` gaps of its own. Null where too few gaps are known to tell."""

    log_mean: float
    between: float
    within: float
    within_df: float


UNKNOWN = Firm(math.nan, math.nan, math.nan, math.nan)


def next_gaps(
    accounts: ir.Table, *, firm: Callable[[ir.Table], ir.Value], bound: float = UPPER, known: Firm | None = None
) -> ir.Table:
    """Adds to one row per account what its next gap will be, given that there is one: usual_gap_days (median; null without a
    gap of its own), gap_low_days and gap_upper_days (quantiles 1 − `bound` and `bound`; without an own gap the firm's),
    gap_spread (typical deviation of the log of its gaps, its own drawn towards the firm's), gap_own_share (how much its own
    gaps weigh in the median: 0 without one, towards 1 with many). All null where the firm has too few gaps to tell.

    `accounts`: gaps, gap_log_mean, gap_log_sd (population), of ln(days). `firm`: which firm an account is of, as text;
    `known`: the rhythm of all firms where it was measured elsewhere.
    """
    rows = accounts.mutate(_of=firm(accounts))
    counts = rows.group_by("_of", "gaps").agg(**_sums(rows)).to_pandas()
    firms = {of: known or _spreads(some) for of, some in counts.groupby("_of")}
    if not known:
        firms = _centres(rows, firms)
    rows = rows.inner_join(_quantiles(counts, firms, bound), ["_of", "gaps"])
    return _bounded(rows, firms).drop("_of", "_t", *(c for c in rows.columns if c.endswith("_right")))


def _sums(rows: ir.Table) -> dict[str, ir.Value]:
    """What the firm's rhythm needs of all accounts with the same number of gaps."""
    mean, square = rows["gap_log_mean"], rows["gap_log_sd"] * rows["gap_log_sd"]
    level = ibis.greatest(square * rows["gaps"] / (rows["gaps"] - 1).nullif(0), TINY).log()
    return {
        "accounts": rows.count(),
        "mean": mean.sum(),
        "mean_square": (mean * mean).sum(),
        "square": square.sum().fill_null(0.0),
        "level": level.sum(),
        "level_square": (level * level).sum(),
    }


def _spreads(counts: pd.DataFrame) -> Firm:
    """A firm's rhythm but for its mean. `counts`: see `_sums`, one row per number of gaps."""
    some = counts[counts["gaps"] > 0]
    n, accounts = some["gaps"].to_numpy(dtype=float), some["accounts"].to_numpy(dtype=float)
    if not accounts.sum():
        return UNKNOWN
    of_means = _variance(accounts.sum(), some["mean"].sum(), some["mean_square"].sum())
    within, df = _within(some)
    if math.isnan(within):  # nobody has two gaps: all variance could be luck
        return Firm(math.nan, 0.0, of_means, math.inf)
    spread = np.full(len(n), within) if math.isinf(df) else (df * within + n * some["square"] / accounts) / (df + n - 1)
    noise = float((accounts * spread / n).sum() / accounts.sum())
    return Firm(math.nan, max(0.0, of_means - noise) if accounts.sum() > 1 else 0.0, within, df)


def _variance(n: float, total: float, squares: float) -> float:
    """Sample variance of n values from their sum and that of their squares; null below two."""
    return float(max(squares - total**2 / n, 0.0) / (n - 1)) if n > 1 else math.nan


def _within(some: pd.DataFrame) -> tuple[float, float]:
    """The typical variance within an account and the degrees of freedom that it is worth; null where nobody has two gaps."""
    from scipy.special import digamma, polygamma

    two = some[some["gaps"] > 1]
    if two.empty:
        return math.nan, math.nan
    n = two["gaps"].to_numpy(dtype=float)
    pooled = max(float((n * two["square"]).sum() / (two["accounts"] * (n - 1)).sum()), TINY)
    many = two[two["gaps"] >= ENOUGH]
    accounts = many["accounts"].to_numpy(dtype=float)
    if accounts.sum() < FEWEST:
        return pooled, math.inf
    half = (many["gaps"].to_numpy(dtype=float) - 1) / 2
    by = np.log(half) - digamma(half)
    total = float((many["level"] + accounts * by).sum())
    squares = float((many["level_square"] + 2 * by * many["level"] + accounts * by**2).sum())
    excess = _variance(accounts.sum(), total, squares) - float((accounts * polygamma(1, half)).sum() / accounts.sum())
    if excess <= 0:
        return pooled, math.inf
    worth = np.geomspace(2.1, 1e4, 4000)
    prior = float(np.interp(excess, polygamma(1, worth / 2)[::-1], worth[::-1]))
    return float(np.exp(total / accounts.sum() + digamma(prior / 2) - np.log(prior / 2))), prior


def _centres(rows: ir.Table, firms: Mapping[str, Firm]) -> dict[str, Firm]:
    """The firms with the mean of their accounts' log gaps, each weighed by how well it is known."""
    some = rows.filter(rows["gaps"] > 0)
    weight = 1 / (_of(some, firms, "between") + _spread(some, firms) / some["gaps"])
    weighed = some.mutate(_weight=ibis.coalesce(weight, 1.0))
    asked = {"top": (weighed["_weight"] * weighed["gap_log_mean"]).sum(), "all": weighed["_weight"].sum()}
    found = weighed.group_by("_of").agg(**asked).to_pandas().set_index("_of")
    means = found["top"] / found["all"]
    return {of: replace(firm, log_mean=float(means.get(of, math.nan))) for of, firm in firms.items()}


def _of(rows: ir.Table, firms: Mapping[str, Firm], name: str) -> ir.FloatingValue:
    """A number of each account's firm; null where it is unknown."""
    numbers = {of: getattr(firm, name) for of, firm in firms.items()}
    known = [(rows["_of"] == of, ibis.literal(float(x))) for of, x in numbers.items() if math.isfinite(x)]
    return ibis.cases(*known, else_=ibis.null("float64")) if known else ibis.null("float64")


def _spread(rows: ir.Table, firms: Mapping[str, Firm]) -> ir.FloatingValue:
    """Each account's variance of log gaps, its own drawn towards the firm's."""
    n, within, df = rows["gaps"], _of(rows, firms, "within"), _of(rows, firms, "within_df")
    square = (rows["gap_log_sd"] * rows["gap_log_sd"]).fill_null(0.0)
    drawn = (df * within + ibis.ifelse(n > 1, n * square, 0.0)) / (df + ibis.greatest(n - 1, 0))
    return ibis.coalesce(drawn, within)  # without degrees of freedom all spread alike


def _quantiles(counts: pd.DataFrame, firms: Mapping[str, Firm], bound: float) -> ir.Table:
    """Student's t at `bound` for every firm and number of gaps."""
    from scipy.special import stdtrit

    rows = counts[["_of", "gaps"]].copy()
    df = rows["_of"].map({of: firm.within_df for of, firm in firms.items()}).to_numpy(dtype=float)
    rows["_t"] = stdtrit(np.minimum(df + np.maximum(rows["gaps"].to_numpy(dtype=float) - 1, 0), MANY), bound)
    return ibis.memtable(rows.astype({"gaps": "int64", "_t": float}))


def _bounded(rows: ir.Table, firms: Mapping[str, Firm]) -> ir.Table:
    spread, between, mean = _spread(rows, firms), _of(rows, firms, "between"), _of(rows, firms, "log_mean")
    weight = between / (between + spread / rows["gaps"].nullif(0)).nullif(0.0)
    rows = rows.mutate(_spread=spread, _weight=weight.fill_null(0.0), _mean=mean, _between=between)
    centre = rows["_mean"] + rows["_weight"] * (ibis.coalesce(rows["gap_log_mean"], rows["_mean"]) - rows["_mean"])
    rows = rows.mutate(_centre=centre, _scale=rows["_t"] * (rows["_spread"] + rows["_between"] * (1 - rows["_weight"])).sqrt())
    told = {"gap_low_days": rows["_centre"] - rows["_scale"], "gap_upper_days": rows["_centre"] + rows["_scale"]}
    known = rows["_scale"].notnull()  # of an unknown and a known number engines take the known one as the least
    nothing = ibis.null("float64")
    days = {name: ibis.ifelse(known, ibis.least(log.exp(), LONGEST).round(2), nothing) for name, log in told.items()}
    own = ibis.ifelse(rows["gaps"] > 0, rows["_centre"].exp().round(2), nothing)
    share = ibis.ifelse(known, rows["_weight"].round(4), nothing)
    rows = rows.mutate(usual_gap_days=own, **days, gap_spread=rows["_spread"].sqrt().round(4), gap_own_share=share)
    return rows.drop("_spread", "_weight", "_mean", "_between", "_centre", "_scale")
