"""The plan: ids that stay, what closes a task, whose hours it takes, and the lists beside it."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from test_followup_calendar import touches

from segkit.analysis import followup
from segkit.schemes import playbooks
from segkit.schemes.playbooks import Playbook

AS_OF = dt.date(2026, 7, 1)  # a Wednesday
OWNERS = pd.DataFrame(
    [("Ann", "farmer", "East", 40.0, True, "senior", "Lamps", "Europe", "en; de", None, "UTC"),
     ("Bo", "hunter", "East", 40.0, True, "junior", "Tools", "Americas", "en; es", None, "UTC"),
     ("Dee", "director", "East", 20.0, True, "senior", None, None, None, None, "UTC"),
     ("Left", "farmer", "East", 40.0, False, "junior", None, None, None, None, "UTC")],
    columns=["owner", "role", "team", "hours_per_week", "active", "seniority", "products", "regions", "languages", "hometown",
             "time_zone"],
)  # fmt: skip


def known(*rows: tuple[str, str | None, str, float], scheme: str = "rfm_matrix", **more: object) -> pd.DataFrame:
    """Buyers: customer, owner, tier, revenue of 12 months."""
    frame = pd.DataFrame(rows, columns=["customer_id", "owner", f"tier.{scheme}", "revenue_12m"])
    return frame.assign(country_code="DE", frequency=5, last_order_on=pd.Timestamp("2026-05-04"), **more)


def plan(frame: pd.DataFrame, seen: pd.DataFrame, as_of: dt.date = AS_OF, **more: object) -> pd.DataFrame:
    books = more.pop("books", playbooks.load_all())
    accounts = followup.accounts(frame, seen)
    return followup.plan(accounts, books, seen, OWNERS, as_of=as_of, **more)  # type: ignore[arg-type]


def book(scheme: str, tier: str, **step: object) -> list[Playbook]:
    given = {"key": "s", "kind": "call", "en": "Call {name}", "zh": "致电{name}", "cadence": {"every_days": 30}} | step
    return [Playbook(scheme=scheme, plays=[{"tier": tier, "en": "x", "zh": "x", "work": "farm", "steps": [given]}])]


def test_a_task_keeps_its_id_on_the_same_day_and_on_later_ones_until_the_touch_is_seen():
    frame, before = known(("c", "Ann", "growth", 100.0)), touches(("c", "2026-06-01"))
    first, again, later = (plan(frame, before, day) for day in (AS_OF, AS_OF, AS_OF + dt.timedelta(days=3)))
    pd.testing.assert_frame_equal(first, again)
    assert first["task_id"].tolist() == later["task_id"].tolist()
    after = touches(("c", "2026-06-01"), ("c", "2026-07-02"))
    closed = plan(frame, after, AS_OF + dt.timedelta(days=3))
    assert closed[["task_id", "status"]].to_numpy().tolist() == [[first["task_id"][0], "done"]]
    assert closed["done_on"].tolist() == [pd.Timestamp("2026-07-02")]


def test_a_reply_or_a_mailing_keeps_no_promise_and_a_call_is_no_review():
    frame, seen = known(("c", "Ann", "growth", 100.0)), touches(("c", "2026-06-01"), ("c", "2026-06-30"), ("c", "2026-06-30"))
    answered = seen.assign(direction=["out", "in", "out"], kind=["follow_up", "follow_up", "mailing"])
    late = plan(frame, answered)
    assert late[["due_on", "status"]].to_numpy().tolist() == [[pd.Timestamp("2026-06-22"), "open"]]
    review = book("rfm_matrix", "core", kind="review", cadence={"each_months": 3})
    called = plan(known(("c", "Ann", "core", 9.0)), touches(("c", "2026-07-03")), dt.date(2026, 9, 20), books=review)
    assert called["status"].tolist() == ["open"]
    met = touches(("c", "2026-07-03")).assign(channel="meeting")
    assert plan(known(("c", "Ann", "core", 9.0)), met, dt.date(2026, 9, 20), books=review).empty  # done long ago


def test_a_sample_touch_belongs_to_the_occurrence_it_is_nearest_to():
    # gaps 3-7 from Monday 1 June: Thursday the 4th and Thursday the 11th; the second begins half a gap before its day
    books = book("trade_tier", "B", cadence={"gaps": [3, 7], "since": "sample_requested_on"})
    frame = known(("c", None, "B", 0.0), scheme="trade_tier", sample_requested_on=pd.Timestamp("2026-06-01"))
    for day, done in (("2026-06-07", ["2026-06-04"]), ("2026-06-08", ["2026-06-11"])):
        tasks = plan(frame, touches(("c", day)), dt.date(2026, 6, 9), books=books)
        assert tasks.loc[tasks["status"].eq("done"), "due_on"].astype(str).tolist() == done


def test_gaps_may_differ_by_product():
    cadence = {"gaps": [1], "since": "sample_requested_on", "by_product": {"Lamps": [5]}}
    frame = known(("c", None, "B", 0.0), ("d", None, "B", 0.0), scheme="trade_tier",
                  sample_requested_on=pd.Timestamp("2026-06-30"), deal_product=["Lamps", "Tools"])  # fmt: skip
    tasks = plan(frame, touches(), books=book("trade_tier", "B", cadence=cadence)).set_index("customer_id")
    assert tasks["due_local"].str[:10].to_dict() == {"c": "2026-07-06", "d": "2026-07-01"}


def test_save_is_urgent_for_the_owner_once_and_a_leavers_tasks_wait_in_the_pool():
    frame = known(("c", "Ann", "save", 100.0), ("d", "Left", "save", 100.0)).assign(last_order_on=pd.Timestamp("2025-06-02"))
    tasks = plan(frame, touches()).set_index("customer_id")
    assert tasks["urgent"].tolist() == [True, True]
    assert tasks["owner"].fillna("pool").to_dict() == {"c": "Ann", "d": "pool"}
    assert tasks.loc["c", "fits"]
    assert pd.isna(tasks.loc["d", "fits"])


def test_an_executive_review_is_the_directors_and_who_must_not_be_contacted_has_no_task():
    frame = known(("c", "Ann", "core", 100.0), ("d", "Ann", "core", 100.0), do_not_contact=[False, True])
    tasks = plan(frame, touches(), dt.date(2026, 9, 25))
    assert set(tasks["customer_id"]) == {"c"}
    assert tasks.set_index("step")["owner"].to_dict() == {"executive": "Dee", "contact": "Ann", "holiday": "Ann"}


def test_a_customer_gets_one_regular_touch_at_a_time_of_the_more_pressing_play():
    frame = known(("c", "Ann", "core", 100.0)).assign(**{"tier.trade_tier": "KA", "tier.lifecycle": "dormant"})
    tasks = plan(frame, touches(("c", "2026-06-10")))
    assert tasks.loc[tasks["kind"].isin(["call", "email"]), ["scheme", "step"]].to_numpy().tolist() == [["trade_tier", "care"]]


def test_of_two_plays_the_touch_due_first_is_taken_whichever_book_it_stands_in():
    books = [*book("trade_tier", "KA", cadence={"every_days": 28}), *book("rfm_matrix", "core", cadence={"every_days": 25})]
    tasks = plan(
        known(("c", "Ann", "core", 1.0)).assign(**{"tier.trade_tier": "KA"}), touches(("c", "2026-06-10")), books=books
    )
    assert tasks[["scheme", "due_local"]].to_numpy().tolist() == [["rfm_matrix", "2026-07-06T09:00+02:00"]]


def test_marks_dismiss_a_task_and_snooze_it_until_a_day():
    frame, seen = known(("c", "Ann", "growth", 1.0), ("d", "Ann", "growth", 1.0), ("e", "Ann", "growth", 1.0)), touches()
    ids = plan(frame, seen).set_index("customer_id")["task_id"]
    marks = pd.DataFrame({"task_id": ids[["c", "d", "e"]].tolist(), "status": ["dismissed", "snoozed", "snoozed"],
                          "until": pd.to_datetime([None, "2026-07-02", "2026-07-01"])})  # fmt: skip
    assert plan(frame, seen, status=marks).set_index("customer_id")["status"].to_dict() == {
        "c": "dismissed", "d": "snoozed", "e": "open"}  # fmt: skip


def test_the_most_valuable_tasks_take_the_hours_and_the_others_do_not_fit():
    rows = [(f"c{i}", "Ann", "core", float(i)) for i in range(1, 8)]
    books = book("rfm_matrix", "core", minutes=60)
    options = followup.Options(ahead=1, planned_share=0.5)  # four hours of Ann's Wednesday
    tasks = plan(known(*rows), touches(), books=books, options=options).set_index("customer_id")
    assert tasks["fits"].to_dict() == {"c7": True, "c6": True, "c5": True, "c4": True, "c3": True, "c2": True, "c1": True}
    days = tasks["due_local"].str[:10]  # due on the last day planned: what that day cannot hold goes into the week after
    assert sorted(days[days == "2026-07-01"].index) == ["c4", "c5", "c6", "c7"]
    work = followup.workload(tasks.reset_index(), OWNERS, options=options)
    assert work[["owner", "tasks", "hours_asked", "left_out"]].to_numpy().tolist() == [["Ann", 7, 7.0, 0]]


def test_what_cannot_be_done_in_the_days_planned_is_left_out():
    rows = [(f"c{i:02d}", "Ann", "core", float(i)) for i in range(1, 41)]
    options = followup.Options(ahead=5, planned_share=0.25)  # Wednesday to Friday, two hours each
    tasks = plan(known(*rows), touches(), books=book("rfm_matrix", "core", minutes=60), options=options)
    left = tasks.loc[~tasks["fits"].astype(bool), "customer_id"]
    assert (int(tasks["fits"].sum()), left.max()) == (6, "c34")


def test_hunters_and_farmers_keep_their_share_of_the_day_where_both_ask_for_it():
    hunt = book("trade_tier", "A", minutes=60)[0].model_copy(update={"scheme": "trade_tier"})
    hunt = hunt.model_copy(update={"plays": (hunt.plays[0].model_copy(update={"work": "hunt"}),)})
    frame = pd.concat([known(*((f"f{i}", "Bo", "core", 99.0) for i in range(6))),
                       known(*((f"h{i}", "Bo", "A", 1.0) for i in range(6)), scheme="trade_tier")])  # fmt: skip
    options = followup.Options(ahead=1, planned_share=0.625, hunting=(("hunter", 0.8),))  # five hours, four for hunting
    tasks = plan(frame, touches(), books=[hunt, *book("rfm_matrix", "core", minutes=60)], options=options)
    today = tasks[tasks["due_local"].str.startswith("2026-07-01")]
    assert today["work"].value_counts().to_dict() == {"hunt": 4, "farm": 1}


def test_a_persons_tasks_of_a_day_follow_each_other_on_the_customers_clock():
    tasks = plan(known(("c", "Ann", "core", 9.0), ("d", "Ann", "core", 5.0)), touches(), books=book("rfm_matrix", "core"))
    assert tasks["due_local"].tolist() == ["2026-07-01T09:00+02:00", "2026-07-01T09:15+02:00"]


def test_reactivation_offers_calls_and_after_three_unanswered_touches_shelves():
    frame = known(("c", "Ann", "reactivate", 1.0), ("d", "Ann", "reactivate", 1.0), average_order_value=900.0)
    seen = touches(*(("d", f"2026-0{month}-02") for month in (3, 4, 5)))
    tasks = plan(frame, seen, dt.date(2026, 12, 20))
    steps = {who: sorted(own["step"]) for who, own in tasks.groupby("customer_id")}
    assert steps == {"c": ["offer", "why"], "d": ["shelve"]}
    assert tasks.set_index("step")["automated"].to_dict() == {"offer": True, "why": False, "shelve": False}


def test_adherence_counts_the_stretches_that_hold_a_touch():
    # every 30 days at the latest: three stretches of 30 days back from 1 July; touches in the first and the last of them
    books = book("rfm_matrix", "core", cadence={"every_days": 25, "latest_days": 30})
    frame = known(("c", "Ann", "core", 9.0), first_order_on=pd.Timestamp("2024-01-01"))
    seen = touches(("c", "2026-06-20"), ("c", "2026-06-21"), ("c", "2026-04-10"))
    found = followup.adherence(followup.accounts(frame, seen), books, seen, OWNERS, as_of=AS_OF)
    assert found.to_dict("records") == [{"scheme": "rfm_matrix", "tier": "core", "owner": "Ann", "step": "s", "promised": 3,
                                         "happened": 2, "happened_share": pytest.approx(2 / 3)}]  # fmt: skip
    young = frame.assign(first_order_on=pd.Timestamp("2026-05-20"))
    assert followup.adherence(followup.accounts(young, seen), books, seen, OWNERS, as_of=AS_OF)["promised"].tolist() == [1]


def test_effort_stands_beside_contribution_and_a_visit_counts_three_hours():
    frame = known(("c", "Ann", "core", 1.0), ("d", "Ann", "new", 1.0), touches_12m=[3, 1], minutes_12m=[60.0, 10.0],
                  visits_12m=[0, 1], mailings_12m=[0, 2], margin_12m=[90.0, 10.0])  # fmt: skip
    found = followup.effort(frame, "rfm_matrix").set_index("tier")
    assert found["hours"].to_dict() == {"core": 1.0, "new": 3.0}
    assert found["lean"].to_dict() == {"core": pytest.approx(0.9 - 0.25), "new": pytest.approx(0.1 - 0.75)}
    assert followup.effort(frame.drop(columns="touches_12m"), "rfm_matrix").empty


STRENGTHS = pd.DataFrame(
    [("Ann", "region", "DE", 0.6, 0.4), ("Bo", "region", "DE", 0.35, 0.4)],
    columns=["owner", "kind", "value", "expected_rate", "common_rate"],
)


def test_accounts_without_a_working_owner_are_proposed_to_who_wins_most_there():
    frame = known(("c", "Left", "core", 900.0), ("d", None, "core", 10.0), ("e", "Bo", "core", 50.0))
    seen = touches(*(("e", f"2026-06-0{day}") for day in range(1, 5)))
    accounts = followup.accounts(frame, seen)
    found = followup.proposals(accounts, OWNERS, STRENGTHS).set_index("customer_id")
    assert found["why"].to_dict() == {"c": "left", "e": "unanswered", "d": "nobody"}
    assert set(found["proposed"]) == {"Ann"}
    assert found.loc["c", "reasons"] == "strength region language senior"
    assert found.loc["c", "second"] == "Bo"
    handed = followup.handover(accounts, OWNERS, plan(frame, seen), seen, found.reset_index())
    assert handed[["customer_id", "owner", "tier", "proposed"]].to_numpy().tolist() == [["c", "Left", "core", "Ann"]]


def test_sleepers_and_prospects_that_once_asked_are_revived_with_a_reason_to_write():
    frame = known(("c", "Ann", "core", 9.0), ("d", "Ann", "x", 5.0), ("e", "Ann", "x", 1.0))
    frame = frame.assign(**{"tier.lifecycle": ["dormant", "mature", "prospect"]}, frequency=[5, 5, 0], inquiries=[0, 0, 2],
                         birthday=pd.to_datetime([None, None, "1980-07-09"]), country_code=["US", "US", "DE"])  # fmt: skip
    accounts = followup.accounts(frame, touches())
    found = followup.revival(accounts, pd.DataFrame(columns=["customer_id", "why", "proposed"]), as_of=AS_OF)
    told = found[["customer_id", "who", "reason", "reason_on"]].astype({"reason_on": str}).to_numpy().tolist()
    assert told == [["c", "sleeping", "holiday", "2026-07-03"], ["e", "asked", "birthday", "2026-07-09"]]


def test_important_accounts_left_alone_are_those_past_what_their_tier_allows():
    frame = known(("c", "Ann", "core", 9.0), ("d", "Ann", "core", 5.0), ("e", "Ann", "new", 1.0))
    frame = frame.assign(last_touch_on=pd.to_datetime(["2026-05-02", "2026-05-01", "2025-01-01"]))
    found = followup.neglected(followup.accounts(frame, touches()), as_of=AS_OF)
    assert found[["customer_id", "quiet_days", "allowed_days"]].to_numpy().tolist() == [["d", 61.0, 60.0]]


def test_targets_are_held_against_the_newest_period_that_has_begun():
    targets = pd.DataFrame({"owner": ["Ann"] * 3, "period": ["2026-Q2", "2026-Q3", "soon"], "revenue": [100.0, 9.0, 1.0],
                            "new_customers": [2, 1, 1]})  # fmt: skip
    customers = known(("c", "Ann", "core", 1.0), first_order_on=pd.Timestamp("2026-05-01"))
    orders = pd.DataFrame({"customer_id": ["c", "c"], "ordered_on": pd.to_datetime(["2026-05-01", "2026-03-31"]),
                           "amount": [80.0, 70.0]})  # fmt: skip
    found = followup.attainment(targets, customers, orders, OWNERS, as_of=AS_OF)
    assert found[["period", "revenue", "target_share", "new_share", "elapsed"]].to_numpy().tolist() == [
        ["2026-Q2", 80.0, 0.8, 0.5, 1.0]]  # fmt: skip
    assert found.attrs["unread"] == ["soon"]


def test_a_firm_with_nothing_but_orders_has_a_plan_in_the_pool():
    frame = known(("c", None, "core", 9.0)).drop(columns=["owner", "country_code"])
    tasks = plan(frame, touches())
    assert tasks["zone"].unique().tolist() == ["UTC"]
    assert tasks["owner"].isna().all()


def test_lists_of_a_firm_with_nothing_but_orders_are_empty_and_whole():
    frame = known(("c", None, "core", 9.0)).drop(columns=["owner", "country_code"])
    accounts, nobody = followup.accounts(frame, touches()), OWNERS.iloc[:0]
    proposed = followup.proposals(accounts, nobody, STRENGTHS.iloc[:0])
    assert followup.handover(accounts, nobody, plan(frame, touches()), touches(), proposed).empty
    assert followup.revival(accounts, proposed, as_of=AS_OF).empty
    assert followup.neglected(accounts, as_of=AS_OF).empty
