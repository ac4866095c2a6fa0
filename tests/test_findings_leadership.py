"""What leadership's numbers say, and what they say where nothing tells."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from segkit import findings, report
from segkit.i18n import Words

say = findings.leadership


def figures(*rows: tuple[str, float, float, str, str]) -> pd.DataFrame:
    """figure, value, before, unit, better."""
    frame = pd.DataFrame(rows, columns=["figure", "value", "before", "unit", "better"])
    frame = frame.assign(year_before=np.nan, as_of=pd.Timestamp(2026, 7, 1), since=pd.Timestamp(2026, 4, 1))
    note = frame["before"].isna().map({True: "key_note.not_known_then", False: None})
    return frame.assign(note="key_note." + frame["figure"], before_note=note)


TOLD = figures(
    ("revenue_quarter", 110.0, 100.0, "money", "up"),
    ("win_rate", 0.3, 0.4, "share", "up"),
    ("overdue_accounts", 8.0, 10.0, "count", "down"),
    ("touches", 5.0, 50.0, "count", ""),
    ("leads_neglected", 3.0, np.nan, "count", "down"),
)


def test_the_quarter_stands_against_the_one_before_by_its_own_days():
    found = say.quarter_result(TOLD)
    assert (found.key, found.numbers["change"]) == ("quarter_up", pytest.approx(0.1))
    assert (found.numbers["begin"], found.numbers["end"]) == (dt.date(2026, 4, 1), dt.date(2026, 6, 30))
    assert say.quarter_result(figures(("revenue_quarter", 90.0, 100.0, "money", "up"))).key == "quarter_down"
    assert say.quarter_result(figures(("revenue_quarter", 90.0, np.nan, "money", "up"))).key == "quarter_alone"
    assert say.quarter_result(TOLD.iloc[:0]).key == "scheme_not_computed"


def test_better_and_worse_follow_each_figure_s_own_side():
    found = say.figures_moved(TOLD)
    assert dict(found.numbers) == {"figures": 3, "better": 2, "worse": 1, "figure": "key_figure.win_rate"}
    assert say.figures_moved(TOLD.iloc[[0, 2]]).key == "figures_none_worse"
    assert say.figures_moved(TOLD.iloc[3:]).key == "figures_without_past"


def test_what_has_no_past_and_what_is_missing_is_counted():
    assert dict(say.figures_unknown(TOLD, pd.DataFrame({"figure": ["gini"]})).numbers) == {
        "figures": 5, "unknown": 1, "missing": 1,
    }  # fmt: skip
    assert say.figures_unknown(TOLD.iloc[:3], pd.DataFrame({"figure": []})).key == "figures_complete"


def test_core_customers_kept_are_told_with_and_without_prospects():
    rows = figures(("core_repurchase_rate", 0.7, 0.6, "share", "up"), ("prospects_conversion", 0.05, 0.02, "share", "up"))
    assert say.kept_and_won(rows).numbers == {"core": 0.7, "core_before": 0.6, "won": 0.05, "won_before": 0.02}
    assert say.kept_and_won(rows.head(1)).key == "core_kept"
    assert say.kept_and_won(TOLD).key == "scheme_not_computed"


CHANNELS = pd.DataFrame(
    [("Fair", 500.0, 900.0, 60.0), ("Web", 300.0, 950.0, 10.0)],
    columns=["source_channel", "profit", "revenue", "cost_per_new_customer"],
).assign(year=pd.Timestamp(2025, 4, 1))


def test_a_channel_is_judged_by_profit_else_revenue_and_by_what_a_new_customer_costs():
    found = say.channel_result(CHANNELS)
    assert (found.key, found.numbers["channel"], found.numbers["dear"], found.numbers["cheap"]) == (
        "channel_costs", "Fair", "Fair", "Web",
    )  # fmt: skip
    assert say.channel_result(CHANNELS.assign(cost_per_new_customer=np.nan)).key == "channel_profit"
    bare = say.channel_result(CHANNELS.assign(cost_per_new_customer=np.nan, profit=np.nan))
    assert (bare.key, bare.numbers["channel"]) == ("channel_revenue", "Web")
    assert say.channel_result(CHANNELS.iloc[:0]).key == "not_computed"


def test_a_salesperson_is_ahead_only_when_the_interval_is():
    people = pd.DataFrame(
        [("Li", 1.3, 1.1, 1.5), ("Wu", 0.9, 0.7, 1.1), ("New", np.nan, np.nan, np.nan)],
        columns=["owner", "balanced_index", "balanced_low", "balanced_high"],
    )
    assert dict(say.people_ahead(people).numbers) == {"people": 2, "ahead": 1, "behind": 0, "owner": "Li", "index": 1.3}
    assert say.people_ahead(people.iloc[1:]).key == "people_alike"
    assert say.people_ahead(people.iloc[1:].assign(balanced_high=0.95)).key == "people_behind"
    assert say.people_ahead(people.iloc[2:]).key == "not_computed"


def test_teams_roles_tiers_stages_and_leads_say_the_most_or_what_is_missing():
    teams = pd.DataFrame({"team": ["A", "B"], "target_share": [1.1, 0.5]})
    assert (say.team_targets(teams).numbers["last"], say.team_targets(teams).severity) == ("B", "warn")
    assert say.team_targets(teams.head(1)).key == "team_target"
    assert say.team_targets(pd.DataFrame(columns=["team"])).key == "not_computed"
    roles = pd.DataFrame({"role": ["hunter", "farmer"], "hours_asked": [50.0, 10.0], "hours_there": [40.0, 40.0]})
    assert (say.role_load(roles).key, say.role_load(roles.iloc[1:]).key) == ("role_overloaded", "role_load")
    tiers = pd.DataFrame({"tier": ["core"], "contribution_share": [0.6], "contribution_share_before": [0.7]})
    assert say.tier_share_moved(tiers, "rfm_matrix").key == "tier_share_down"
    assert say.tier_share_moved(tiers.assign(contribution_share_before=np.nan), "rfm_matrix").key == "tier_shares_first"
    stages = pd.DataFrame({"stage": ["lead", "quote"], "reached": [10, 8], "conversion": [0.8, 0.5], "conversion_before": 0.4})
    assert (say.lost_at(stages).numbers["stage"], say.lost_at(stages).numbers["lost"]) == ("stage.quote", 4)
    assert say.lost_at(stages.iloc[:0]).key == "not_computed"
    assert say.leads_alone(TOLD).numbers == {"leads": 3}
    assert say.leads_alone(TOLD.head(1)).key == "not_computed"


def test_changes_are_written_in_per_cent_and_those_of_shares_in_points():
    said = report.figures_in_words(TOLD, Words("en"), "USD")
    assert said["change"].tolist() == ["+10.0%", "−10.0 pts", "−20.0%", "−90.0%", "–"]
    assert said["value"].tolist() == ["$110", "30.0%", "8", "5", "3"]
    assert said["note"].iloc[-1] == "not touched for longer than their tier allows, not known a quarter ago"
    same = figures(("gini", 0.5, 0.5, "share", "down"), ("new_customers", 4.0, 0.0, "count", "up"))
    assert report.figures_in_words(same, Words("zh"), "USD")["change"].tolist() == ["无变化", "–"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_figure_has_a_name_and_a_note_in_words(language):
    from segkit.analysis.leadership import FIGURES

    words = Words(language)
    assert [name for name in FIGURES if f"key_figure.{name}" not in words or f"key_note.{name}" not in words] == []
    assert [one.needs for one in FIGURES.values() if one.needs not in words] == []
