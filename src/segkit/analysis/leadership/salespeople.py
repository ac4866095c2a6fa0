"""Each salesperson and team: core customers kept, prospects won, both weighted alike; money, targets, and work against hours.

Customers belong to the salesperson they have today, also in the past; prospects to the one who followed them then. Rates are
drawn towards that of all, the more so the fewer customers stand behind them, so that five of five do not look like talent; see
`owners.rate_draws`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from segkit.analysis import funnel, owners

HUNT: Mapping[str, Sequence[str]] = {"rfm_matrix": ("growth", "new"), "trade_tier": ("A", "B"), "lead_value": ("high",)}
FARM: Mapping[str, Sequence[str]] = {"rfm_matrix": ("core", "loyal")}
"""Scheme → tiers that are a hunter's (good prospects, growth potential, new) or a farmer's (core, loyal) to work on."""

RATES = {"core": ("core", "core_ordered", "repurchase"), "prospect": ("prospects", "converted", "conversion")}
"""Who → columns: how many, of them who came, and what their share is called."""
COUNTS = tuple(count for many in RATES.values() for count in many[:2])

WORK = ("tasks", "hours_asked", "hours_there", "hours_fitted", "hours_hunting", "hours_farming", "left_out")
MONEY = ("revenue", "revenue_before", "profit", "new_customers")
TARGET = ("target", "target_revenue")
DRAWS = 4_000


def salespeople(
    customers: pd.DataFrame,
    tiers: pd.DataFrame,
    came: pd.DataFrame,
    people: pd.DataFrame,
    *,
    sales: pd.DataFrame,
    quarters: Sequence[tuple[pd.Timestamp, pd.Timestamp]],
    attainment: pd.DataFrame,
    workload: pd.DataFrame,
    seed: int = 0,
) -> pd.DataFrame:
    """One row per salesperson with a customer or in the extract of salespeople, best by what it can at least do (balanced_low)
    first: owner, team, role, active, customers (with an order ever), hunting and farming (accounts to hunt or farm, see `HUNT`,
    `FARM`); core, core_ordered, repurchase_rate, and repurchase_common, _expected, _low, _high (90 %) of the last whole
    quarter; prospects, converted, conversion_rate, and conversion_common, …; `balanced_index` (mean of both expected rates over
    those of all: 1 is what all reach), balanced_low, balanced_high; revenue, revenue_before, revenue_change (of the last whole
    quarter against the one before it), profit, new_customers; period, target, target_revenue, target_share; and the plan's
    work, see `WORK`.

    `came`: see `returning.followed_by`; `sales`: sales_quarters; `quarters`: see `quarters.last_two`; `attainment`: of one
    period; `workload`: of the follow-up plan. Without `owner` in customers there are no rows. What is not known is null.
    """
    if "owner" not in customers or customers["owner"].isna().all():
        return pd.DataFrame(columns=["owner", "team", "role", "balanced_index"])
    owner = customers.set_index("customer_id")["owner"]
    named = people.set_index("owner")
    names = pd.Index(sorted({*owner.dropna(), *named.index}), name="owner")
    rows = named.reindex(names)[["team", "role", "active"]]
    rows["customers"] = customers.loc[customers["frequency"] > 0, "owner"].value_counts().reindex(names, fill_value=0)
    for name, which in (("hunting", HUNT), ("farming", FARM)):
        rows[name] = _accounts(tiers, which).map(owner).value_counts().reindex(names, fill_value=0)
    rows = rows.join(_counts(came)).join(_money(sales, quarters))
    rows[list(COUNTS)] = rows[list(COUNTS)].fillna(0)
    rows = rows.join(_judged(rows, seed=seed)).join(_targets(attainment))
    rows = rows.join(workload.set_index("owner").reindex(columns=list(WORK)))
    return rows.sort_values("balanced_low", ascending=False, kind="stable").reset_index()


def _accounts(tiers: pd.DataFrame, which: Mapping[str, Sequence[str]]) -> pd.Series:
    """The customers in one of the tiers, each once."""
    parts = [tiers.loc[tiers["scheme"].eq(s) & tiers["tier"].isin(t), "customer_id"] for s, t in which.items()]
    return pd.concat(parts).drop_duplicates()


def _counts(came: pd.DataFrame) -> pd.DataFrame:
    """Of the newest quarter by salesperson: how many, who came of them, their share, and that of all; see `RATES`."""
    newest = came[came["on"].eq(came["on"].max())]
    found = pd.DataFrame(index=pd.Index([], name="owner"))
    for who, (many, hits, name) in RATES.items():
        rows = newest[newest["who"].eq(who)]
        deals = pd.DataFrame({"owner": rows["owner"], "outcome": np.where(rows["came"], "won", "lost")})
        rates = owners.win_rates(deals.dropna(subset="owner"), ["owner"]).set_index("owner")
        kept = {"deals": many, "won": hits, "win_rate": f"{name}_rate", "common_rate": f"{name}_common"}
        found = found.join(rates.rename(columns=kept)[list(kept.values())].astype(float), how="outer")
    return found


def _judged(rows: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """The expected rates with their ends, and balanced_index, balanced_low, balanced_high: the mean of both rates over the
    common ones. A half of which a salesperson has no customer counts as that of all, as unsure as a newcomer's; without either
    there is no index, nor where nobody has a core customer (or a prospect)."""
    found, halves = pd.DataFrame(index=rows.index), []
    for place, (many, hits, name) in enumerate(RATES.values()):
        common = pd.Series(rows[f"{name}_common"].max(), index=rows.index)
        if not common.notna().all():
            drawn = np.full((1, len(rows)), np.nan)
        else:
            drawn = owners.rate_draws(rows[hits], rows[many], common, draws=DRAWS, seed=seed + place)
        none = rows[many].eq(0).to_numpy()
        halves.append(drawn / np.where(none, drawn.mean(axis=0), common))
        ends = _middle(drawn, rows.index, [f"{name}_{end}" for end in ENDS])
        found = found.join(ends[rows[many] > 0])
    both = _middle((halves[0] + halves[1]) / 2, rows.index, ["balanced_index", "balanced_low", "balanced_high"])
    return found.join(both[rows["core"] + rows["prospects"] > 0])


ENDS = ("expected", "low", "high")


def _middle(drawn: np.ndarray, index: pd.Index, names: Sequence[str]) -> pd.DataFrame:
    """Mean and ends of draws, one row per column of theirs."""
    tail = (1 - owners.CONFIDENCE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return pd.DataFrame(np.column_stack([drawn.mean(axis=0), low, high]), index=index, columns=list(names))


def _money(sales: pd.DataFrame, quarters: Sequence[tuple[pd.Timestamp, pd.Timestamp]]) -> pd.DataFrame:
    """revenue, revenue_before, revenue_change, profit, new_customers by owner."""
    sums = [_of_quarter(sales, begin) for begin, _ in quarters]
    now = sums[0] if sums else _of_quarter(sales, None)
    rows = now.assign(revenue_before=sums[1]["revenue"] if len(sums) > 1 else np.nan)
    rows["revenue_change"] = rows["revenue"] / rows["revenue_before"].where(rows["revenue_before"] > 0) - 1
    return rows


def _of_quarter(sales: pd.DataFrame, begin: pd.Timestamp | None) -> pd.DataFrame:
    rows = sales[pd.to_datetime(sales["period"]).eq(begin)] if begin is not None else sales.iloc[:0]
    sums = rows.groupby("owner")[["revenue", "margin", "margin_on", "new_customers"]].sum(min_count=1)
    profit = sums["margin"].where(sums["margin_on"].notna()).astype(float)
    return pd.DataFrame({"revenue": sums["revenue"], "profit": profit, "new_customers": sums["new_customers"]})


def _targets(attainment: pd.DataFrame) -> pd.DataFrame:
    named = {"revenue_target": "target", "revenue": "target_revenue"}
    rows = attainment.rename(columns=named).drop_duplicates("owner").set_index("owner")
    return rows.reindex(columns=["period", *TARGET, "target_share"])


def judged(people: pd.DataFrame) -> int:
    """How many core customers and prospects stand behind the rates of salespeople."""
    return int(people[["core", "prospects"]].sum().sum()) if "core" in people else 0


def grouped(people: pd.DataFrame, by: str) -> pd.DataFrame:
    """Salespeople by `team` or `role`, most revenue first: that, salespeople, and the sums of customers, hunting, farming,
    money and work; repurchase_rate and conversion_rate with 90 % ends (Wilson); revenue_change, and target_share over those
    with a target. Who has neither team nor role is `unknown`. No rows without salespeople."""
    if people.empty:
        return pd.DataFrame(columns=[by, "salespeople"])
    sums = ["customers", "hunting", "farming", *COUNTS, *MONEY, *TARGET, *WORK]
    with_target = people.assign(target_revenue=people["target_revenue"].where(people["target"] > 0))
    groups = with_target.groupby(with_target[by].astype(object).fillna("unknown"))
    rows = groups[sums].sum(min_count=1).assign(salespeople=groups.size()).reset_index()
    for many, hits, name in RATES.values():
        low, high = funnel.wilson(rows[hits].to_numpy(dtype=float), rows[many].to_numpy(dtype=float))
        rate = rows[hits] / rows[many].where(rows[many] > 0)
        rows = rows.assign(**{f"{name}_rate": rate, f"{name}_low": low, f"{name}_high": high})
    rows["revenue_change"] = rows["revenue"] / rows["revenue_before"].where(rows["revenue_before"] > 0) - 1
    rows["target_share"] = rows["target_revenue"] / rows["target"].where(rows["target"] > 0)
    rows = rows.sort_values("revenue", ascending=False, kind="stable", ignore_index=True)
    return rows[[by, "salespeople", *(c for c in rows.columns if c not in (by, "salespeople"))]]
