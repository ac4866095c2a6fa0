"""What comes into each class of deals and what leaves it, day by day and week by week."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from segkit import schemes
from segkit.analysis import owners, tiers

AS_OF = dt.date(2026, 7, 1)
WAYS = ["entered", "signed", "lost", "expired"]


def day(number: int) -> dt.date:
    """The day that many days before as-of."""
    return AS_OF - dt.timedelta(days=number)


def deals(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["class", "first_contact_on", "closed_on", "outcome"])
    days = frame["class"].map(owners.DEADLINES).astype(float)
    return frame.assign(created_on=None, owner="Lin", class_days=days)


def counted(rows: pd.DataFrame, name: str) -> list[int]:
    """entered, signed, lost, expired over all periods of a class, and what stands at the end."""
    part = rows[rows["class"] == name]
    return [*part[WAYS].sum().tolist(), int(part["standing"].iloc[-1])]


def test_a_deal_signed_within_its_deadline_enters_and_leaves_its_class() -> None:
    rows = owners.flows(deals(("A", day(20), day(10), "won")), as_of=AS_OF)
    assert counted(rows, "A") == [1, 1, 0, 0, 0]
    assert set(rows["class"]) == {"A"}


def test_a_deal_past_its_deadline_is_d_at_once_and_is_signed_as_d() -> None:
    rows = owners.flows(deals(("A", day(30), day(5), "won"), ("A", day(30), None, "open")), as_of=AS_OF)
    assert counted(rows, "A") == [2, 0, 0, 2, 0]
    assert counted(rows, "D") == [2, 1, 0, 0, 1]


def test_the_last_day_of_a_deadline_is_still_in_time() -> None:
    assert counted(owners.flows(deals(("A", day(10), None, "open")), as_of=AS_OF), "A") == [1, 0, 0, 0, 1]
    assert counted(owners.flows(deals(("A", day(11), None, "open")), as_of=AS_OF), "A") == [1, 0, 0, 1, 0]
    assert counted(owners.flows(deals(("A", day(20), day(10), "lost")), as_of=AS_OF), "A") == [1, 0, 1, 0, 0]


def test_weeks_end_on_the_day_before_as_of() -> None:
    rows = owners.flows(deals(("A", day(7), None, "open"), ("A", day(8), None, "open")), as_of=AS_OF)
    assert rows[["from_on", "entered", "standing"]].to_numpy().tolist() == [
        [pd.Timestamp(day(14)), 1, 1],
        [pd.Timestamp(day(7)), 1, 2],
    ]
    by_day = owners.flows(deals(("A", day(2), None, "open")), as_of=AS_OF, days=1)
    assert by_day["from_on"].tolist() == [pd.Timestamp(day(2)), pd.Timestamp(day(1))]
    assert by_day["entered"].tolist() == [1, 0]


def test_deals_without_a_day_are_counted_apart() -> None:
    rows = owners.flows(deals(("A", None, None, "open"), ("B", day(9), None, "lost"), ("B", day(9), None, "open")), as_of=AS_OF)
    assert rows.attrs["undated"] == 2
    assert counted(rows, "B") == [1, 0, 0, 0, 1]


def test_no_deals_give_no_rows() -> None:
    assert list(owners.flows(deals(), as_of=AS_OF).columns) == ["class", "from_on", *WAYS, "standing"]


def test_the_last_weeks_are_summed_by_class() -> None:
    rows = owners.flows(
        deals(("A", day(3), None, "open"), ("A", day(40), day(35), "won"), ("C", day(9), day(8), "lost")), as_of=AS_OF
    )
    found = owners.since(rows, 2).set_index("class")
    assert found.loc["A"].tolist() == [1, 0, 0, 0, 1]
    assert found.loc["C"].tolist() == [1, 0, 1, 0, 0]


numbers = st.integers(0, 60)
rows_of_deals = st.lists(
    st.tuples(st.sampled_from(["A", "B", "C", "D", "not_placed"]), numbers, numbers, st.sampled_from(["won", "lost", "open"])),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(rows_of_deals, st.integers(1, 9))
def test_what_stands_is_what_stood_and_came_less_what_left(drawn: list[tuple], days: int) -> None:
    rows = [(c, day(max(a, b) + 1), None if o == "open" else day(min(a, b) + 1), o) for c, a, b, o in drawn]
    found = owners.flows(deals(*rows), as_of=AS_OF, days=days)
    ends = found.groupby("class").agg({**dict.fromkeys(WAYS, "sum"), "standing": "last"})
    assert (ends["standing"] == ends["entered"] - ends["signed"] - ends["lost"] - ends["expired"]).all()
    assert (found["standing"] >= 0).all()
    assert ends["entered"].sum() - ends["expired"].sum() == len(drawn)  # what expires enters D
    assert ends["standing"].sum() == sum(o == "open" for *_, o in drawn)


def test_what_stands_today_is_what_the_scheme_says_of_the_open_deals() -> None:
    draw = np.random.default_rng(5)
    n = 400
    contact = [day(int(d)) for d in draw.integers(1, 60, n)]
    table = pd.DataFrame({
        "key_person": draw.choice(["first", "second", "third", "none"], n),
        "levels_above": draw.integers(0, 3, n).astype(float), "has_need": True, "outcome": "open",
        "can_pay": draw.random(n) < 0.9, "value_accepted": draw.random(n) < 0.9,
        "first_contact_on": contact, "created_on": contact, "closed_on": None, "owner": "Lin",
    })  # fmt: skip
    scheme = schemes.load("abcd_key_person")
    known = table.join([owners.classes(table, scheme), owners.last_days(table, scheme)])
    found = owners.flows(known, as_of=AS_OF)
    standing = found[found["from_on"] == found["from_on"].max()].set_index("class")["standing"]
    age = (pd.Timestamp(AS_OF) - pd.to_datetime(table["first_contact_on"])).dt.days.astype(float)
    fields = table[["key_person", "levels_above", "has_need", "can_pay", "value_accepted", "outcome"]].add_prefix("deal_")
    people = fields.assign(customer_id=[f"C{i}" for i in range(n)], deal_days=age)
    placed, _ = tiers.assign_all(
        [scheme],
        people,
        reasons=lambda *_: {"not_placed": "left out"} | dict.fromkeys("ABCD", "a rule"),
        as_of=AS_OF,
        touches=None,
    )
    assert standing.to_dict() == placed["tier"].astype(str).value_counts().reindex(standing.index).to_dict()
