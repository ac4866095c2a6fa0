"""Each customer has exactly one tier of a scheme, and the reason why."""

from __future__ import annotations

import pandas as pd
import pytest
from pydantic import ValidationError

from segkit import schemes
from segkit.analysis import tiers
from segkit.errors import InputError
from segkit.schemes import Scheme

LEVELS = pd.DataFrame(
    [
        ("a", "high", "high", "high", "important_champion"), ("b", "high", "low", "high", "important_develop"),
        ("c", "low", "high", "high", "important_keep"), ("d", "low", "low", "high", "important_win_back"),
        ("e", "high", "high", "low", "general_champion"), ("f", "high", "low", "low", "general_develop"),
        ("g", "low", "high", "low", "general_keep"), ("h", "low", "low", "low", "general_win_back"),
        ("p", None, None, None, "not_placed"),
    ],
    columns=["customer_id", "r_level", "f_level", "m_level", "expected"],
)  # fmt: skip


def assigned(scheme, table):
    keys = [*(t.key for t in scheme.tiers), schemes.NOT_PLACED]
    return tiers.assign(scheme, table, reasons={key: f"why {key}" for key in keys})


def test_the_eight_groups_are_those_of_hughes():
    found = assigned(schemes.load("rfm_8"), LEVELS)
    assert found["tier"].tolist() == LEVELS["expected"].tolist()
    assert found["reason"].tolist() == [f"why {key}" for key in LEVELS["expected"]]
    assert found["customer_id"].is_unique


def test_the_first_rule_that_holds_wins():
    rules = {"name": "s", "en": "S", "zh": "S", "source": "here", "needs": ["recency_days"], "otherwise": "old"}
    ranges = [("new", {"max": 90}), ("recent", {"max": 365}), ("old", {"min": 0})]
    listed = [{"key": k, "en": k, "zh": k, "when": {"recency_days": r}} for k, r in ranges]
    table = pd.DataFrame({"customer_id": list("abcd"), "recency_days": [90, 91, 366, None]})
    assert assigned(Scheme(**rules, tiers=listed), table)["tier"].tolist() == ["new", "recent", "old", "old"]


def test_sizes_share_customers_and_money_among_the_placed():
    found = assigned(schemes.load("rfm_8"), LEVELS)
    money = LEVELS.assign(monetary=[50.0, 10, 10, 10, 5, 5, 5, 5, 0])
    sizes = tiers.sizes(found, money).set_index("tier")
    assert sizes["customer_share"].sum() == pytest.approx(1)
    assert sizes.loc["important_champion", ["customers", "revenue", "revenue_share"]].tolist() == [1, 50, 0.5]
    assert "not_placed" not in sizes.index


def test_a_scheme_that_needs_an_absent_column_says_so():
    with pytest.raises(KeyError, match="rfm_8 needs f_level, m_level"):
        assigned(schemes.load("rfm_8"), LEVELS[["customer_id", "r_level"]])


def test_an_unknown_scheme_names_those_there_are():
    with pytest.raises(InputError, match=r'no scheme "rfm8".*rfm_8'):
        schemes.load("rfm8")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"otherwise": "nobody"}, 'no tier "nobody"'),
        ({"needs": []}, "not listed under needs"),
        ({"extra": 1}, "Extra inputs"),
        ({"tiers": [{"key": "a", "en": "A", "zh": "A", "when": {"x": {}}}]}, "needs min, max or in"),
    ],
)
def test_a_broken_scheme_is_refused(change, message):
    sound = {
        "name": "s", "en": "S", "zh": "S", "source": "here", "needs": ["x"], "otherwise": "not_placed",
        "tiers": [{"key": "a", "en": "A", "zh": "A", "when": {"x": {"min": 1}}}],
    }  # fmt: skip
    assert Scheme(**sound).names("en") == {"a": "A"}
    with pytest.raises(ValidationError, match=message):
        Scheme(**(sound | change))
