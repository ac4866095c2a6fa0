"""Playbooks: one per scheme, bound to its tiers, proven on load; a firm's own go before segkit's."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from segkit import schemes
from segkit.errors import InputError
from segkit.schemes import playbooks

OWN = """
scheme: trade_tier
plays:
  - tier: {tier}
    en: x
    zh: x
    work: hunt
    steps: [{{key: s, kind: call, en: "{text}", zh: "{{name}}", cadence: {cadence}, hours: ["{begin}", "17:30"]}}]
"""


def write(folder, *, tier="A", text="{name}", cadence="{every_days: 9}", begin="13:00"):
    (folder / "playbooks").mkdir(exist_ok=True)
    (folder / "playbooks" / "trade_tier.yaml").write_text(OWN.format(tier=tier, text=text, cadence=cadence, begin=begin))
    return folder


def step(scheme: str, tier: str, key: str) -> playbooks.Step:
    plays = {play.tier: play for play in playbooks.load(scheme).plays}
    return next(step for step in plays[tier].steps if step.key == key)


def test_every_tier_of_the_ladder_and_of_the_matrix_has_its_play():
    for name in ("trade_tier", "rfm_matrix"):
        assert {play.tier for play in playbooks.load(name).plays} == {tier.key for tier in schemes.load(name).tiers}
    assert playbooks.names()[:2] == ["trade_tier", "rfm_matrix"]


def test_cadences_are_those_of_the_trade():
    order = step("trade_tier", "A", "close")
    assert (order.cadence.every_days, order.cadence.latest_days, order.hours) == (2, 3, ("13:00", "17:30"))
    assert order.weekdays == ("tue", "wed", "thu", "fri")
    sample = step("trade_tier", "B", "sample").cadence
    assert (sample.gaps, sample.instead.gaps, sample.then_months) == ((1, 1, 2, 3, 7, 7, 15), (3, 7, 3, 7), 2)
    assert step("trade_tier", "C", "nurture").cadence.every_months == 2
    assert step("trade_tier", "KA", "review").cadence.each_months == 6
    assert (step("rfm_matrix", "core", "executive").cadence.each_months, step("rfm_matrix", "core", "executive").for_whom) == (
        3,
        "director",
    )
    assert step("rfm_matrix", "save", "urgent").urgent


def test_a_firms_own_playbook_goes_before_segkits(tmp_path):
    book = playbooks.load("trade_tier", write(tmp_path))
    assert [(play.tier, play.steps[0].cadence.every_days) for play in book.plays] == [("A", 9)]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"tier": "Z"}, "no tier Z; it has A, B, C"),
        ({"text": "{worth}"}, r"texts may name \{name\} only, not worth"),
        ({"cadence": "{every_days: 3, own_gap: usual}"}, "give one of .* here: every_days, own_gap"),
        ({"cadence": "{gaps: [1, 0], since: sample_requested_on}"}, "gaps are days of 1 and more"),
        ({"cadence": "{gaps: [1, 2]}"}, "gaps need since"),
        ({"cadence": "{every_fortnight: 1}"}, "Extra inputs are not permitted"),
        ({"begin": "18:00"}, "hours 18:00–17:30"),
    ],
)
def test_a_playbook_that_breaks_the_form_is_refused_with_the_place(tmp_path, fault, said):
    with pytest.raises(InputError, match=f"trade_tier.yaml.*{said}"):
        playbooks.load("trade_tier", write(tmp_path, **fault))


def test_places_know_their_zone_languages_and_continent():
    assert [playbooks.zone_of(c) for c in ("TR", "BR", "CN", "DE", "US", None, "ZZ")] == [
        "Europe/Istanbul", "America/Sao_Paulo", "Asia/Shanghai", "Europe/Berlin", "America/New_York", None, None]  # fmt: skip
    assert playbooks.zone_of("CA", "québec") == "America/Toronto"
    assert playbooks.zone_of("BR", "Rondonia") == "America/Porto_Velho"
    assert {"de", "fr", "it"} <= playbooks.languages("CH")
    assert "europe" in playbooks.continents("PL")
    assert "latin america" in playbooks.continents("MX")


def test_every_zone_is_one_the_machine_knows():
    from segkit.schemes.playbooks.places import _zones

    assert {str(ZoneInfo(zone)) for zone in _zones()["countries"].values()} == set(_zones()["countries"].values())
