"""Tables of tiers by scheme: one scheme's rows in its own order, and how two schemes cross, in customers and in money."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from segkit.schemes import NOT_PLACED, Scheme


def of(table: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """The rows of one scheme that name a tier, in the scheme's order; further tiers (of an open scheme) after them.

    `table`: scheme, tier and whatever else stands beside them (one row per customer, or per tier).
    """
    rows = table[(table["scheme"] == scheme.name) & (table["tier"] != NOT_PLACED)]
    found = rows["tier"].astype(object)
    order = list(dict.fromkeys([*(t.key for t in scheme.tiers), *found]))
    tier = pd.Categorical(found, categories=order).remove_unused_categories()
    return rows.assign(tier=tier).sort_values("tier", kind="stable", ignore_index=True)


def ordered(table: pd.DataFrame, schemes: Iterable[Scheme]) -> pd.DataFrame:
    """The rows of all schemes, those of each in its own order, see `of`; of an open scheme, which has none, those with most
    customers first. `table`: scheme, tier and, where one is open, customers. The tiers are plain text."""
    schemes = list(schemes)
    nth, unordered = {scheme.name: i for i, scheme in enumerate(schemes)}, [scheme.name for scheme in schemes if scheme.open]
    rows = table[table["scheme"].isin(nth) & table["tier"].ne(NOT_PLACED)].astype({"scheme": "str", "tier": "str"})
    rows = rows.reset_index(drop=True)
    if "customers" in rows:  # those of schemes with an order stay where they are
        most_first = rows["customers"].where(rows["scheme"].isin(unordered), 0)
        rows = rows.iloc[most_first.sort_values(ascending=False, kind="stable").index]
    keys = list(zip(rows["scheme"], rows["tier"], strict=True))
    listed = [(scheme.name, tier.key) for scheme in schemes for tier in scheme.tiers]
    place = {key: i for i, key in enumerate(dict.fromkeys([*listed, *keys]))}
    order = sorted(range(len(keys)), key=lambda i: (nth[keys[i][0]], place[keys[i]]))
    return rows.iloc[order].reset_index(drop=True)


def cells(tiers: pd.DataFrame, customers: pd.DataFrame, a: Scheme, b: Scheme) -> pd.DataFrame:
    """One row per tier of scheme `a` and tier of scheme `b` that occur, also where nobody has both: the two as columns named
    for their schemes, customers, revenue (base currency). Customers that either scheme does not place are left out. No rows
    where `tiers` (customer_id, scheme, tier) lacks one of the schemes."""
    sides = [of(tiers, scheme).set_index("customer_id")["tier"].rename(scheme.name) for scheme in (a, b)]
    both = pd.concat(sides, axis=1, join="inner").join(customers.set_index("customer_id")["monetary"])
    both = both.assign(**{name: both[name].cat.remove_unused_categories() for name in (a.name, b.name)})
    rows = both.groupby([a.name, b.name], observed=False, sort=True)["monetary"].agg(["size", "sum"])
    return rows.set_axis(["customers", "revenue"], axis=1).reset_index()


def strongest(sizes: pd.DataFrame) -> pd.DataFrame:
    """Of each scheme the tier whose share of revenue exceeds its share of customers most, the greatest excess first.

    `sizes`: scheme, tier, customers, customer_share, revenue, revenue_share; the result has one row per scheme of it.
    """
    lead = (sizes["revenue_share"] - sizes["customer_share"]).astype(float)
    best = sizes.loc[lead.sort_values(ascending=False, kind="stable").index].drop_duplicates("scheme")
    return best.reset_index(drop=True)


def left_out(tiers: pd.DataFrame) -> pd.DataFrame:
    """Why customers have no tier: one row per scheme and reason, most customers first: scheme, reason, customers."""
    rows = tiers[tiers["tier"] == NOT_PLACED]
    counts = rows.groupby(["scheme", "reason"], observed=True, sort=False).size().rename("customers").reset_index()
    return counts.sort_values("customers", ascending=False, kind="stable", ignore_index=True)


def known(scores: pd.DataFrame, tiers: pd.DataFrame) -> pd.DataFrame:
    """What scores rest on: one row per scheme and tier, the highest scores first: scheme, tier, customers, and the medians of
    score and known_weight. `scores`: customer_id, scheme, score, known_weight; customers whom it does not score are left out.
    """
    placed = tiers[tiers["tier"] != NOT_PLACED].astype({"scheme": "str", "tier": "str"})
    rows = scores.merge(placed[["customer_id", "scheme", "tier"]], on=["customer_id", "scheme"], validate="one_to_one")
    asked = {"customers": ("customer_id", "size"), "score": ("score", "median"), "known_weight": ("known_weight", "median")}
    table = rows.groupby(["scheme", "tier"], sort=False).agg(**asked).reset_index()
    return table.sort_values(["scheme", "score"], ascending=[True, False], kind="stable", ignore_index=True)
