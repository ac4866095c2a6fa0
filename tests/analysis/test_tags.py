"""Tags of customers in four families, from fields and from rules."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from segkit.analysis import tags
from segkit.errors import InputError
from segkit.schemes.tags import Tags, load

AS_OF = dt.date(2026, 7, 1)


def of(**columns: list) -> set[tuple[str, str, str]]:
    frame = pd.DataFrame({"customer_id": [f"C{i}" for i in range(len(next(iter(columns.values()))))], **columns})
    rows = list(tags.assign(load(), frame, as_of=AS_OF).itertuples(index=False, name=None))
    assert len(set(rows)) == len(rows)
    return set(rows)


def test_there_are_four_families_named_in_both_languages() -> None:
    assert [(f.key, f.zh) for f in load().families] == [
        ("follow_up", "跟进状态"), ("trade_type", "贸易类型"), ("preference", "产品偏好"), ("behaviour", "行为习惯"),
    ]  # fmt: skip
    assert load().names("zh")["quiet"] == "超过90天未联系"
    assert all(set(load().names("en")) == set(load().names(x)) for x in ("en", "zh"))


def test_words_of_the_tags_field_go_to_the_family_that_names_them_the_rest_to_behaviour() -> None:
    assert of(tags=["OEM; slow payer", "oem，贴牌", None, " ; "]) == {
        ("C0", "trade_type", "OEM"), ("C0", "behaviour", "slow payer"), ("C1", "trade_type", "OEM"),
        ("C1", "trade_type", "贴牌"),
    }  # fmt: skip


def test_a_trade_type_is_a_tag_as_it_stands() -> None:
    assert of(trade_type=["Import; export", None]) == {("C0", "trade_type", "Import; export")}


def test_interest_and_what_is_bought_most_are_one_preference_when_they_agree() -> None:
    found = of(product_interest=["LED、Garden", None], top_category=["LED", "Kitchen"])
    assert found == {("C0", "preference", "LED"), ("C0", "preference", "Garden"), ("C1", "preference", "Kitchen")}


def test_follow_up_is_told_by_the_days_since_the_last_touch() -> None:
    days = [30, 31, 90, 91]
    found = of(last_touch_on=[AS_OF - dt.timedelta(d) for d in days] + [None], touches=[1, 1, 1, 1, 0])
    assert {(c, t) for c, f, t in found if f == "follow_up"} == {("C0", "in_touch"), ("C3", "quiet"), ("C4", "never_contacted")}


def test_habits_need_enough_to_go_by() -> None:
    found = of(invoices=[2, 3, 10, 10], paid_on_time_share=[0.0, 0.0, 0.9, 0.7])
    assert found == {("C1", "behaviour", "late_payer"), ("C2", "behaviour", "prompt_payer")}


def test_a_tag_whose_columns_are_absent_is_not_computed_and_says_what_it_needs() -> None:
    rows = tags.assign(load(), pd.DataFrame({"customer_id": ["C0"], "touches": [0]}), as_of=AS_OF)
    assert rows.to_numpy().tolist() == [["C0", "follow_up", "never_contacted"]]
    assert rows.attrs["not_computed"]["wrote_last"] == ["last_reply_on", "last_touch_on"]
    assert rows.attrs["not_computed"]["late_payer"] == ["invoices", "paid_on_time_share"]
    assert rows.attrs["not_computed"]["regular"] == ["frequency", "gap_upper_days", "recency_days"]
    assert "never_contacted" not in rows.attrs["not_computed"]


def test_sizes_count_customers_most_first_within_a_family() -> None:
    frame = pd.DataFrame({"customer_id": ["C0", "C1", "C2"], "trade_type": ["a", "b", "b"], "touches": [1, 0, 1]})
    assert tags.sizes(tags.assign(load(), frame, as_of=AS_OF)).to_numpy().tolist() == [
        ["follow_up", "never_contacted", 1], ["trade_type", "b", 2], ["trade_type", "a", 1],
    ]  # fmt: skip


def test_a_firms_own_tags_file_goes_before_segkits(tmp_path: Path) -> None:
    assert load(tmp_path) == load()
    (tmp_path / "tags.yaml").write_text("families: [{key: mine, en: mine, zh: 自有}]", encoding="utf-8")
    assert [f.key for f in load(tmp_path).families] == ["mine"]
    (tmp_path / "tags.yaml").write_text("families: [{key: mine, en: mine}]", encoding="utf-8")
    with pytest.raises(InputError, match=r"tags.yaml: families.0.zh"):
        load(tmp_path)


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="a stands twice"):
        Tags(families=[{"key": "a", "en": "", "zh": ""}, {"key": "a", "en": "", "zh": ""}])  # type: ignore[arg-type]
