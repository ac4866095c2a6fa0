"""Bounds of an account's next gap: what few gaps tell is drawn towards the firm, and they hold as often as they promise."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from places import ROOT, TODAY
from segkit import crm, settings
from segkit.crm import bounds, rhythm

FIRM = bounds.Firm(log_mean=np.log(40), between=0.5, within=0.4, within_df=np.inf)


def told(frame: pd.DataFrame, **keys) -> pd.DataFrame:
    """What the engine says of accounts, in their order. `frame`: gaps, gap_log_mean, gap_log_sd."""
    con = ibis.duckdb.connect()
    rows = con.create_table("accounts", frame.assign(at=range(len(frame))))
    found = con.to_pandas(bounds.next_gaps(rows, firm=rhythm.one_firm, **keys))
    return found.sort_values("at", ignore_index=True)


def accounts(*rows: tuple[int, float | None, float | None]) -> pd.DataFrame:
    """Accounts by their gaps, the geometric mean of these in days, and the deviation of their logs."""
    frame = pd.DataFrame(rows, columns=["gaps", "mean", "gap_log_sd"]).astype({"mean": float, "gap_log_sd": float})
    return frame.assign(gap_log_mean=np.log(frame["mean"]))[["gaps", "gap_log_mean", "gap_log_sd"]]


def simulated(seed: int, *, many: int = 4000) -> tuple[pd.DataFrame, np.ndarray, list[np.ndarray]]:
    """Accounts with 0 to 12 gaps of known truth (log mean N(3.6, .5), variance 6 × .4 / chi²(6)), the gap that comes next, and
    the gaps known."""
    rng = np.random.default_rng(seed)
    n = rng.integers(0, 13, many)
    mean, variance = rng.normal(3.6, np.sqrt(0.5), many), 6 * 0.4 / rng.chisquare(6, many)
    logs = [rng.normal(m, np.sqrt(v), k + 1) for m, v, k in zip(mean, variance, n, strict=True)]
    known = [log[:-1] for log in logs]
    frame = pd.DataFrame({"gaps": n})
    frame["gap_log_mean"] = [x.mean() if len(x) else np.nan for x in known]
    frame["gap_log_sd"] = [x.std() if len(x) > 1 else np.nan for x in known]
    return frame, np.exp([log[-1] for log in logs]), [np.exp(x) for x in known]


@pytest.fixture(scope="module")
def next_gaps() -> pd.DataFrame:
    """Six simulated firms: gaps, the gap that came, the engine's bounds, and the quantile of own gaps."""
    parts = []
    for seed in range(6):
        frame, coming, known = simulated(seed)
        raw = [np.quantile(x, 0.9) if len(x) else np.nan for x in known]
        parts.append(told(frame).assign(coming=coming, raw=raw))
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("gaps", [0, 1, 2, 3, 8, 12])
def test_one_next_gap_in_ten_is_beyond_the_upper_bound_however_few_gaps_are_known(next_gaps, gaps):
    own = next_gaps[next_gaps["gaps"] == gaps]
    assert (own["coming"] > own["gap_upper_days"]).mean() == pytest.approx(0.1, abs=0.02)
    assert (own["coming"] < own["gap_low_days"]).mean() == pytest.approx(0.1, abs=0.02)


def test_the_quantile_of_an_accounts_own_few_gaps_is_passed_far_more_often_than_it_promises(next_gaps):
    few = next_gaps[next_gaps["gaps"].between(1, 3)]
    assert (few["coming"] > few["gap_upper_days"]).mean() == pytest.approx(0.1, abs=0.02)
    assert (few["coming"] > few["raw"]).mean() > 0.3


def test_another_bound_is_passed_by_as_many_as_it_says():
    frame, coming, _ = simulated(11, many=8000)
    assert (coming > told(frame, bound=0.7)["gap_upper_days"]).mean() == pytest.approx(0.3, abs=0.02)


def test_the_firm_is_found_again_from_its_accounts():
    frame = simulated(1, many=8000)[0]
    con = ibis.duckdb.connect()
    rows = con.create_table("accounts", frame).mutate(_of=ibis.literal("firm"))
    counts = rows.group_by("_of", "gaps").agg(**bounds._sums(rows)).to_pandas()
    firm = bounds._centres(rows, {"firm": bounds._spreads(counts)})["firm"]
    assert firm.log_mean == pytest.approx(3.6, abs=0.03)
    assert firm.between == pytest.approx(0.5, abs=0.04)
    assert firm.within == pytest.approx(0.4, abs=0.03)
    assert firm.within_df == pytest.approx(6, abs=1.2)


def test_the_usual_gap_is_the_normal_normal_posterior_and_its_bounds_are_lognormal_where_the_spread_is_known():
    found = told(accounts((4, 10, 0.3), (1, 10, None), (0, None, None)), known=FIRM)
    weights = np.array([0.5 / (0.5 + 0.4 / 4), 0.5 / (0.5 + 0.4), 0])
    centre = weights * np.log(10) + (1 - weights) * np.log(40)
    scale = np.sqrt(0.4 + 0.5 * (1 - weights))
    assert found["usual_gap_days"].tolist()[:2] == pytest.approx(list(np.exp(centre[:2])), abs=0.006)
    assert np.isnan(found["usual_gap_days"].iloc[2])
    assert list(found["gap_upper_days"]) == pytest.approx(list(stats.lognorm(scale, scale=np.exp(centre)).ppf(0.9)), abs=0.006)
    assert list(found["gap_low_days"]) == pytest.approx(list(stats.lognorm(scale, scale=np.exp(centre)).ppf(0.1)), abs=0.006)
    assert list(found["gap_own_share"]) == pytest.approx(list(weights), abs=1e-4)


def test_an_accounts_spread_is_drawn_towards_the_firms_by_smyth_2004():
    found = told(accounts((5, 10, 0.2)), known=bounds.Firm(np.log(40), 0.5, within=0.4, within_df=6)).iloc[0]
    spread = (6 * 0.4 + 5 * 0.2**2) / (6 + 4)
    weight = 0.5 / (0.5 + spread / 5)
    reach = stats.t(10).ppf(0.9) * np.sqrt(spread + 0.5 * (1 - weight))
    assert found["gap_spread"] == pytest.approx(np.sqrt(spread), abs=1e-4)
    assert np.log(found["gap_upper_days"] / found["usual_gap_days"]) == pytest.approx(reach, abs=1e-3)


def test_a_firm_without_repeat_orders_has_no_bounds():
    found = told(accounts((0, None, None), (0, None, None)))
    assert found[["usual_gap_days", "gap_low_days", "gap_upper_days", "gap_spread", "gap_own_share"]].isna().all(axis=None)


def test_one_gap_each_cannot_tell_accounts_apart_so_all_have_the_firms_rhythm():
    found = told(accounts((1, 10, None), (1, 40, None), (1, 160, None)))
    assert list(found["usual_gap_days"]) == pytest.approx([40, 40, 40])
    assert found["gap_upper_days"].nunique() == 1


def next_gap_passes(folder, config, *, as_of=None) -> tuple[float, float]:
    """Of customers with two gaps or more, how often the newest passes the bound told by those before, and the quantile of
    the own ones. Reads a config's orders; the order days before each customer's last stand for what was known."""
    crm.extract(settings.load(config), tables=folder, today=TODAY, as_of=as_of)
    days = pd.read_parquet(folder / "orders.parquet", columns=["customer_id", "ordered_on"]).drop_duplicates()
    days = days.assign(ordered_on=pd.to_datetime(days["ordered_on"])).sort_values(["customer_id", "ordered_on"])
    gap = days.groupby("customer_id")["ordered_on"].diff().dt.days
    last = days["customer_id"].ne(days["customer_id"].shift(-1))
    before = gap.where(~last).groupby(days["customer_id"])
    logs = np.log(gap.where(~last)).groupby(days["customer_id"])
    frame = pd.DataFrame({"gaps": before.count(), "gap_log_mean": logs.mean(), "gap_log_sd": logs.std(ddof=0)})
    frame.loc[frame["gaps"] < 2, "gap_log_sd"] = np.nan
    upper = told(frame[["gaps", "gap_log_mean", "gap_log_sd"]].reset_index(drop=True))["gap_upper_days"]
    frame = frame.assign(upper=upper.to_numpy(), raw=before.quantile(0.9), coming=gap[last].set_axis(frame.index))
    tried = frame[frame["gaps"] > 0]
    return (tried["coming"] > tried["upper"]).mean(), (tried["coming"] > tried["raw"]).mean()


def test_on_cdnow_the_next_gap_passes_the_bound_less_often_than_the_quantile_of_own_gaps(tmp_path, reference_data):
    ours, theirs = next_gap_passes(tmp_path, ROOT / "data" / "examples" / "cdnow-sample.yaml")
    assert (ours, theirs) == pytest.approx((0.19, 0.38), abs=0.02)
