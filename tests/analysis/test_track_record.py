"""What came of a past day's lists, with intervals of known authority; following up judged on firms with known truth."""

from __future__ import annotations

import datetime as dt
from functools import partial

import numpy as np
import pandas as pd
import pytest

from segkit.analysis import track_record

DAY, AS_OF = pd.Timestamp(2026, 4, 1), dt.date(2026, 6, 30)
RISKS = pd.DataFrame(
    [("2026-04-01", "a", 0.7, "act"), ("2026-04-01", "b", 0.8, "high"), ("2026-04-01", "c", 0.1, "low"),
     ("2026-04-01", "d", 0.1, "low"), ("2026-01-01", "a", 0.2, "low")],
    columns=["cutoff", "customer_id", "churn_risk", "band"],
)  # fmt: skip
TIERS = pd.DataFrame(
    [("a", "rfm_matrix", "core"), ("b", "rfm_matrix", "core"), ("c", "rfm_matrix", "save"), ("a", "trade_tier", "KA"),
     ("c", "rfm_8", "core")],
    columns=["customer_id", "scheme", "tier"],
)  # fmt: skip
ORDERS = pd.DataFrame(
    [("a", "2025-12-31", 99.0), ("a", "2026-01-01", 10.0), ("a", "2026-04-01", 5.0), ("b", "2026-03-31", 7.0),
     ("d", "2026-06-29", 8.0), ("d", "2026-06-30", 900.0)],
    columns=["customer_id", "ordered_on", "amount"],
)  # fmt: skip


def test_lists_are_bound_to_scheme_and_tier_together_and_to_the_risk_said_then():
    day = track_record.looked_back_to(RISKS)
    assert day == DAY
    risk = track_record.risk_then(RISKS, day)
    found = track_record.members(TIERS, risk)
    assert found.groupby("list", observed=True)["customer_id"].agg("".join).to_dict() == {
        "core": "ab", "save": "c", "key_accounts": "a", "at_risk_act": "a", "at_risk_high": "b"
    }  # fmt: skip


def test_a_list_is_counted_from_its_day_to_as_of_and_its_revenue_against_as_many_days_before():
    risk = track_record.risk_then(RISKS, DAY)
    rows = track_record.record(track_record.members(TIERS, risk), risk["customer_id"], ORDERS, day=DAY, as_of=AS_OF)
    core = rows.set_index("list").loc["core"]
    assert core[["customers", "ordered_again", "share", "base_customers", "base_share"]].tolist() == [2, 1, 0.5, 4, 0.5]
    assert core[["revenue_before", "revenue_since"]].tolist() == [17.0, 5.0]
    assert rows["list"].tolist() == ["core", "save", "key_accounts", "at_risk_act", "at_risk_high"]


@pytest.mark.parametrize(
    ("again", "of", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611)]
)
def test_the_interval_of_a_list_is_wilsons_as_newcombe_1998_prints_it(again, of, low, high, monkeypatch):
    monkeypatch.setattr(track_record, "wilson", partial(track_record.wilson, confidence=0.95))
    ids = pd.Series([f"c{i}" for i in range(of)])
    orders = pd.DataFrame({"customer_id": ids[:again], "ordered_on": DAY, "amount": 1.0})
    rows = track_record.record(pd.DataFrame({"list": "core", "customer_id": ids}), ids, orders, day=DAY, as_of=AS_OF)
    assert rows[["low", "high"]].iloc[0].tolist() == pytest.approx([low, high], abs=5e-5)


def test_without_a_day_to_look_back_to_there_is_nothing_to_say():
    none = track_record.looked_back_to(RISKS.iloc[:0])
    risk = track_record.risk_then(RISKS, none)
    listed = track_record.members(TIERS.iloc[:0], risk)
    assert none is None
    assert track_record.record(listed, risk["customer_id"], ORDERS, day=none, as_of=AS_OF).empty
    touches = pd.DataFrame({"customer_id": ["a"], "on": [DAY], "direction": ["out"], "kind": ["follow_up"]})
    table, gap = track_record.followed_up(listed, track_record.strata(TIERS.iloc[:0], risk), touches, ORDERS, day=none)
    assert (len(table), gap.compared) == (0, 0)


def test_only_our_own_touches_of_the_first_days_count_and_who_ordered_in_them_is_not_compared():
    listed = pd.DataFrame({"list": "core", "customer_id": list("abcdef")})
    touches = pd.DataFrame(
        [("a", 0, "out", "follow_up"), ("b", 29, "out", None), ("c", 30, "out", "follow_up"), ("d", 5, "out", "mailing"),
         ("e", 5, "in", "inquiry"), ("f", 1, "out", "follow_up")],
        columns=["customer_id", "after", "direction", "kind"],
    )  # fmt: skip
    touches["on"] = DAY + pd.to_timedelta(touches["after"], unit="D")
    orders = pd.DataFrame({"customer_id": ["a", "f", "e"], "ordered_on": [DAY + pd.Timedelta(days=n) for n in (30, 29, 89)]})
    strata = pd.DataFrame({"customer_id": list("abcdef"), "tier": "core", "band": "low"})
    table, gap = track_record.followed_up(listed, strata, touches, orders, day=DAY)
    assert table[["list", "followed", "customers", "ordered_later"]].values.tolist() == [
        ["core", False, 3, 1], ["core", True, 2, 1], ["all", False, 3, 1], ["all", True, 2, 1]
    ]  # fmt: skip
    assert gap.difference == pytest.approx(1 / 2 - 1 / 3)
    assert (gap.compared, gap.others) == (2, 3)


def test_the_difference_is_that_of_mantel_and_haenszel_with_the_variance_of_greenland_and_robins():
    rows = strata_rows(("x", 8, 10, 5, 20), ("y", 1, 10, 2, 40))
    found = track_record.difference(rows, confidence=0.95)
    # by hand: weights 10·20/30 and 10·40/50; (8·20 − 5·10)/30 + (1·40 − 2·10)/50 over their sum
    assert found.difference == pytest.approx((110 / 30 + 20 / 50) / (200 / 30 + 400 / 50))
    spread = (8 * 2 * 20**3 + 5 * 15 * 10**3) / (10 * 20 * 30**2) + (1 * 9 * 40**3 + 2 * 38 * 10**3) / (10 * 40 * 50**2)
    half = 1.959964 * spread**0.5 / (200 / 30 + 400 / 50)
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=1e-5)


def strata_rows(*counts: tuple[str, int, int, int, int]) -> pd.DataFrame:
    """Stratum, ordered and all of those followed up, ordered and all of the others."""
    parts = []
    for tier, a, n1, c, n0 in counts:
        later = [*[True] * a, *[False] * (n1 - a), *[True] * c, *[False] * (n0 - c)]
        followed = [*[True] * n1, *[False] * n0]
        parts.append(pd.DataFrame({"tier": tier, "band": "low", "followed": followed, "later": later}))
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("effect", [0.0, 0.15])
def test_calls_to_the_riskiest_do_not_look_harmful_and_a_true_effect_is_found(effect):
    """Salespeople call the riskiest most. The plain difference then points the wrong way; that within strata holds the truth
    in nine of ten firms."""
    held, plain = [], []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        risky = rng.random(600) < 0.5
        followed = rng.random(600) < np.where(risky, 0.6, 0.2)
        later = rng.random(600) < np.where(risky, 0.2, 0.7) + effect * followed
        rows = pd.DataFrame({"tier": "core", "band": np.where(risky, "high", "low"), "followed": followed, "later": later})
        found = track_record.difference(rows)
        held.append(found.low <= effect <= found.high)
        plain.append(later[followed].mean() - later[~followed].mean())
    assert 0.85 <= np.mean(held) <= 0.95
    assert np.mean(plain) < effect - 0.1


def test_a_stratum_with_one_kind_only_tells_nothing():
    rows = strata_rows(("x", 8, 10, 0, 0), ("y", 0, 0, 2, 40))
    assert track_record.difference(rows).compared == 0
    assert np.isnan(track_record.difference(rows).difference)
