"""What few customers hold: concentration and its change, dependency on one account, the long tail, what risky accounts owe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.findings.finding import Finding, Severity, part_of
from segkit.findings.tiers import absent

if TYPE_CHECKING:
    import pandas as pd

HELD_BY_TOP = 0.8  # of revenue with the top fifth: from here on a risk to watch
DEPENDENT = 0.5  # of a group's revenue with one account: from here on a risk
FEW = 5  # customers below which a group depends on each of them
OWED_BY_RISKY = 0.3  # of what is past due: from here on a risk


def top_share(measures: pd.DataFrame, top: float = 0.2) -> Finding:
    """Revenue share of the top `top` of customers with its interval, and the Gini coefficient. `measures`: measure, top, value,
    low, high."""
    row = measures[measures["top"] == top].iloc[0]
    gini = measures.loc[measures["measure"] == "gini", "value"].iloc[0]
    numbers = {"top": top, "share": row["value"], "low": row["low"], "high": row["high"], "gini": gini}
    return Finding("top_share", numbers, "risk" if row["value"] >= HELD_BY_TOP else "info")


def concentration_change(series: pd.DataFrame) -> Finding:
    """The Gini coefficient of the last whole period against the one that began a year before it; a change that is smaller than
    both half intervals together (root of the sum of squares) is chance. `series`: period, measure, value, low, high, whole."""
    import pandas as pd

    gini = series[(series["measure"] == "gini") & series["whole"]].set_index("period")
    if gini.empty or (before := gini.index[-1] - pd.DateOffset(years=1)) not in gini.index:
        return Finding("concentration_unknown")
    now, then = gini.iloc[-1], gini.loc[before]
    numbers = {"gini": now["value"], "before": then["value"], "period": gini.index[-1].date(), "since": before.date()}
    room = sum(((row["high"] - row["low"]) / 2) ** 2 for row in (now, then)) ** 0.5
    change = now["value"] - then["value"]
    if not abs(change) > room:
        return Finding("concentration_steady", numbers)
    return Finding("concentration_up", numbers, "warn") if change > 0 else Finding("concentration_down", numbers, "good")


def concentrated_by(table: pd.DataFrame) -> Finding:
    """Of country, product, salesperson and currency the one whose largest group holds most of the last year's revenue.
    `table`: dimension, years_back, groups, largest, largest_share, equal_groups."""
    rows = table[(table["years_back"] == 0) & table["dimension"].ne("customer_id") & (table["groups"] > 1)]
    rows = rows[rows["largest"].ne("unknown")]
    if rows.empty:
        return Finding("concentrated_by_nothing")
    row = rows.loc[rows["largest_share"].idxmax()]
    numbers = {"dimension": f"dimension.{row['dimension']}", "group": str(row["largest"]), "share": row["largest_share"]}
    severity: Severity = "risk" if row["largest_share"] >= HELD_BY_TOP else "info"
    return Finding("concentrated_by", numbers | {"equal_groups": row["equal_groups"]}, severity)


def dimension_change(table: pd.DataFrame) -> Finding:
    """The dimension whose Herfindahl index moved most against the year before, beyond both half intervals together (root of
    the sum of squares). `table`: dimension, years_back, herfindahl, low, high, whole."""
    whole = table[table["whole"].astype(bool)].set_index(["years_back", "dimension"])
    both = [d for b, d in whole.index if b == 0 and (1, d) in whole.index]
    if not both:
        return Finding("dimension_change_unknown")
    now, then = (whole.loc[[(back, d) for d in both]].droplevel(0) for back in (0, 1))
    room = sum(((rows["high"] - rows["low"]) / 2) ** 2 for rows in (now, then)) ** 0.5
    moved = (now["herfindahl"] - then["herfindahl"])[lambda change: change.abs() > room]
    if moved.empty:
        return Finding("dimensions_steady", {"dimensions": len(both)})
    name = (moved / then["herfindahl"]).abs().idxmax()
    numbers = {"dimension": f"dimension.{name}", "equal": now.at[name, "equal_groups"], "before": then.at[name, "equal_groups"]}
    up = moved[name] > 0
    return Finding("dimension_up" if up else "dimension_down", numbers, "warn" if up else "good")


def tail_growers(growers: pd.DataFrame) -> Finding:
    """What growing customers of the long tail gained within a year. `growers`: gain."""
    numbers = {"customers": len(growers), "gain": growers["gain"].sum()}
    return Finding("tail_growers", numbers, "good") if len(growers) else Finding("no_tail_growers")


def largest_dependency(rows: pd.DataFrame, scheme: str | None = None) -> Finding:
    """The group with at least `FEW` customers that depends most on its largest account. `rows`: the group as first column,
    customers, largest_share, largest_revenue, firm_share. `scheme`: whose tiers the groups are, where they are tiers."""
    group = str(rows.columns[0])
    fit = rows[(rows["customers"] >= FEW) & rows[group].ne("unknown")]
    if fit.empty:
        return Finding("no_dependency", {"few": FEW, "by": group})
    row = fit.sort_values("largest_share", ascending=False, kind="stable").iloc[0]
    numbers = {"share": row["largest_share"], "revenue": row["largest_revenue"], "firm_share": row["firm_share"]}
    severity: Severity = "risk" if row["largest_share"] >= DEPENDENT else "info"
    if scheme:
        return Finding("dependency_tier", numbers | {"tier": f"tier.{scheme}.{row[group]}"}, severity)
    return Finding("dependency", numbers | {"group": str(row[group])}, severity)


def long_tail(parts: pd.DataFrame) -> Finding:
    """The long tail: its size, its share of revenue and, where they are known, of contacts, and who grows and shrinks in it.
    `parts`: value_part (top, tail), customers, customer_share, revenue_share, growing, shrinking, touch_share where known."""
    row = parts[parts["value_part"] == "tail"].iloc[0]
    numbers = {k: int(row[k]) for k in ("customers", "growing", "shrinking")}
    numbers |= {k: row[k] for k in ("customer_share", "revenue_share")}
    if "touch_share" not in parts.columns or not parts["touches_12m"].sum():
        return Finding("long_tail", numbers)
    return Finding("long_tail_served", numbers | {"touch_share": row["touch_share"]})


def receivables_at_risk(owing: pd.DataFrame, *, known: bool = True) -> Finding:
    """What accounts at high churn risk have not paid past its due day. `owing`: overdue_amount, churn_risk, risky; `known`:
    whether the run has payments with amounts."""
    if not known:
        return absent("receivables", "payments")
    if owing.empty:
        return Finding("no_receivables", {}, "good")
    if owing["risky"].isna().all():
        numbers = {"customers": len(owing), "owed": owing["overdue_amount"].sum()}
        return Finding("receivables", numbers)
    risky = owing[owing["risky"].fillna(value=False).astype(bool)]
    owed, all_owed = risky["overdue_amount"].sum(), owing["overdue_amount"].sum()
    share = part_of(owed, all_owed)
    numbers = {"customers": len(risky), "owed": owed, "share": share}
    return Finding("receivables_at_risk", numbers, "risk" if share >= OWED_BY_RISKY else "info")
