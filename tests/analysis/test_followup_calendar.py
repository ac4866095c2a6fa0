"""A calendar by hand: when customers in five cities are due, at their own clocks, around holidays and changes of the clock."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from segkit.analysis import followup
from segkit.analysis.followup.days import WorkingDays, coming_holidays, instants
from segkit.schemes import playbooks

INTERACTIONS = ["interaction_id", "customer_id", "at", "on", "owner", "channel", "direction", "kind", "minutes"]
OWNERS = pd.DataFrame(columns=["owner", "role", "team", "hours_per_week", "active", "time_zone"])


def touches(*rows: tuple[str, str]) -> pd.DataFrame:
    """Calls that went out: customer, day."""
    frame = pd.DataFrame(
        [(f"i{n}", who, on, on, None, "phone", "out", "follow_up", 10.0) for n, (who, on) in enumerate(rows)],
        columns=INTERACTIONS,
    )
    return frame.astype({"at": "datetime64[s]", "on": "datetime64[s]"})


def customer(country: str, tier: str, **more: object) -> pd.DataFrame:
    days = {name: pd.Timestamp(str(day)) for name, day in more.items()}
    return pd.DataFrame([{"customer_id": "c", "country_code": country, "tier.trade_tier": tier, "frequency": 0, **days}])


def due(known: pd.DataFrame, seen: pd.DataFrame, as_of: str, ahead: int = 40) -> list[str]:
    accounts = followup.accounts(known, seen)
    books, day = [playbooks.load("trade_tier")], dt.date.fromisoformat(as_of)
    tasks = followup.plan(accounts, books, seen, OWNERS, as_of=day, options=followup.Options(ahead=ahead))
    return sorted(tasks.loc[tasks["status"].eq("open"), "due_local"])


def test_istanbul_an_order_customer_is_called_tuesday_to_friday_from_13_00_its_time():
    # day 2 after Thursday's touch is a Saturday; Mondays are no days of the step
    assert due(customer("TR", "A"), touches(("c", "2026-10-01")), "2026-10-02") == ["2026-10-06T13:00+03:00"]
    assert due(customer("TR", "A"), touches(("c", "2026-10-06")), "2026-10-07") == ["2026-10-08T13:00+03:00"]
    # Republic Day, Thursday 29 October
    assert due(customer("TR", "A"), touches(("c", "2026-10-27")), "2026-10-28") == ["2026-10-30T13:00+03:00"]


def test_sao_paulo_a_sample_is_followed_by_1_1_2_3_7_7_15_around_independence_day():
    # day 2 (Saturday) and day 4 (Monday 7 September, a holiday) both come to Tuesday the 8th and are one
    assert due(customer("BR", "B", sample_requested_on="2026-09-03"), touches(), "2026-09-04") == [
        "2026-09-04T09:00-03:00",
        "2026-09-08T09:00-03:00",
        "2026-09-10T09:00-03:00",
        "2026-09-17T09:00-03:00",
        "2026-09-24T09:00-03:00",
        "2026-10-09T09:00-03:00",
    ]


def test_shanghai_nothing_is_due_in_golden_week_nor_on_a_saturday_worked_instead():
    # from the arrival on 24 September: day 3 is a Sunday, days 10 and 13 lie in the holidays of 1 to 7 October
    arrived = customer("CN", "B", sample_requested_on="2026-09-10", sample_received_on="2026-09-24")
    assert due(arrived, touches(), "2026-09-25", 30) == [
        "2026-09-28T09:00+08:00",
        "2026-10-08T09:00+08:00",
        "2026-10-14T09:00+08:00",
    ]
    # two months after 10 August is Saturday 10 October, which China works
    assert due(customer("CN", "C"), touches(("c", "2026-08-10")), "2026-09-25") == ["2026-10-12T09:00+08:00"]


def test_berlin_nine_o_clock_stays_nine_o_clock_when_summer_time_begins_and_ends():
    spring = due(customer("DE", "B", sample_requested_on="2026-03-26"), touches(), "2026-03-27")
    assert spring == [
        "2026-03-27T09:00+01:00",
        "2026-03-30T09:00+02:00",
        "2026-04-02T09:00+02:00",
        "2026-04-09T09:00+02:00",
        "2026-04-16T09:00+02:00",
        "2026-05-04T09:00+02:00",  # 1 May is a holiday
    ]
    autumn = due(customer("DE", "B", sample_requested_on="2026-10-22"), touches(), "2026-10-23")
    assert autumn == [
        "2026-10-23T09:00+02:00",
        "2026-10-26T09:00+01:00",
        "2026-10-29T09:00+01:00",
        "2026-11-05T09:00+01:00",
        "2026-11-12T09:00+01:00",
        "2026-11-27T09:00+01:00",
    ]


def test_new_york_changes_on_other_days_than_berlin():
    assert due(customer("US", "A"), touches(("c", "2026-03-02")), "2026-03-03") == ["2026-03-04T13:00-05:00"]
    assert due(customer("US", "A"), touches(("c", "2026-03-06")), "2026-03-07") == ["2026-03-10T13:00-04:00"]
    assert due(customer("US", "A"), touches(("c", "2026-10-27")), "2026-10-28") == ["2026-10-29T13:00-04:00"]
    assert due(customer("US", "A"), touches(("c", "2026-10-30")), "2026-10-31") == ["2026-11-03T13:00-05:00"]


def test_a_state_may_keep_another_time_than_its_country():
    known = customer("US", "A").assign(province="California")
    assert due(known, touches(("c", "2026-03-02")), "2026-03-03") == ["2026-03-04T13:00-08:00"]


def test_instants_are_those_of_the_clock_there():
    days = pd.Series(pd.to_datetime(["2026-03-10", "2026-11-03", "2026-10-25", "2026-03-29"]))
    zones = pd.Series(["America/New_York"] * 2 + ["Europe/Berlin"] * 2)
    found = instants(days, pd.Series(["13:00", "13:00", "02:30", "02:30"]), zones)
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in found] == [
        "2026-03-10 17:00",
        "2026-11-03 18:00",
        "2026-10-25 00:30",  # half past two comes twice: the first is meant
        "2026-03-29 01:00",  # half past two does not come: three o'clock is meant
    ]


def test_friday_is_weekend_in_israel_and_an_unknown_country_rests_on_saturday_and_sunday():
    days = WorkingDays(["IL"], first=dt.date(2026, 1, 1), last=dt.date(2026, 12, 31))
    friday = np.array([np.datetime64("2026-07-03")] * 2)
    found = days.following(days.rows(pd.Series(["IL", ""])), friday)
    assert [str(day) for day in found] == ["2026-07-05", "2026-07-03"]


def test_of_holidays_in_a_row_the_first_is_named():
    found = coming_holidays(["CN"], after=dt.date(2026, 9, 26), until=dt.date(2026, 10, 20), language="zh")
    assert found.to_dict("list") == {"country_code": ["CN"], "on": [pd.Timestamp("2026-10-01")], "name": ["国庆节"]}


@pytest.mark.parametrize(("day", "expected"), [("2026-02-20", "2026-02-27"), ("2028-02-20", "2028-02-29")])
def test_a_birthday_on_29_february_is_kept_on_the_28th_or_the_working_day_before(day, expected):
    known = customer("US", "KA").assign(birthday=pd.Timestamp("1980-02-29"), frequency=5)
    accounts = followup.accounts(known, touches())
    books, as_of = [playbooks.load("trade_tier")], dt.date.fromisoformat(day)
    tasks = followup.plan(accounts, books, touches(), OWNERS, as_of=as_of)
    assert tasks.loc[tasks["step"].eq("birthday"), "due_local"].str[:10].tolist() == [expected]
