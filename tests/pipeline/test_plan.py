"""`pipeline.yaml`: order by tables, and files that cannot be a plan."""

from __future__ import annotations

import pytest

from segkit.errors import InputError
from segkit.pipeline.plan import load


def test_a_step_waits_for_the_givers_of_its_tables_and_for_nobody_else(house, stage):
    assert load(house.notebooks).graph == {
        "10_quality": set(),
        "20_rfm": set(),
        "30_tiers": {"20_rfm"},
        "90_page": {"10_quality", "20_rfm", "30_tiers"},
    }


def test_after_others_waits_only_for_the_notebooks_of_the_run(house, stage):
    assert load(house.notebooks).only(["20_rfm", "90_page"]).graph == {"20_rfm": set(), "90_page": {"20_rfm"}}


def test_an_unknown_notebook_is_refused_with_the_names_that_are_known(house, stage):
    with pytest.raises(InputError, match=r'no notebook "20_rmf"\. Known: 90_page, 30_tiers, 10_quality'):
        load(house.notebooks).only(["20_rmf"])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["name: a, needs: [y], gives: [x]", "name: b, needs: [x], gives: [y]"], "wait for each other: "),
        (["name: a, needs: [nothing]"], 'a needs "nothing", which nothing gives. Tables: customers, orders'),
        (["name: a", "name: a"], 'notebook "a" stands there twice'),
        (["name: a, gives: [orders]"], 'table "orders" stands there twice'),
        (["name: c"], r"c.ipynb is not in"),
        (["name: a, need: [orders]"], "notebooks.0.need: Extra inputs are not permitted"),
        (["name: a, gives: ["], "not a mapping in YAML"),
    ],
)
def test_a_file_that_is_no_plan_is_refused(house, lines, message):
    house.plan(*lines)
    house.notebook("a")
    house.notebook("b")

    with pytest.raises(InputError, match=message):
        load(house.notebooks)


def test_a_folder_without_a_plan_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load(tmp_path)


def test_a_step_that_more_steps_wait_for_begins_before_others(house, stage):
    plan = load(house.notebooks)
    assert {name: plan.waited_for(name) for name in plan.graph} == {"10_quality": 1, "20_rfm": 2, "30_tiers": 1, "90_page": 0}
    house.run(workers=1)
    assert stage.began == ["20_rfm", "10_quality", "30_tiers", "90_page"]
