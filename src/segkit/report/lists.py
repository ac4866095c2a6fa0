"""Target groups as files: one CSV each, with whom to reach and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.report.spreadsheet import write_csv

if TYPE_CHECKING:
    import pandas as pd

    from segkit.workbench import Run

SHOWN = ("customer_id", "name", "contact_name", "contact_email", "contact_phone", "country", "owner")
FOLDER = "audiences"


def write_lists(run: Run, members: pd.DataFrame, customers: pd.DataFrame) -> None:
    """Write each target group of a run as `audiences/<group>.csv`: customer, contact, owner as far as known, and the reason.

    `members`: customer_id, audience, reason, one row per customer on a list. A group without members gets no file.
    """
    columns = [c for c in SHOWN if c in customers.columns]
    headers = {c: run.words.label("column", c) for c in (*columns, "reason")}
    headers["reason"] = run.words("column.why")
    folder = run.output / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for audience, rows in members.groupby("audience", observed=True, sort=False):
        listed = rows[["customer_id", "reason"]].merge(customers[columns], on="customer_id", how="left")
        write_csv(listed[[*columns, "reason"]].rename(columns=headers), folder / f"{audience}.csv")
