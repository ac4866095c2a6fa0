"""The firm's own figures that alerts read: how concentrated its revenue is, and on whom."""

from __future__ import annotations

import pandas as pd

from segkit.analysis import concentration as measures

KEEPS = ("customer_id", "owner", "do_not_contact", "revenue_12m")


def concentration(customers: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """One row, of the account whose share rose most: customer_id, owner and do_not_contact where known, revenue_12m,
    account_share (of the firm's last 12 months), account_share_before (of the 12 before), concentration (Herfindahl),
    concentration_low (5 % end of its interval), concentration_before, concentration_rise (0.1: a tenth more), equal_customers,
    equal_before (so many equal customers would be as concentrated). No row without revenue in both years.

    `customers`: customer_id, revenue_12m, revenue_prev_12m.
    """
    now, before = (customers[c].fillna(0).clip(lower=0) for c in ("revenue_12m", "revenue_prev_12m"))
    keeps = [c for c in KEEPS if c in customers]
    if not (now.sum() > 0 and before.sum() > 0):
        return customers.iloc[:0][keeps]
    share, earlier = now / now.sum(), before / before.sum()
    order = pd.DataFrame({"gain": share - earlier, "id": customers["customer_id"]})
    cause = order.sort_values(["gain", "id"], ascending=[False, True]).index[0]
    index = measures.measures(now, tops=(), seed=seed).set_index("measure").loc["herfindahl"]
    past = measures.herfindahl(before)
    return (
        customers.loc[[cause], keeps]
        .assign(
            account_share=share[cause],
            account_share_before=earlier[cause],
            concentration=index["value"],
            concentration_low=index["low"],
            concentration_before=past,
            concentration_rise=index["value"] / past - 1,
            equal_customers=1 / index["value"],
            equal_before=1 / past,
        )
        .reset_index(drop=True)
    )
