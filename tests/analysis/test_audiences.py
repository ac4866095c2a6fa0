"""Saved filters over customers and tiers: who fits, why, and who is left out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from segkit.analysis import audiences
from segkit.errors import InputError
from segkit.schemes.audiences import Audience, load, names

AS_OF = dt.date(2026, 7, 1)


def ago(days: int | None) -> dt.date | None:
    return None if days is None else AS_OF - dt.timedelta(days)


def customers(**columns: list) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    return pd.DataFrame({"customer_id": [f"C{i}" for i in range(n)], **columns})


def fitting(name: str, frame: pd.DataFrame, **options: object) -> list[str]:
    audience = load(name)
    return audiences.members(audience, frame, as_of=AS_OF, reason="", **options)["customer_id"].tolist()  # type: ignore[arg-type]


def test_the_audiences_of_the_field_are_all_there_in_both_languages() -> None:
    assert names() == [
        "core_past_gap", "inquired_never_ordered", "never_contacted", "one_order_no_second", "sleeping", "turkey_quiet",
        "vetted_no_order",
    ]  # fmt: skip
    for name in names():
        audience = load(name)
        assert audience.title("en") != audience.title("zh")
        assert audience.reason("en") != audience.reason("zh")


def test_vetted_no_order_yet_needs_a_check_that_was_made() -> None:
    frame = customers(vetted=[True, True, False, None], frequency=[0, 1, 0, 0])
    assert fitting("vetted_no_order", frame) == ["C0"]


def test_quiet_for_over_90_days_holds_from_the_91st_and_for_those_never_contacted() -> None:
    frame = customers(country_code=["TR", "TR", "TR", "DE", None], last_touch_on=[ago(90), ago(91), None, ago(500), ago(500)])
    assert fitting("turkey_quiet", frame) == ["C1", "C2"]


def test_inquired_never_ordered() -> None:
    assert fitting("inquired_never_ordered", customers(inquiries=[0, 1, 2], frequency=[0, 0, 1])) == ["C1"]


def test_one_order_and_the_firms_usual_gap_is_over() -> None:
    frame = customers(
        frequency=[1, 1, 5, 5, 5], recency_days=[41.0, 40.0, 90.0, 9.0, 9.0], usual_gap_days=[None, None, 20.0, 40.0, 80.0]
    )
    wide = audiences.frame(frame, pd.DataFrame(columns=["customer_id", "scheme", "tier"]))
    assert wide["firm_gap_days"].tolist() == [40.0] * 5
    assert fitting("one_order_no_second", wide) == ["C0"]


def test_core_past_the_upper_bound_of_its_own_gap_reads_the_tier() -> None:
    frame = customers(recency_days=[50.0, 51.0, 51.0, 51.0], gap_upper_days=[50.0, 50.0, 50.0, None])
    tiers = pd.DataFrame(
        {"customer_id": frame["customer_id"], "scheme": "rfm_matrix", "tier": ["core", "core", "loyal", "core"]}
    )
    assert fitting("core_past_gap", audiences.frame(frame, tiers)) == ["C1"]


def test_sleeping_are_the_dormant_of_the_life_cycle() -> None:
    frame = customers(recency_days=[90.0, 9.0], gap_upper_days=[50.0, 50.0])
    tiers = pd.DataFrame({"customer_id": ["C0", "C1"], "scheme": "lifecycle", "tier": ["dormant", "mature"]})
    assert fitting("sleeping", audiences.frame(frame, tiers)) == ["C0"]


def test_never_contacted_have_no_touch_at_all() -> None:
    assert fitting("never_contacted", customers(touches=[0, 1])) == ["C0"]


def test_a_tier_of_a_customer_without_one_is_unknown() -> None:
    frame = audiences.frame(
        customers(recency_days=[1.0, 2.0]), pd.DataFrame({"customer_id": ["C1"], "scheme": "abc", "tier": "A"})
    )
    assert frame["tier.abc"].isna().tolist() == [True, False]


EVERYBODY = Audience(name="all", en="all", zh="全部", reason_en="", reason_zh="", when={"touches": {"min": 0}})


def test_do_not_contact_goes_before_the_cap_and_both_are_counted() -> None:
    frame = customers(touches=[1, 1, 1, 1], do_not_contact=[True, False, False, None])
    contacts = pd.Series({"C0": 9, "C1": 2, "C2": 1})
    rows = audiences.members(EVERYBODY, frame, as_of=AS_OF, reason="", contacts=contacts, cap=2)
    assert rows["left_out"].astype(object).where(rows["left_out"].notna(), None).tolist() == [
        "do_not_contact",
        "cap",
        None,
        None,
    ]
    assert audiences.listed(rows)["customer_id"].tolist() == ["C2", "C3"]
    assert audiences.counts(rows).to_dict("records") == [
        {"audience": "all", "fitting": 4, "listed": 2, "do_not_contact": 1, "cap": 1}
    ]


def test_a_worklist_leaves_out_nobody() -> None:
    rows = audiences.members(
        EVERYBODY.model_copy(update={"purpose": "worklist"}),
        customers(touches=[1], do_not_contact=[True]),
        as_of=AS_OF,
        reason="",
        contacts=pd.Series({"C0": 9}),
        cap=1,
    )
    assert rows["left_out"].isna().all()


def test_being_on_one_list_counts_towards_the_cap_of_the_next() -> None:
    frame = customers(touches=[0, 5])
    rows, lacking = audiences.lists(
        [load("never_contacted"), EVERYBODY, load("turkey_quiet")], frame, as_of=AS_OF, cap=1,
        reasons={"never_contacted": "", "all": "", "turkey_quiet": ""}, contacts=pd.Series({"C9": 1}),
    )  # fmt: skip
    assert audiences.listed(rows)[["customer_id", "audience"]].to_numpy().tolist() == [["C0", "never_contacted"], ["C1", "all"]]
    assert lacking == {"turkey_quiet": ["country_code", "last_touch_on"]}


def test_the_first_list_is_not_capped_by_lists_that_come_later() -> None:
    rows, _ = audiences.lists(
        [EVERYBODY, load("never_contacted")],
        customers(touches=[0]),
        as_of=AS_OF,
        cap=1,
        reasons={"all": "", "never_contacted": ""},
    )
    assert audiences.counts(rows)["cap"].tolist() == [0, 1]


def test_a_worklist_uses_up_no_contact() -> None:
    todo = EVERYBODY.model_copy(update={"purpose": "worklist", "name": "todo"})
    reasons = {"todo": "", "all": "", "never_contacted": ""}
    frame = customers(touches=[0, 1])
    rows, _ = audiences.lists([todo, load("never_contacted"), EVERYBODY], frame, as_of=AS_OF, cap=2, reasons=reasons)
    assert audiences.counts(rows)[["audience", "listed"]].to_numpy().tolist() == [
        ["todo", 2],
        ["never_contacted", 1],
        ["all", 2],
    ]


def test_a_cap_without_the_contacts_of_the_month_is_refused() -> None:
    with pytest.raises(ValueError, match="cap of 2"):
        audiences.members(EVERYBODY, customers(touches=[1]), as_of=AS_OF, reason="", cap=2)


def test_an_audience_whose_columns_are_absent_says_which() -> None:
    with pytest.raises(KeyError, match="inquired_never_ordered needs frequency, inquiries"):
        fitting("inquired_never_ordered", customers(touches=[1]))


def test_contacts_of_the_month_are_the_touches_that_went_out_in_it() -> None:
    june, july = dt.date(2026, 6, 1), dt.date(2026, 7, 1)
    touches = pd.DataFrame(
        [("C0", july, "out", 2), ("C0", july, "out", 1), ("C0", july, "in", 5), ("C1", june, "out", 7)],
        columns=["customer_id", "month", "direction", "touches"],
    )
    assert audiences.contacts_this_month(touches, as_of=dt.date(2026, 7, 20)).to_dict() == {"C0": 3}


def test_a_reason_tells_the_customers_own_figures() -> None:
    frame = customers(touches=[1, 2], days=[12.4, None], day=[ago(1), None])
    rows = audiences.members(EVERYBODY, frame, as_of=AS_OF, reason="{days} days since {day}, {touches} touches")
    assert rows["reason"].tolist() == ["12 days since 2026-06-30, 1 touches", "– days since –, 2 touches"]


def test_nobody_fits_gives_an_empty_list_with_the_same_columns() -> None:
    rows = audiences.members(EVERYBODY, customers(touches=[1]).iloc[:0], as_of=AS_OF, reason="{touches}")
    assert list(rows.columns) == ["customer_id", "audience", "reason", "left_out"]
    assert rows.empty


OWN = """
name: big
en: big
zh: 大客户
reason_en: spent {monetary}
reason_zh: 金额 {monetary}
when: {monetary: {min: 100}}
"""


def written(tmp_path: Path, text: str, name: str = "big") -> Path:
    (tmp_path / "audiences").mkdir()
    (tmp_path / "audiences" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_firms_own_audience_is_a_file_beside_its_config(tmp_path: Path) -> None:
    folder = written(tmp_path, OWN)
    assert "big" in names(folder)
    assert load("big", folder).needs == {"monetary"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (OWN.replace("{min: 100}", "{more: 100}"), "big.yaml: when"),
        (OWN.replace("spent {monetary}", "spent {profit}"), "the reason names profit"),
        (OWN.replace("name: big", "name: small"), 'its name is "small"'),
        ("- a\n- b\n", "expected keys"),
        ("a: [b", "not valid YAML"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load("big", written(tmp_path, text))


def test_an_unknown_audience_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(InputError, match=r"no audience .* There are core_past_gap"):
        load("sleepy")
