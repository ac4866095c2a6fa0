"""Tables of tiers put beside each other: literal customers, literal cells."""

from __future__ import annotations

import pandas as pd
import pytest

from segkit import schemes
from segkit.analysis import strengths
from segkit.analysis.tiers import crossing

CUSTOMERS = pd.DataFrame({"customer_id": ["a", "b", "c", "d"], "monetary": [100.0, 40.0, 10.0, 0.0]})


def placed(scheme: str, *tiers: str, reason: str = "so") -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ["a", "b", "c", "d"], "scheme": scheme, "tier": tiers, "reason": reason})


TIERS = pd.concat([placed("pyramid", "middle", "top", "middle", "not_placed", reason="no order yet"),
                   placed("trade_tier", "ordered", "KA", "ordered", "B")], ignore_index=True)  # fmt: skip
PYRAMID, LADDER = schemes.load("pyramid"), schemes.load("trade_tier")


def test_the_rows_of_a_scheme_stand_in_its_order_without_those_not_placed():
    rows = crossing.of(TIERS, PYRAMID)
    assert (list(rows["tier"]), list(rows["customer_id"])) == (["top", "middle", "middle"], ["b", "a", "c"])
    assert list(rows["tier"].cat.categories) == ["top", "middle"]
    assert list(crossing.ordered(TIERS, [LADDER, PYRAMID])["tier"]) == [
        "KA",
        "ordered",
        "ordered",
        "B",
        "top",
        "middle",
        "middle",
    ]


def test_the_order_of_all_schemes_is_that_of_each_whatever_the_index_says():
    table = TIERS.iloc[::-1].set_index(pd.Index([0] * len(TIERS)))  # one who is not placed stands above the others
    rows = crossing.ordered(table.assign(customers=range(len(table))), [PYRAMID, LADDER])
    each = [list(crossing.of(table, scheme)["customer_id"]) for scheme in (PYRAMID, LADDER)]
    assert list(rows["customer_id"]) == each[0] + each[1]
    assert (list(rows.index), list(rows["scheme"].unique())) == (list(range(7)), ["pyramid", "trade_tier"])


def test_an_open_scheme_has_no_order_so_those_with_most_customers_stand_first():
    sizes = pd.DataFrame({"scheme": "region", "tier": ["AE", "CN", "DE"], "customers": [5, 111, 92]})
    assert list(crossing.ordered(sizes, [schemes.load("region")])["tier"]) == ["CN", "DE", "AE"]


def test_crossed_schemes_count_customers_and_money_that_both_place():
    cells = crossing.cells(TIERS, CUSTOMERS, LADDER, PYRAMID).astype({"trade_tier": str, "pyramid": str})
    assert cells.to_dict("split", index=False)["data"] == [
        ["KA", "top", 1, 40.0], ["KA", "middle", 0, 0.0], ["ordered", "top", 0, 0.0], ["ordered", "middle", 2, 110.0],
    ]  # fmt: skip


def test_a_scheme_that_is_not_computed_leaves_no_cells():
    cells = crossing.cells(TIERS[TIERS["scheme"] == "pyramid"], CUSTOMERS, LADDER, PYRAMID)
    assert (len(cells), list(cells.columns)) == (0, ["trade_tier", "pyramid", "customers", "revenue"])


def test_the_strongest_tier_of_a_scheme_exceeds_its_number_furthest():
    sizes = pd.DataFrame(
        [("x", "big", 5, 0.5, 60.0, 0.6), ("x", "few", 1, 0.1, 40.0, 0.4), ("y", "all", 6, 1.0, 100.0, 1.0)],
        columns=["scheme", "tier", "customers", "customer_share", "revenue", "revenue_share"],
    )
    assert crossing.strongest(sizes)[["scheme", "tier"]].to_numpy().tolist() == [["x", "few"], ["y", "all"]]


def test_who_is_left_out_is_counted_by_reason():
    assert crossing.left_out(TIERS).to_dict("records") == [{"scheme": "pyramid", "reason": "no order yet", "customers": 1}]


def deals(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "owner", "product", "outcome"])
    day = pd.Timestamp(2024, 1, 1)
    return frame.assign(amount=10.0, created_on=day, first_contact_on=day, closed_on=day + pd.Timedelta(days=8))


def test_salespeople_are_compared_with_what_all_reach_with_that_kind():
    rows = [("a", "Ann", "lamp", "won")] * 3 + [("b", "Ann", "lamp", "lost"), ("a", "Bo", "lamp", "lost")]
    rows += [("d", None, "lamp", "won"), ("c", "Bo", None, "open"), ("c", "Bo", "saw", "won")]
    table = strengths.by_kind(deals(*rows), TIERS, schemes=["pyramid", "region"])
    by_product = table[(table["kind"] == "product") & (table["value"] == "lamp")].set_index("owner")
    assert by_product.loc["Ann", ["value", "deals", "won", "signed", "days"]].tolist() == ["lamp", 4, 3, 3, 8.0]
    assert by_product["common_rate"].tolist() == pytest.approx([3.5 / 6] * 2)
    assert set(table["kind"]) == {"product", "pyramid"}
    ann = table[(table["kind"] == "pyramid") & (table["owner"] == "Ann")].set_index("value")["deals"]
    assert ann.to_dict() == {"middle": 3, "top": 1}


def test_without_deals_there_are_no_strengths_but_their_columns():
    table = strengths.by_kind(deals().astype({"outcome": object}), TIERS)
    assert (len(table), "chance_above" in table.columns) == (0, True)
    assert len(strengths.clear(table)) == 0


def test_only_an_interval_wholly_above_the_common_rate_is_a_clear_strength():
    table = pd.DataFrame(
        [("Ann", 0.6, 0.5, 0.7), ("Bo", 0.4, 0.5, 0.9), ("Cy", 0.55, 0.5, 0.8)],
        columns=["owner", "low", "common_rate", "expected_rate"],
    )
    assert strengths.clear(table)["owner"].tolist() == ["Cy", "Ann"]


def test_what_scores_rest_on_is_told_by_tier_as_medians():
    scores = pd.DataFrame(
        [("a", "pyramid", 50.0, 0.4), ("b", "pyramid", 90.0, 1.0), ("c", "pyramid", 60.0, 0.8), ("d", "pyramid", 1.0, 0.3)],
        columns=["customer_id", "scheme", "score", "known_weight"],
    )
    found = crossing.known(scores, TIERS)  # d has no tier
    assert found.to_numpy().tolist() == [["pyramid", "top", 1, 90.0, 1.0], ["pyramid", "middle", 2, 55.0, pytest.approx(0.6)]]
