"""Dates as exports write them: one format per column, never guessed row by row."""

from __future__ import annotations

import datetime as dt

import pytest

from segkit.errors import InputError


def days(firm, values, **orders):
    rows = "customer_id,ordered_at,amount\n" + "".join(f'c{i},"{v}",10\n' for i, v in enumerate(values))
    firm.extract(rows, **orders)
    return [row["first_order_on"] for row in firm.customers().values()]


DAY = dt.date(2021, 4, 15)


@pytest.mark.parametrize(
    "written",
    [
        "2021-04-15", "2021-04-15 20:15:00", "2021-04-15T20:15:00.123", "2021/4/15", "2021/4/15 9:30", "2021.04.15",
        "20210415", "20210415201500", "2021年4月15日", "2021年04月15日 20:15", "15 Apr, 2021 00:02:00", "15 April 2021",
        "15-Apr-21", "Apr 15, 2021", "4/15/2021", "15/4/2021", "15.04.2021 14:05", "4/15/2021 2:05 PM", "44301", "44301.5",
    ],
)  # fmt: skip
def test_each_usual_way_of_writing_a_day_is_read(firm, written):
    assert days(firm, [written]) == [DAY]


def test_one_value_over_twelve_tells_day_and_month_for_the_whole_column(firm):
    assert days(firm, ["03/02/2020", "13/02/2020"]) == [dt.date(2020, 2, 3), dt.date(2020, 2, 13)]
    assert days(firm, ["03/02/2020", "02/13/2020"]) == [dt.date(2020, 3, 2), dt.date(2020, 2, 13)]


def test_where_no_value_decides_the_run_stops_and_asks(firm):
    with pytest.raises(InputError, match=r'orders.csv: column "ordered_at".*day and month.*extracts.orders.date_format'):
        days(firm, ["01/02/2020", "03/02/2020"])


def test_values_that_contradict_each_other_stop_the_run(firm):
    with pytest.raises(InputError, match=r'"13/02/2020" fits only %d/%m/%Y and "02/13/2020" only %m/%d/%Y'):
        days(firm, ["13/02/2020", "02/13/2020"])


@pytest.mark.parametrize("given", ["%d/%m/%Y", "dd/mm/yyyy", ["%d/%m/%Y", "%Y-%m-%d"]])
def test_a_given_format_decides(firm, given):
    assert days(firm, ["01/02/2020"], date_format=given) == [dt.date(2020, 2, 1)]


def test_a_given_format_that_fits_nothing_is_an_error_with_the_value(firm):
    with pytest.raises(InputError, match=r'"2020-01-02" does not fit %m/%d/%Y'):
        days(firm, ["2020-01-02"], date_format="%m/%d/%Y")


def test_dates_of_several_forms_are_read_by_several_formats(firm):
    formats = ["%m/%d/%Y", "%m-%d-%y"]
    assert days(firm, ["3/1/2017", "03-02-17"], date_format=formats) == [dt.date(2017, 3, 1), dt.date(2017, 3, 2)]


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Asia/Shanghai", dt.date(2024, 3, 2)), ("America/New_York", dt.date(2024, 3, 1)), (None, dt.date(2024, 3, 1))],
)
@pytest.mark.parametrize(
    "written", ["2024-03-01T20:00:00Z", "2024-03-01 20:00:00+00:00", "2024-03-02 04:00:00+08:00", "2024-03-02 04:00:00 +0800"]
)
def test_an_instant_becomes_the_day_on_the_wall_clock_of_the_zone(firm, zone, day, written):
    orders = {"timezone": zone} if zone else {}
    assert days(firm, [written], **orders) == [day]


def test_a_wall_clock_without_offset_keeps_its_day(firm):
    assert days(firm, ["2024-03-01 23:30:00"], timezone="Asia/Shanghai") == [dt.date(2024, 3, 1)]


def test_impossible_days_are_left_out_and_counted(firm):
    rows = "customer_id,ordered_at,amount\n" + "".join(f"c{i},2024-01-{i:02},5\n" for i in range(1, 29))
    rows += "x,2024-02-30,5\ny,1899-12-30,5\nz,2099-01-01,5\n"
    summary = firm.extract(rows)
    assert summary.rows["orders"]["left_out"] == {"unreadable_date": 1, "impossible_date": 2}
    assert summary.as_of == dt.date(2024, 1, 29)
