"""Leadership's key figures: which days are compared, what each figure is, and what it is where nothing tells the past."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from segkit import schemes
from segkit.analysis import leadership

DAY = pd.Timestamp
QUARTERS = pd.DataFrame({"begin": [DAY(2026, 1, 1), DAY(2026, 4, 1)], "end": [DAY(2026, 4, 1), DAY(2026, 7, 1)]})


def past_days(*quarters: str) -> pd.DataFrame:
    rows = [(DAY(day), "quarter") for day in quarters] + [(DAY(2026, 4, 2), "window")]
    return pd.DataFrame(rows, columns=["cutoff", "kind"])


def series(figure: str, *points: tuple[str, float]) -> pd.DataFrame:
    rows = [(figure, DAY(on), value) for on, value in points]
    return pd.DataFrame(rows, columns=["figure", "on", "value"]).astype({"on": "datetime64[us]"})


def values(found: pd.DataFrame, figure: str) -> dict[str, float]:
    rows = found[found["figure"] == figure]
    return dict(zip(rows["on"].dt.strftime("%Y-%m-%d"), rows["value"], strict=True))


@pytest.mark.parametrize(
    ("as_of", "ends"),
    [
        (dt.date(2026, 7, 1), ["2026-04-01", "2026-07-01"]),  # on the boundary: that quarter is over
        (dt.date(2026, 6, 30), ["2026-04-01"]),  # a day before it: it is not
    ],
)
def test_a_quarter_is_whole_when_as_of_is_its_end(as_of, ends):
    found = leadership.whole(past_days("2026-04-01", "2026-01-01"), as_of=as_of)
    assert found["end"].astype(str).tolist() == ends


def test_quarters_of_a_fiscal_year_from_april_or_february_are_those_of_the_past_days():
    found = leadership.whole(past_days("2026-05-01", "2026-02-01"), as_of=dt.date(2026, 6, 1))
    assert found.astype(str).to_numpy().tolist() == [["2026-02-01", "2026-05-01"]]
    assert leadership.last_two(leadership.whole(past_days(), as_of=dt.date(2026, 6, 1))) == []


SALES = pd.DataFrame(
    [
        ("2025-10-01", 9, 9, 900.0, 90.0, 900.0),
        ("2026-01-01", 4, 1, 400.0, 100.0, 400.0),
        ("2026-01-01", 1, 1, 100.0, None, None),
        ("2026-07-01", 2, 0, 50.0, None, None),
    ],
    columns=["period", "orders", "new_customers", "revenue", "margin", "margin_on"],
)


def test_money_is_that_of_whole_quarters_and_a_quarter_without_orders_is_nought():
    found = leadership.by_quarter(SALES, as_of=dt.date(2026, 8, 15))
    assert values(found, "revenue_quarter") == {"2026-04-01": 500.0, "2026-07-01": 0.0}
    assert values(found, "orders_quarter") == {"2026-04-01": 5, "2026-07-01": 0}
    assert values(found, "new_customers") == {"2026-04-01": 2, "2026-07-01": 0}  # the first quarter's are not all new
    assert values(found, "profit_quarter")["2026-04-01"] == 100.0
    assert np.isnan(values(found, "profit_quarter")["2026-07-01"])
    assert values(found, "average_order_value")["2026-04-01"] == 100.0


def test_without_margins_there_is_no_profit_at_all():
    found = leadership.by_quarter(SALES.assign(margin=np.nan, margin_on=np.nan), as_of=dt.date(2026, 8, 15))
    assert "profit_quarter" not in set(found["figure"])


def buyers(*rows: tuple[str, int, int, float]) -> pd.DataFrame:
    """customer_id, orders ever, orders of 12 months, monetary; last orders lie 10 days back, else 400."""
    frame = pd.DataFrame(rows, columns=["customer_id", "frequency", "orders_12m", "monetary"])
    recency = np.where(frame["orders_12m"] > 0, 10, 400)
    ordered = frame["frequency"] > 0
    frame["recency_days"] = pd.Series(recency).where(ordered)
    frame["last_order_on"] = (DAY(2026, 7, 1) - pd.to_timedelta(recency, unit="D")).to_series(index=frame.index).where(ordered)
    frame["first_order_on"] = frame["last_order_on"] - pd.Timedelta(days=500)
    unknown = ["usual_gap_days", "gap_low_days", "gap_upper_days", "gap_spread", "gap_own_share"]
    gaps = {"gaps": 0, **dict.fromkeys(unknown, np.nan), "revenue_12m": frame["monetary"]}
    three = {"frequency_3y": frame["frequency"], "monetary_3y": frame["monetary"], "tenure_days": 500}
    return frame.assign(**gaps, **three)


CUSTOMERS = buyers(
    ("a", 9, 5, 700.0), ("b", 5, 2, 100.0), ("c", 2, 1, 100.0), ("d", 1, 0, 100.0), ("p", 0, 0, 0.0), ("q", 0, 0, 0.0)
)


def test_standing_counts_active_and_core_customers_and_measures_concentration():
    found = leadership.standing(CUSTOMERS, schemes.load("rfm_matrix"), on=dt.date(2026, 7, 1))
    assert found.figures["customers_active"] == 3
    assert found.figures["revenue_share_top20"] == 0.7  # ceil(0.2 × 4) = 1 of four buyers
    assert found.figures["gini"] == pytest.approx(0.45)
    assert found.figures["core_customers"] == len(found.core)
    assert "a" in set(found.core)
    assert found.effort.empty  # no touches are measured


def test_a_scheme_that_reads_what_has_no_history_tells_no_core_customers_of_a_past_day():
    undated = schemes.load("loyalty")
    found = leadership.standing(CUSTOMERS, undated, on=dt.date(2026, 7, 1), core="devoted")
    assert np.isnan(found.figures["core_customers"])
    assert found.core.empty


def test_a_prospect_counts_where_something_says_that_it_was_known_that_day():
    scheme, created = schemes.load("rfm_matrix"), pd.Series({"p": DAY(2026, 1, 1)})
    asked = {"on": dt.date(2026, 7, 1), "created": created}
    assert leadership.standing(CUSTOMERS, scheme, **asked).prospects.tolist() == ["p"]
    spoken = CUSTOMERS.assign(touches=[0, 0, 0, 0, 0, 3])
    assert leadership.standing(spoken, scheme, **asked).prospects.tolist() == ["p", "q"]


def stood(day: str, core: list[str], prospects: list[str]) -> leadership.Standing:
    return leadership.Standing(DAY(day), {}, pd.Series(core, dtype="str"), pd.Series(prospects, dtype="str"), pd.DataFrame())


SEEN = [stood("2026-01-01", ["a", "b"], ["p", "q"]), stood("2026-04-01", ["a", "b", "c", "d"], ["q", "r"])]
OUTCOMES = pd.DataFrame(
    [
        (DAY(2026, 1, 1), "quarter", "a", 2),
        (DAY(2026, 1, 1), "quarter", "p", 1),
        (DAY(2026, 4, 1), "quarter", "a", 1),
        (DAY(2026, 4, 1), "quarter", "b", 1),
        (DAY(2026, 4, 1), "quarter", "c", 3),
        (DAY(2026, 4, 1), "quarter", "d", 0),  # a credit note alone
        (DAY(2026, 4, 1), "window", "q", 5),
    ],
    columns=["cutoff", "kind", "customer_id", "orders"],
)


def test_core_customers_and_prospects_are_followed_through_the_quarter_that_began_with_them():
    came = leadership.came_back(SEEN, OUTCOMES, QUARTERS)
    found = leadership.shares(came)
    assert values(found, "core_repurchase_rate") == {"2026-04-01": 0.5, "2026-07-01": 0.75}
    assert values(found, "prospects_conversion") == {"2026-04-01": 0.5, "2026-07-01": 0.0}


def test_a_prospect_won_by_one_salesperson_and_handed_to_another_counts_for_the_one_who_won_it():
    came = leadership.came_back(SEEN, OUTCOMES, QUARTERS)
    customers = pd.DataFrame({"customer_id": ["a", "p", "q", "r"], "owner": ["Farmer", "Farmer", "Pool", "Pool"]})
    deals = pd.DataFrame(
        [("p", "Hunter", "2026-02-01"), ("p", "Later", "2026-04-01"), ("a", "Hunter", "2026-02-01")],
        columns=["customer_id", "owner", "created_on"],
    )
    touches = pd.DataFrame(
        [("q", "Caller", "2025-12-01"), ("q", "Late", "2026-05-01")], columns=["customer_id", "owner", "month"]
    )
    found = leadership.followed_by(came, customers, deals, touches)
    owner = found.set_index(["on", "customer_id"])["owner"]
    assert owner[DAY(2026, 4, 1)].dropna().to_dict() == {"a": "Farmer", "p": "Hunter", "q": "Caller"}
    assert owner[(DAY(2026, 7, 1), "r")] == "Pool"


def test_the_second_order_rate_is_of_quarters_whose_window_is_over_and_not_the_extract_s_first():
    orders = pd.DataFrame(
        [("old", "2025-01-01"), ("a", "2025-04-01"), ("a", "2025-05-01"), ("b", "2025-06-30"), ("c", "2025-08-01")],
        columns=["customer_id", "ordered_on"],
    ).assign(order_id="x", amount=1.0)
    found = leadership.second_orders(orders, as_of=dt.date(2025, 10, 1), window_days=90)
    assert values(found, "second_order_rate") == {"2025-07-01": 0.5}
    april = leadership.second_orders(orders, as_of=dt.date(2025, 10, 1), window_days=90, fiscal_year_start=3)
    assert values(april, "second_order_rate") == {"2025-06-01": 1.0}  # March to May: a alone


DEALS = pd.DataFrame(
    [
        ("won", "payment", "2026-06-30"),
        ("won", "contract", "2026-04-01"),
        ("lost", "quote", "2026-05-01"),
        ("lost", "quote", "2026-03-31"),
        ("won", "contract", "2026-02-01"),
        ("open", "quote", None),
        ("won", "contract", "2026-07-01"),
        ("lost", "contract", "2026-06-01"),
    ],
    columns=["outcome", "stage", "closed_on"],
).assign(created_on="2026-01-01", stage_since="2026-01-10")


def test_deals_count_in_the_quarter_in_which_they_closed():
    assert values(leadership.win_rates(DEALS, QUARTERS), "win_rate") == {"2026-04-01": 0.5, "2026-07-01": 0.5}


def test_stages_tell_of_the_deals_decided_in_the_quarter_how_many_went_on_and_before():
    found = leadership.stage_conversion(DEALS, QUARTERS, schemes.load("funnel_stage")).set_index("stage")
    assert found.loc["quote", ["reached", "conversion", "conversion_before"]].tolist() == [4, 0.75, 0.5]
    assert found.loc["contract", "conversion"] == pytest.approx(2 / 3)  # a won deal that is not paid yet went on
    assert found["conversion"].prod() == pytest.approx(1 / 2)  # the stages multiply to the win rate


def test_touches_fall_into_fiscal_quarters_and_a_visit_takes_three_hours_at_least():
    touches = pd.DataFrame(
        [
            ("2025-12-01", "phone", "inquiry", 9, 9.0),
            ("2026-02-01", "visit", "follow_up", 2, 60.0),
            ("2026-04-01", "email", "mailing", 5, None),
            ("2026-05-01", "phone", "follow_up", 1, 90.0),
        ],
        columns=["month", "channel", "kind", "touches", "minutes"],
    )
    found = leadership.touched(touches, as_of=dt.date(2026, 7, 1), fiscal_year_start=4)
    assert values(found, "touches") == {"2026-04-01": 2, "2026-07-01": 6}
    assert values(found, "hours") == {"2026-04-01": 6.0, "2026-07-01": 1.5}
    assert values(found, "mailings") == {"2026-04-01": 0, "2026-07-01": 5}


def test_effort_by_tier_stands_beside_that_of_the_last_quarter_end():
    then = pd.DataFrame({"tier": ["core"], "contribution": [50.0], "contribution_share": [1.0], "touch_share": [1.0],
                         "hour_share": [np.nan], "mailing_share": [np.nan]})  # fmt: skip
    now = pd.concat([then, then.assign(tier="new")]).assign(contribution_share=[0.6, 0.4], touch_share=[0.5, 0.5])
    seen = [leadership.Standing(DAY(day), {}, pd.Series(), pd.Series(), part) for day, part in
            (("2026-04-01", then), ("2026-07-01", now))]  # fmt: skip
    found = leadership.effort_moved(seen)
    assert found["contribution_share_before"].tolist() == [1.0, 0.0]
    assert found["hour_share_before"].isna().all()
    assert leadership.effort_moved(seen[1:])["contribution_share_before"].isna().all()


def test_accounts_at_risk_are_held_against_a_past_window_near_the_quarter_end_only():
    churn = pd.DataFrame(
        [(0.5, "act", 40.0), (0.7, "high", 10.0), (0.5, "new", 7.0), (0.97, "lost", 9.0), (0.1, "low", 5.0)],
        columns=["churn_risk", "band", "revenue_at_risk"],
    )
    record = pd.DataFrame(
        [(DAY(2026, 4, 2), "all", 3, 60.0), (DAY(2026, 4, 2), "act", 2, 50.0), (DAY(2026, 2, 14), "all", 9, 90.0)],
        columns=["cutoff", "band", "at_risk", "revenue_at_risk"],
    )
    found = leadership.at_risk(churn, record, as_of=dt.date(2026, 7, 1), quarter_ends=[DAY(2026, 4, 1), DAY(2026, 1, 1)])
    assert values(found, "customers_at_risk") == {"2026-04-02": 3, "2026-07-01": 2}
    assert values(found, "revenue_at_risk") == {"2026-04-02": 60.0, "2026-07-01": 50.0}
    assert leadership.at_risk(churn.iloc[:0], record, as_of=dt.date(2026, 7, 1), quarter_ends=[]).empty


def test_leads_left_alone_have_no_past():
    neglected = pd.DataFrame({"scheme": ["lead_value", "rfm_matrix", "trade_tier"], "tier": ["high", "core", "A"]})
    found = leadership.leads_alone(neglected, as_of=dt.date(2026, 7, 1), touched=True)
    row = leadership.key_figures(leadership.together([found])).iloc[0]
    assert (row["value"], row["before_note"]) == (2, "key_note.not_known_then")
    assert row[["before", "year_before", "since"]].isna().all()
    assert leadership.leads_alone(neglected, as_of=dt.date(2026, 7, 1), touched=False).empty


def test_a_key_figure_stands_beside_the_quarter_before_and_the_year_before():
    known = series("revenue_quarter", ("2025-07-01", 80.0), ("2026-04-01", 90.0), ("2026-07-01", 100.0))
    row = leadership.key_figures(leadership.together([known])).iloc[0]
    assert row[["value", "before", "year_before", "unit", "better"]].tolist() == [100.0, 90.0, 80.0, "money", "up"]
    assert (row["as_of"], row["since"]) == (DAY(2026, 7, 1), DAY(2026, 4, 1))
    assert row["before_note"] is None


def test_a_value_of_half_a_year_ago_is_not_the_quarter_before():
    known = series("win_rate", ("2026-01-01", 0.4), ("2026-07-01", 0.5))
    row = leadership.key_figures(leadership.together([known])).iloc[0]
    assert pd.isna(row["before"])
    assert row["before_note"] == "key_note.not_known_then"


def test_a_stock_of_the_middle_of_a_quarter_is_held_against_the_last_quarter_end():
    known = series("core_customers", ("2026-04-01", 7.0), ("2026-05-10", 8.0))
    row = leadership.key_figures(leadership.together([known])).iloc[0]
    assert (row["value"], row["before"], row["as_of"], row["since"]) == (8.0, 7.0, DAY(2026, 5, 10), DAY(2026, 4, 1))


def test_figures_whose_inputs_are_absent_are_left_out_and_said():
    figures = leadership.key_figures(leadership.together([series("gini", ("2026-07-01", 0.5))]))
    missing = leadership.left_out(figures).set_index("figure")["needs"]
    assert figures["figure"].tolist() == ["gini"]
    assert len(missing) == len(leadership.FIGURES) - 1
    assert (missing["win_rate"], missing["profit_quarter"]) == ("extract.opportunities", "column.margin")
    assert leadership.key_figures(leadership.together([])).empty


def test_targets_of_a_running_quarter_are_not_held_against_a_whole_one():
    targets = pd.DataFrame(
        [
            ("Li", "2026-Q1", 100.0),
            ("Li", "2026-Q2", 200.0),
            ("Wu", "2026-Q2", 50.0),
            ("Li", "2026-Q3", 999.0),
            ("Li", "2025", 9.0),
        ],
        columns=["owner", "period", "revenue"],
    ).assign(new_customers=np.nan)
    customers = pd.DataFrame({"customer_id": ["a", "b"], "owner": ["Li", "Wu"], "first_order_on": [DAY(2026, 2, 1)] * 2})
    orders = pd.DataFrame(
        [("a", "2026-02-01", 50.0), ("a", "2026-06-30", 150.0), ("b", "2026-04-01", 100.0), ("a", "2026-07-01", 7.0)],
        columns=["customer_id", "ordered_on", "amount"],
    )
    orders["ordered_on"] = pd.to_datetime(orders["ordered_on"])
    owners = pd.DataFrame({"owner": ["Li"], "team": ["East"]})
    whole = leadership.attainment_of_whole_periods(targets, customers, orders, owners, as_of=dt.date(2026, 8, 1))
    assert values(leadership.attained(whole), "attainment") == {"2026-04-01": 0.5, "2026-07-01": 1.0}
    assert set(whole["period"]) == {"2026-Q1", "2026-Q2"}
    none = leadership.attainment_of_whole_periods(targets.iloc[:0], customers, orders, owners, as_of=dt.date(2026, 8, 1))
    assert leadership.attained(none).empty
