"""Tasks dismissed or snoozed by hand: the file is proven before anything runs."""

from __future__ import annotations

import pandas as pd
import pytest

from segkit.errors import InputError
from segkit.pipeline import own, task_status
from segkit.settings import load


def test_marks_become_a_table_of_the_run(firm):
    (firm.folder / "marks.csv").write_text("task_id,status,until\n0a1,Snoozed,2026-07-31\n007,dismissed,\n", encoding="utf-8")
    settings = load(firm.write("customer_id,ordered_at,amount\nc,2024-01-01,1\n", config={"task_status": "marks.csv"}))
    own.check(settings)
    own.bring(settings, firm.folder / "run")
    found = pd.read_parquet(firm.folder / "run" / "tables" / "task_status.parquet")
    assert found["task_id"].tolist() == ["0a1", "007"]
    assert found["status"].tolist() == ["snoozed", "dismissed"]
    assert found["until"].tolist() == [pd.Timestamp("2026-07-31"), pd.NaT]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("task_id,status\na,done\n", 'line 2: status "done"; write dismissed or snoozed'),
        ("task_id,status,until\na,dismissed,\nb,snoozed,\n", "line 3: until is empty"),
        ("task_id,status,until\na,snoozed,next week\n", 'line 2: until is "next week"; write a day such as 2026-07-31'),
        ("id,status\na,done\n", "no column task_id; it has id, status"),
    ],
)
def test_a_wrong_mark_is_refused_with_its_line(tmp_path, text, said):
    path = tmp_path / "marks.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        task_status.read(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no such file.*task_id,status,until"):
        task_status.read(tmp_path / "none.csv")
