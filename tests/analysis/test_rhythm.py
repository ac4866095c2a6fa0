"""The rhythm of accounts: what few gaps tell is drawn towards the firm, bounds hold as often as they promise."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from segkit.analysis import rhythm

FIRM = rhythm.Firm(log_mean=np.log(40), between=0.5, within=0.4, within_df=np.inf, accounts=30, gaps=300)


def account(gaps: int, mean: float | None = None, sd: float | None = None, *, recency: int = 10, **more) -> dict:
    """One row of customers; `mean`: the geometric mean of its gaps in days."""
    known = {"gaps": gaps, "gap_log_mean": np.log(mean) if mean else None, "gap_log_sd": sd, "recency_days": recency}
    return {"customer_id": "C", "last_order_on": dt.date(2026, 6, 30) - dt.timedelta(days=recency - 1)} | known | more


def customers(*rows: dict) -> pd.DataFrame:
    frame = pd.DataFrame([row | {"customer_id": f"C{i}"} for i, row in enumerate(rows)])
    return frame.astype({"gap_log_mean": float, "gap_log_sd": float})


def simulated(seed: int, *, accounts: int = 4000) -> tuple[pd.DataFrame, np.ndarray, list[np.ndarray]]:
    """Accounts with 0 to 12 gaps of known truth (log mean N(3.6, .5), variance 6 × .4 / chi²(6)), the gap that comes next, and
    the gaps known. `C0` has none."""
    rng = np.random.default_rng(seed)
    n = rng.integers(0, 13, accounts)
    mean, variance = rng.normal(3.6, np.sqrt(0.5), accounts), 6 * 0.4 / rng.chisquare(6, accounts)
    logs = [rng.normal(m, np.sqrt(v), k + 1) for m, v, k in zip(mean, variance, n, strict=True)]
    known = [log[:-1] for log in logs]
    frame = pd.DataFrame(
        {"customer_id": range(accounts), "last_order_on": pd.Timestamp(2026, 1, 1), "recency_days": 9, "gaps": n}
    )
    frame["gap_log_mean"] = [x.mean() if len(x) else np.nan for x in known]
    frame["gap_log_sd"] = [x.std() if len(x) > 1 else np.nan for x in known]
    return frame, np.exp([log[-1] for log in logs]), [np.exp(x) for x in known]


def test_gaps_are_counted_between_distinct_order_days_before_as_of():
    orders = pd.DataFrame(
        [("A", "2026-01-01"), ("A", "2026-01-11"), ("A", "2026-01-11"), ("A", "2026-02-20"), ("A", "2026-07-01"),
         ("B", "2026-03-01"), ("Z", "2026-07-02")],
        columns=["customer_id", "ordered_on"],
    )  # fmt: skip
    a, b = rhythm.statistics(orders, as_of=dt.date(2026, 7, 1)).to_dict("records")
    assert (a["gaps"], a["last_order_on"], a["recency_days"]) == (2, pd.Timestamp(2026, 2, 20), 131)
    assert (np.exp(a["gap_log_mean"]), a["gap_log_sd"]) == pytest.approx((20, np.log(2)))
    assert (b["customer_id"], b["gaps"], b["recency_days"]) == ("B", 0, 122)
    assert np.isnan([b["gap_log_mean"], b["gap_log_sd"]]).all()


@pytest.mark.parametrize("gaps", [0, 1, 2, 3, 8, 12])
def test_one_next_gap_in_ten_is_beyond_the_upper_bound_however_few_gaps_are_known(gaps):
    beyond, below = [], []
    for seed in range(6):
        frame, coming, _ = simulated(seed)
        found, own = rhythm.measure(frame), frame["gaps"].to_numpy() == gaps
        beyond += list(coming[own] > found["gap_upper_days"][own])
        below += list(coming[own] < found["gap_low_days"][own])
    assert np.mean(beyond) == pytest.approx(0.1, abs=0.02)
    assert np.mean(below) == pytest.approx(0.1, abs=0.02)


def test_the_quantile_of_an_accounts_own_few_gaps_is_passed_far_more_often_than_it_promises():
    frame, coming, known = simulated(7)
    found, few = rhythm.measure(frame), frame["gaps"].between(1, 3).to_numpy()
    raw = np.array([np.quantile(x, 0.9) if len(x) else np.nan for x in known])
    ours, theirs = (coming > found["gap_upper_days"])[few].mean(), (coming > raw)[few].mean()
    assert ours == pytest.approx(0.1, abs=0.02)
    assert theirs > 0.3


def test_the_firm_is_found_again_from_its_accounts():
    firm = rhythm.firm(simulated(1, accounts=8000)[0])
    assert firm.log_mean == pytest.approx(3.6, abs=0.03)
    assert firm.between == pytest.approx(0.5, abs=0.04)
    assert firm.within == pytest.approx(0.4, abs=0.03)
    assert firm.within_df == pytest.approx(6, abs=1.2)


def test_the_usual_gap_is_the_normal_normal_posterior_and_its_bounds_are_lognormal_where_the_spread_is_known():
    found = rhythm.measure(customers(account(4, 10, 0.3), account(1, 10), account(0)), known=FIRM)
    weights = np.array([0.5 / (0.5 + 0.4 / 4), 0.5 / (0.5 + 0.4), 0])
    centre = weights * np.log(10) + (1 - weights) * np.log(40)
    scale = np.sqrt(0.4 + 0.5 * (1 - weights))
    assert list(found["usual_gap_days"]) == pytest.approx(list(np.exp(centre)))
    assert list(found["gap_upper_days"]) == pytest.approx(list(stats.lognorm(scale, scale=np.exp(centre)).ppf(0.9)))
    assert list(found["gap_low_days"]) == pytest.approx(list(stats.lognorm(scale, scale=np.exp(centre)).ppf(0.1)))
    assert list(found["known_from"]) == ["own", "shrunk", "firm"]


def test_an_accounts_spread_is_drawn_towards_the_firms_by_smyth_2004():
    firm = rhythm.Firm(np.log(40), 0.5, within=0.4, within_df=6, accounts=30, gaps=300)
    found = rhythm.measure(customers(account(5, 10, 0.2)), known=firm).iloc[0]
    spread = (6 * 0.4 + 5 * 0.2**2) / (6 + 4)
    weight = 0.5 / (0.5 + spread / 5)
    t = stats.t(10).ppf(0.9)
    assert np.log(found["gap_upper_days"] / found["usual_gap_days"]) == pytest.approx(t * np.sqrt(spread + 0.5 * (1 - weight)))


def test_regular_means_two_thirds_of_gaps_within_half_and_double_and_two_gaps_are_needed_to_tell():
    firm = rhythm.Firm(np.log(40), 0.5, within=0.8, within_df=1, accounts=30, gaps=300)
    rows = [account(40, 30, sd) for sd in (0.2, 0.9, 1.5)]
    found = rhythm.measure(customers(*rows, account(1, 30)), known=firm)
    assert list(found["regularity"].astype(object).where(found["regularity"].notna(), None)) == [*rhythm.REGULARITY, None]


def test_an_account_is_overdue_only_past_its_upper_bound_and_the_days_count_from_there():
    bound = rhythm.measure(customers(account(0)), known=FIRM)["gap_upper_days"].iloc[0]
    on_it = customers(account(0)).assign(recency_days=bound)
    assert list(rhythm.measure(on_it, known=FIRM)["overdue"]) == [False]
    upper = int(bound)
    found = rhythm.measure(customers(account(0, recency=upper), account(0, recency=upper + 5)), known=FIRM)
    assert (list(found["overdue"]), list(found["overdue_days"])) == ([False, True], [0, 5])
    last = found["next_order_high_on"] - pd.to_timedelta([upper + 1] * 2, unit="D")
    assert list(last) == [pd.Timestamp(2026, 7, 1) - pd.Timedelta(days=d) for d in (upper, upper + 5)]


def test_a_firm_without_repeat_orders_has_no_rhythm_and_prospects_are_left_out():
    found = rhythm.measure(customers(account(0), account(0) | {"last_order_on": None}))
    assert len(found) == 1
    assert found[["usual_gap_days", "gap_upper_days", "next_order_on", "regularity", "known_from"]].isna().all(axis=None)
    assert (list(found["overdue"]), found.attrs["firm"]["gaps"]) == ([False], 0)


def test_one_gap_each_cannot_tell_accounts_apart_so_all_have_the_firms_rhythm():
    found = rhythm.measure(customers(account(1, 10), account(1, 40), account(1, 160)))
    assert list(found["usual_gap_days"]) == pytest.approx([40, 40, 40])
    assert set(found["known_from"]) == {"shrunk"}


def test_bounds_on_one_side_of_the_median_are_refused():
    with pytest.raises(ValueError, match=r"low 0.6, high 0.9"):
        rhythm.measure(customers(account(1, 10)), low=0.6)


def test_accounts_are_the_active_ones_biggest_first_and_the_overdue_are_listed_from_them():
    table = customers(
        account(9, 20, 0.3, recency=300, revenue_12m=5.0, name="Late"),
        account(9, 20, 0.3, recency=5, revenue_12m=9.0, name="Big"),
        account(9, 20, 0.3, recency=400, revenue_12m=0.0, name="Lost"),
    )  # fmt: skip
    accounts = rhythm.accounts(rhythm.measure(table, known=FIRM), table)
    assert list(accounts["name"]) == ["Big", "Late"]
    late = rhythm.overdue(accounts)
    assert list(late.columns) == ["customer_id", "name", "recency_days", "revenue_12m", "usual_gap_days", "gap_low_days",
                                  "gap_upper_days", "overdue_days"]  # fmt: skip
    assert list(late["name"]) == ["Late"]


def test_looking_back_counts_who_ordered_since_by_where_they_stood_then():
    days = [f"2025-{month:02d}-01" for month in range(1, 10)]
    orders = pd.DataFrame(
        [(c, d) for c in ("A", "B", "C", "D", "E", "F") for d in days]
        + [("A", "2025-12-20"), ("B", "2026-02-10"), ("C", "2025-12-28"), ("C", "2026-01-20"), ("D", "2025-12-28")],
        columns=["customer_id", "ordered_on"],
    )
    found = rhythm.looked_back(orders, as_of=dt.date(2026, 4, 1), days=90).set_index("rhythm_state")
    assert found["accounts"].to_dict() == {"within": 3, "past_usual": 0, "overdue": 3}
    assert found["ordered_again"].to_dict() == {"within": 1, "past_usual": 0, "overdue": 1}
    low, high = stats.beta(1.5, 2.5).interval(0.9)
    assert (found.at["overdue", "low"], found.at["overdue", "high"]) == pytest.approx((low, high))
    assert found.loc["past_usual", ["share", "low", "high"]].isna().all()


def test_on_cdnow_the_next_gap_passes_the_bound_less_often_than_the_quantile_of_own_gaps(cdnow_days):
    known = cdnow_days.groupby("customer_id").filter(lambda d: len(d) > 2)
    last = known.groupby("customer_id")["ordered_on"].transform("max")
    before = known[known["ordered_on"] < last]
    found = rhythm.measure(rhythm.statistics(before, as_of=dt.date(1998, 7, 1))).set_index("customer_id")
    gap = (last.groupby(known["customer_id"]).first() - before.groupby("customer_id")["ordered_on"].max()).dt.days
    own = (
        before.assign(gap=before.groupby("customer_id")["ordered_on"].diff().dt.days)
        .groupby("customer_id")["gap"]
        .quantile(0.9)
    )
    ours, theirs = (gap > found["gap_upper_days"]).mean(), (gap > own).mean()
    assert (ours, theirs) == pytest.approx((0.19, 0.38), abs=0.02)


@pytest.fixture(scope="module")
def cdnow_days(reference_data) -> pd.DataFrame:
    path = reference_data / "cdnow" / "CDNOW_sample.txt"
    rows = pd.read_csv(path, sep=r"\s+", header=None, usecols=[1, 2], names=["_", "customer_id", "on", "n", "amount"])
    days = pd.to_datetime(rows["on"].astype(str), format="%Y%m%d")
    return pd.DataFrame({"customer_id": rows["customer_id"], "ordered_on": days}).drop_duplicates()
