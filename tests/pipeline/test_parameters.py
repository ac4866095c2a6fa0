"""Parameters of notebooks: what is understood, and what is refused with the names that are known."""

from __future__ import annotations

import pytest

from segkit.errors import InputError


def test_a_parameter_named_with_its_notebook_reaches_that_one_alone(house, stage):
    house.run(given=["20_rfm.bins=4"])

    assert stage.given["20_rfm"]["bins"] == 4
    assert stage.given["30_tiers"]["bins"] == 3


def test_a_plain_parameter_reaches_every_notebook_that_has_it(house, stage):
    house.run(given=["bins=4"])

    assert stage.given["20_rfm"]["bins"] == stage.given["30_tiers"]["bins"] == 4
    assert "bins" not in stage.given["10_quality"]


def test_the_command_line_goes_before_the_config(house, stage):
    house.config["parameters"] = {"20_rfm": {"bins": 4, "share": 1}}

    house.run(given=["20_rfm.bins=6"])

    assert stage.given["20_rfm"]["bins"] == 6
    assert stage.given["20_rfm"]["share"] == 1


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("cuts=[30, 90]", "cuts", [30, 90]),
        ("label=007", "label", "007"),
        ("label=a=b", "label", "a=b"),
        ("share=1", "share", 1),
        ("seed=42", "seed", 42),
        ("seed=2026-01-01", "seed", "2026-01-01"),
        ("fast=false", "fast", False),
    ],
)
def test_a_value_is_read_as_yaml_of_the_kind_the_notebook_has(house, stage, text, name, value):
    house.run(given=[text])

    assert stage.given["30_tiers" if name == "fast" else "20_rfm"][name] == value


def test_a_parameter_may_be_a_mapping_where_its_annotation_says_so(house, stage):
    house.notebook("10_quality", parameters="level: str | dict = 'mean'\nbins: dict | int = 5\n")

    house.run(given=["level={r: 3}", "10_quality.bins={f: 4, m: 2}"])
    assert stage.given["10_quality"] | {"run_dir": "", "language": ""} == {
        "level": {"r": 3},
        "bins": {"f": 4, "m": 2},
        "run_dir": "",
        "language": "",
    }
    house.run(given=["level=median", "10_quality.bins=3"])
    assert (stage.given["10_quality"]["level"], stage.given["10_quality"]["bins"]) == ("median", 3)

    house.config["parameters"] = {"10_quality": {"level": {"r": 3}}}
    house.run()
    assert stage.given["10_quality"]["level"] == {"r": 3}
    with pytest.raises(InputError, match=r"bins of 10_quality is a whole number or a mapping \(default 5\), not \[4\]"):
        house.run(given=["10_quality.bins=[4]"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("20_rfm.bin=4", '20_rfm has no parameter "bin" (did you mean "bins"?). Known: bins, cuts, label, share, seed.'),
        ("bin=4", 'no notebook has a parameter "bin" (did you mean "bins"?). Known: bins, cuts, fast, label, seed,'),
        ("20_rfn.bins=4", 'no notebook "20_rfn" in this run. Known: 90_page, 30_tiers, 10_quality, 20_rfm.'),
        ("20_rfm.bins=many", "bins of 20_rfm is a whole number (default 5), not 'many'."),
        ("20_rfm.bins=4.5", "bins of 20_rfm is a whole number (default 5), not 4.5."),
        ("20_rfm.bins=true", "bins of 20_rfm is a whole number (default 5), not True."),
        ("cuts=3", "cuts of 20_rfm is a list (default [1, 2]), not 3."),
        ("fast=1", "fast of 30_tiers is true or false (default True), not 1."),
        ("cuts=[1,", "-p cuts=[1,: the value is not readable"),
        ("bins", "-p bins: write KEY=VALUE"),
        ("language=zh", "language is set by the run itself; use --lang."),
        ("20_rfm.run_dir=x", "run_dir is set by the run itself; use --out."),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_before_anything_runs(house, stage, given, message):
    with pytest.raises(InputError) as refusal:
        house.run(given=[given])

    assert message in str(refusal.value)
    assert refusal.value.exit_code == 2
    assert house.told == []


@pytest.mark.parametrize(
    ("configured", "message"),
    [
        ({"20_rfn": {"bins": 4}}, 'parameters.20_rfn: no notebook "20_rfn". Known: 90_page, '),
        ({"20_rfm": {"bin": 4}}, 'parameters.20_rfm.bin: 20_rfm has no parameter "bin" (did you mean "bins"?)'),
        ({"20_rfm": {"bins": "4"}}, "parameters.20_rfm.bins: bins of 20_rfm is a whole number (default 5), not '4'."),
    ],
)
def test_a_config_is_held_to_the_same_even_for_notebooks_left_out_today(house, stage, configured, message):
    house.config["parameters"] = configured

    with pytest.raises(InputError) as refusal:
        house.run(only=["10_quality"])

    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("bins = 2 * 3\n", "may hold nothing but name = literal"),
        ("import os\n", "may hold nothing but name = literal"),
        ("bins = \n", "not readable as a notebook"),
    ],
)
def test_a_parameters_cell_holds_literals_only(house, stage, parameters, message):
    house.notebook("20_rfm", parameters=parameters)

    with pytest.raises(InputError, match=message):
        house.run()


def test_a_notebook_without_a_parameters_cell_is_refused(house, stage):
    file = house.notebooks / "20_rfm.ipynb"
    file.write_text(file.read_text(encoding="utf-8").replace('"tags"', '"labels"'), encoding="utf-8")

    with pytest.raises(InputError, match="no cell tagged parameters"):
        house.run()
