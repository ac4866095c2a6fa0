"""Each customer has exactly one tier of every scheme, and the reason why."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segkit import schemes
from segkit.analysis import tiers
from segkit.i18n import Words
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
).assign(recency_days=1.0, frequency=[1] * 8 + [0], monetary=1.0)  # fmt: skip
AS_OF = dt.date(2026, 7, 1)


def assigned(scheme, table):
    keys = [*(t.key for t in scheme.tiers), schemes.NOT_PLACED]
    return tiers.assign(scheme, table, as_of=AS_OF, reasons={key: f"why {key}" for key in keys})


def rules(tiers_, *, otherwise="not_placed", **more):
    listed = [{"key": key, "en": key, "zh": key, "when": when} for key, when in tiers_]
    return Scheme(name="s", en="S", zh="S", source="here", otherwise=otherwise, tiers=listed, **more)


def test_the_eight_groups_are_those_of_hughes_and_levels_of_the_table_go_before_derived_ones():
    found = assigned(schemes.load("rfm_8"), LEVELS)
    assert found["tier"].tolist() == LEVELS["expected"].tolist()
    assert found["reason"].tolist() == [f"why {key}" for key in LEVELS["expected"]]
    assert found["customer_id"].is_unique


def test_the_first_rule_that_holds_wins():
    scheme = rules(
        [("new", {"recency_days": {"max": 90}}), ("recent", {"recency_days": {"max": 365}}),
         ("old", {"recency_days": {"min": 0}})],
        needs=["recency_days"], otherwise="old",
    )  # fmt: skip
    table = pd.DataFrame({"customer_id": list("abcd"), "recency_days": [90, 91, 366, None]})
    assert assigned(scheme, table)["tier"].tolist() == ["new", "recent", "old", "old"]


def test_the_reason_is_that_of_the_alternative_which_holds():
    when = {"any": [{"frequency": {"min": 9}}, {"monetary": {"min": 100}}]}
    scheme = rules(
        [("big", when)], needs=["frequency", "monetary"], among={"frequency": {"min": 1}}, left_out={"en": "no", "zh": "无"}
    )
    table = pd.DataFrame({"customer_id": list("abcd"), "frequency": [9, 1, 1, 0], "monetary": [0.0, 100.0, 0.0, 900.0]})
    found = tiers.assign(scheme, table, reasons=lambda s, cuts: schemes.reasons(s, Words("en"), cuts))
    assert found["tier"].tolist() == ["big", "big", "not_placed", "not_placed"]
    assert found["reason"].tolist() == ["orders ≥ 9", "revenue ≥ $100", "no rule of the scheme holds", "no"]


def test_sizes_share_customers_and_money_among_the_placed():
    found = assigned(schemes.load("rfm_8"), LEVELS)
    money = LEVELS.assign(monetary=[50.0, 10, 10, 10, 5, 5, 5, 5, 0])
    sizes = tiers.sizes(found, money).set_index("tier")
    assert sizes["customer_share"].sum() == pytest.approx(1)
    assert sizes.loc["important_champion", ["customers", "revenue", "revenue_share"]].tolist() == [1, 50, 0.5]
    assert "not_placed" not in sizes.index
    assert "contribution_share" not in sizes


def test_sizes_share_contribution_where_a_margin_is_known_and_estimate_the_rest_at_the_firms_rate():
    found = assigned(schemes.load("rfm_8"), LEVELS[:3])
    money = LEVELS[:3].assign(monetary=[60.0, 40.0, 100.0], margin=[30.0, 10.0, None])  # 40 of 100: the third is taken as 40
    assert tiers.sizes(found, money)["contribution_share"].tolist() == [pytest.approx(n / 80) for n in (30, 10, 40)]


def test_a_scheme_that_needs_an_absent_column_says_so():
    with pytest.raises(KeyError, match="rfm_8 needs frequency, monetary"):
        assigned(schemes.load("rfm_8"), LEVELS[["customer_id", "recency_days"]])


def brought():
    return [schemes.load(name) for name in schemes.names()]


def said(scheme, cuts):
    return schemes.reasons(scheme, Words("en"), cuts)


def rich(n, seed=0):
    """A table with every column there is, each with gaps; frequency is never unknown."""
    rng = np.random.default_rng(seed)
    table = {"customer_id": [f"c{i}" for i in range(n)]}
    for name, column in schemes.model.COLUMNS.items():
        gaps = rng.random(n) < 0.2
        if column.kind in ("number", "money"):
            high = {"1-5": 6, "share": 2, "0-1": 2, "0-10": 11}.get(column.unit, 500)
            table[name] = np.where(gaps, np.nan, rng.integers(0, high, n))
        elif column.kind == "flag":
            table[name] = pd.array(np.where(gaps, None, rng.random(n) < 0.5), dtype="boolean")
        elif column.kind in ("day", "moment"):
            table[name] = pd.Timestamp(AS_OF) - pd.to_timedelta(np.where(gaps, np.nan, rng.integers(0, 900, n)), unit="D")
        elif name != "customer_id":
            words = [*column.choices, "a", "positive"]
            table[name] = pd.array(np.where(gaps, None, rng.choice(words, n)), dtype="str")
    return pd.DataFrame(table).assign(frequency=rng.integers(0, 9, n), touches=rng.integers(0, 9, n))


def touches_of(table):
    return pd.DataFrame(
        {"customer_id": table["customer_id"], "month": pd.Timestamp(2026, 6, 1), "kind": "inquiry", "feedback": "positive",
         "touches": 1}
    )  # fmt: skip


@pytest.mark.parametrize("n", [0, 1, 30])
def test_every_customer_has_one_tier_of_every_scheme_from_none_to_a_few_dozen(n):
    table = rich(n)
    found, not_computed = tiers.assign_all(brought(), table, as_of=AS_OF, touches=touches_of(table), reasons=said)
    assert not_computed == {}
    assert len(found) == n * len(schemes.names())
    assert not found.duplicated(["customer_id", "scheme"]).any()
    assert found.notna().all().all()
    assert found["scheme"].cat.categories.tolist() == schemes.names()


def test_all_schemes_together_say_what_each_says_alone():
    table = rich(40, seed=3)
    together, _ = tiers.assign_all(brought(), table, as_of=AS_OF, touches=touches_of(table), reasons=said)
    for scheme in brought():
        alone = tiers.assign(scheme, table, as_of=AS_OF, touches=touches_of(table), reasons=said)
        mine = together[together["scheme"] == scheme.name].reset_index(drop=True)
        for column in ("customer_id", "tier", "reason"):
            assert mine[column].astype(str).tolist() == alone[column].astype(str).tolist(), (scheme.name, column)


def test_a_scheme_whose_inputs_are_absent_is_not_computed_and_says_what_it_needs():
    table = rich(5)[["customer_id", "frequency", "monetary", "recency_days"]]
    found, not_computed = tiers.assign_all(brought(), table, as_of=AS_OF, reasons=said)
    assert set(found["scheme"]) == {"rfm_8", "pyramid", "abc", "value_bands", "rfm_r_segments", "weighted_value"}
    assert not_computed["rfm_matrix"] == ["tenure_days", "frequency_3y", "monetary_3y"]
    assert not_computed["lead_score"] == ["touches", "the table touches"]
    assert not_computed["warmth"] == ["relationship or replies_12m"]
    assert set(not_computed) | set(found["scheme"]) == set(schemes.names())


def test_scores_are_told_of_those_scored_with_the_weight_that_was_known():
    table = pd.DataFrame({"customer_id": ["a", "b"], "frequency": [2, 0], "monetary": [9.0, 0.0], "touches": [1, 0]})
    touches = touches_of(table[:1]).assign(feedback="ready_to_order", month=pd.Timestamp(2026, 6, 16))
    found = tiers.scores(brought(), table, as_of=AS_OF, touches=touches)
    assert found[["customer_id", "scheme"]].to_numpy().tolist() == [["a", "lead_score"], ["a", "weighted_value"]]
    assert found["score"].iloc[0] == pytest.approx(
        13.0
    )  # 10 for the feedback and 3 for the inquiry, in the middle of its month
    assert found["known_weight"].tolist() == [pytest.approx(np.nan, nan_ok=True), pytest.approx(0.3)]
    assert tiers.scores(brought(), table[["customer_id"]]).empty


def test_tiers_do_not_depend_on_the_order_of_the_customers():
    table = rich(60, seed=5)
    mixed = table.sample(frac=1, random_state=1)
    one, _ = tiers.assign_all(brought(), table, as_of=AS_OF, touches=touches_of(table), reasons=said)
    two, _ = tiers.assign_all(brought(), mixed, as_of=AS_OF, touches=touches_of(table), reasons=said)
    key = ["scheme", "customer_id"]
    both = one.astype(str).merge(two.astype(str), on=key)
    assert len(both) == len(one)
    assert both["tier_x"].tolist() == both["tier_y"].tolist()


def test_cross_counts_the_customers_of_two_schemes_and_coverage_those_placed():
    table = pd.DataFrame({"customer_id": list("abcd"), "frequency": [1, 1, 0, 0], "deals_open": [0, 1, 1, 0], "deals_won": 0,
                          "touches": [0, 1, 2, 2], "monetary": [9.0, 1.0, 0, 0]})  # fmt: skip
    listed = [schemes.load(n) for n in ("deal_state", "contacted", "pyramid")]
    found, _ = tiers.assign_all(listed, table, as_of=AS_OF, reasons=said)
    grid = tiers.cross(found, "deal_state", "contacted")
    assert grid.loc["ordered"].to_dict() == {"never": 1, "once": 1, "again": 0}
    assert grid.to_numpy().sum() == 4
    assert tiers.coverage(found).set_index("scheme").loc["pyramid"].tolist() == [4, 2, 2, 0.5, 2]
    with pytest.raises(KeyError, match="no tiers of the scheme abc"):
        tiers.cross(found, "abc", "pyramid")


CONDITION = st.one_of(
    st.fixed_dictionaries({"column": st.just("frequency"), "min": st.integers(0, 4)}),
    st.fixed_dictionaries({"column": st.just("frequency"), "above": st.integers(0, 3), "max": st.integers(1, 5)}),
    st.fixed_dictionaries({"column": st.just("monetary"), "below": st.integers(0, 4)}),
    st.fixed_dictionaries({"column": st.just("country"), "in": st.lists(st.sampled_from("xyz"), min_size=1, max_size=2)}),
    st.fixed_dictionaries({"column": st.just("country"), "not_in": st.just(["x"])}),
    st.fixed_dictionaries({"column": st.just("country"), "contains": st.sampled_from("XYZ")}),
    st.fixed_dictionaries({"column": st.just("vetted"), "equals": st.booleans()}),
    st.fixed_dictionaries({"column": st.sampled_from(["vetted", "country", "monetary"]), "known": st.booleans()}),
)
RULE = st.lists(CONDITION, min_size=1, max_size=3, unique_by=lambda c: c["column"]).map(
    lambda many: {c["column"]: {k: v for k, v in c.items() if k != "column"} for c in many}
)
TIER = st.lists(RULE, min_size=1, max_size=2).map(lambda some: some[0] if len(some) == 1 else {"any": some})
ROWS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.none() | st.integers(0, 5).map(float),
        st.none() | st.sampled_from("xyz"),
        st.none() | st.booleans(),
    ),
    max_size=12,
)


def naive(value, condition):
    """Whether one value meets a condition, in the plainest words."""
    if condition.get("known") is not None and (value is not None) != condition["known"]:
        return False
    if value is None:
        return condition.get("known") is False
    checks = {
        "min": lambda x: value >= x, "max": lambda x: value <= x, "above": lambda x: value > x, "below": lambda x: value < x,
        "in": lambda x: value in x, "not_in": lambda x: value not in x, "contains": lambda x: x.lower() in value.lower(),
        "equals": lambda x: value is x, "known": lambda x: True,
    }  # fmt: skip
    return all(checks[key](wanted) for key, wanted in condition.items())


@given(st.lists(TIER, min_size=1, max_size=4), ROWS)
def test_the_engine_agrees_with_a_loop_over_rows(wanted, rows):
    columns = ["frequency", "monetary", "country", "vetted"]
    scheme = rules([(f"t{i}", when) for i, when in enumerate(wanted)], needs=columns)
    table = pd.DataFrame(rows, columns=columns).astype({"country": "str", "vetted": "boolean", "monetary": "float64"})
    table.insert(0, "customer_id", [str(i) for i in range(len(rows))])
    expected = []
    for row in rows:
        values = dict(zip(columns, row, strict=True))
        for i, when in enumerate(wanted):
            if any(all(naive(values[c], one) for c, one in alternative.items()) for alternative in when.get("any", [when])):
                expected.append(f"t{i}")
                break
        else:
            expected.append("not_placed")
    assert assigned(scheme, table)["tier"].tolist() == expected


@given(ROWS)
def test_an_audit_without_leftovers_means_that_nobody_is_left(rows):
    """The proof on load and the engine agree: what the audit calls covered is covered, without overlap."""
    low, high = {"frequency": {"max": 2}}, {"frequency": {"above": 2}}
    scheme = rules([("low", low), ("high", high)], needs=["frequency"], among={"frequency": {"known": True}},
                   left_out={"en": "x", "zh": "x"})  # fmt: skip
    audit = schemes.audit(scheme)
    assert (audit.overlaps, audit.left) == ((), ())
    table = pd.DataFrame({"customer_id": [str(i) for i in range(len(rows))], "frequency": [float(r[0]) for r in rows]})
    assert "not_placed" not in assigned(scheme, table)["tier"].tolist()
