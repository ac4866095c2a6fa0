"""Alert files are proven on load: bound to scheme and tier together, sayable in both languages, open to a firm's own."""

from __future__ import annotations

import pytest

from segkit.errors import InputError
from segkit.schemes import alerts

OWN = """
name: quiet_growth
en: growth gone quiet
zh: 增长客户沉默
severity: warn
for: {rfm_matrix: [growth]}
when: {recency_days: {min: 60}}
money: revenue_12m
episode: last_order_on
reason_en: "No order for {recency_days:day|days}"
reason_zh: 已 {recency_days} 天未下单
"""


def write(folder, text: str, name: str = "quiet_growth"):
    (folder / "alerts").mkdir(exist_ok=True)
    (folder / "alerts" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_segkit_brings_the_alerts_of_the_domain():
    assert {alert.name for alert in alerts.load_all()} == {
        "order_missing", "spend_falling", "frequency_falling", "payment_worsening", "complaint", "score_falling", "core_lost",
        "key_account_lost", "save_returned", "concentration_rising",
    }  # fmt: skip
    asked = {(scheme, tier) for alert in alerts.load_all() for scheme, tiers in alert.for_.items() for tier in tiers}
    assert asked == {("rfm_matrix", "core"), ("rfm_matrix", "save"), ("trade_tier", "KA")}


def test_a_firms_own_alert_stands_beside_segkits(tmp_path):
    found = {alert.name: alert for alert in alerts.load_all(write(tmp_path, OWN))}
    assert found["quiet_growth"].for_ == {"rfm_matrix": ("growth",)}
    assert len(found) == 11


def test_a_firm_changes_a_number_in_two_lines_and_silences_an_alert_in_two(tmp_path):
    write(tmp_path, "name: order_missing\nparameters: {most_days: 200}\n", "order_missing")
    write(tmp_path, "name: score_falling\nsilent: true\n", "score_falling")
    found = {alert.name: alert for alert in alerts.load_all(tmp_path)}
    assert found["order_missing"].when[0].when["recency_days"].max == 200
    assert found["order_missing"].reason("zh") == alerts.load("order_missing").reason("zh")
    assert "score_falling" not in found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OWN.replace("growth]", "grown]"), r"alerts/quiet_growth.yaml: for: rfm_matrix has no tier grown; it has core, growth"),
        (OWN.replace("rfm_matrix", "rfm_9"), r'alerts/quiet_growth.yaml: for: no scheme "rfm_9". There are .*rfm_8'),
        (OWN.replace("for: {rfm_matrix: [growth]}\n", ""), r"names schemes and their tiers"),
        (OWN.replace("[growth]", "[]"), r"a scheme without tiers"),
        (OWN.replace("severity: warn", "severity: loud"), r"alerts/quiet_growth.yaml: severity: .*'risk', 'warn' or 'good'"),
        (OWN.replace("{recency_days} 天", "很多天"), r"only one has recency_days"),
        (OWN.replace("{recency_days:day|days}", "{recency_days:furlongs}"), r"writes a number as furlongs; use .*money"),
        (OWN.replace("name: quiet_growth", "name: other"), r'its name is "other"; call it "quiet_growth"'),
        (OWN.replace("min: 60", "min: $most"), r'there is no parameter "most"'),
        (OWN.replace("when:", "whenever:"), r"alerts/quiet_growth.yaml: when: Field required"),
        (OWN + "covered_by: [nothing]\n", r'covered_by: no alert "nothing"'),
        ("- a list\n", r"quiet_growth.yaml: expected keys and values"),
        ("on: true\n", r"alerts/quiet_growth.yaml: keys must be words"),
        ("name: [\n", r"quiet_growth.yaml: not valid YAML"),
    ],
)
def test_a_bad_file_is_refused_with_its_place_and_the_remedy(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        alerts.load_all(write(tmp_path, text))


def test_a_parameter_that_segkits_alert_does_not_have_is_refused(tmp_path):
    write(tmp_path, "name: order_missing\nparameters: {days: 200}\n", "order_missing")
    with pytest.raises(InputError, match='no parameter "days"; it has most_days'):
        alerts.load("order_missing", tmp_path)
