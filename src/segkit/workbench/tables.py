"""A run's facts and tables, as a notebook reads them: always from the run itself; what it saves goes to `output`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segkit.errors import InputError
from segkit.i18n import Words
from segkit.settings import Settings
from segkit.workbench import privacy
from segkit.workbench.files import parquet, place, read
from segkit.workbench.optional import OPTIONAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

TOLD = {"value": ("p_alive", "p_order", "expected_revenue", "clv"), "churn": ("churn_risk",)}
"""What models tell of a customer: table → its columns that tiers read."""


@dataclass(frozen=True)
class Tables:
    """What a run knows of itself, and its tables. `notebook`: for whom it is open."""

    folder: Path
    notebook: str
    words: Words
    manifest: Mapping[str, Any]

    @property
    def as_of(self) -> dt.date:
        """Everything before this day counts."""
        return dt.date.fromisoformat(self.manifest["as_of"])

    @property
    def month_of_as_of(self) -> pd.Timestamp:
        """The first day of the month in which as-of lies: months from it on are not over."""
        import pandas as pd

        return pd.Timestamp(self.as_of).replace(day=1)

    @property
    def currency(self) -> str:
        return str(self.manifest["currency"])

    @property
    def title(self) -> str:
        return str(self.manifest["title"])

    @property
    def horizon_days(self) -> int:
        """How far expectations look ahead, in days from as-of on."""
        return int(self.manifest["horizon_days"])

    @property
    def max_left_out(self) -> float:
        """The share of unreadable or unvalued rows above which the run stops."""
        return float(self.manifest.get("max_left_out", Settings.model_fields["max_left_out"].default))

    @property
    def rows_in(self) -> dict[str, int]:
        """Rows read, by extract."""
        return {extract: int(rows["in"]) for extract, rows in self.manifest["rows"].items()}

    @property
    def output(self) -> Path:
        """Where this notebook writes: the run while it is being made, `.lab/` beside it once it is done."""
        done = self.manifest.get("status") == "done"
        return self.folder.parent / ".lab" / self.folder.name if done else self.folder

    # tables ---------------------------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        """Whether the run has a table of that name."""
        return (self.folder / "tables" / f"{name}.parquet").is_file()

    def table(self, name: str) -> pd.DataFrame:
        """A table of the run; dates as datetime64. Raises InputError where there is none."""
        path = self.folder / "tables" / f"{name}.parquet"
        if not path.is_file():
            names = ", ".join(sorted(p.stem for p in path.parent.glob("*.parquet"))) or "none yet"
            raise InputError(f'{self.folder.name}: no table "{name}". The run has: {names}. Run the notebook that makes it.')
        return self.told(read(path), name)

    def told(self, frame: pd.DataFrame, name: str) -> pd.DataFrame:
        """A table as the run tells it: codes for names where the config asks for them."""
        return privacy.codes(self.folder).mask(frame, name) if self.in_codes else frame

    @property
    def in_codes(self) -> bool:
        """Whether accounts and people are told by codes."""
        return self.manifest.get("privacy") == privacy.CODES

    def customers(self) -> pd.DataFrame:
        """The customers table with what models told of each (value, churn risk), where the run has it; a column that no model
        could fill is not there. `p_repurchase`: the chance of an order within the horizon, by the churn model."""
        table = self.table("customers")
        for name, columns in TOLD.items():
            if self.has(name):
                told = self.table(name)[["customer_id", *columns]].dropna(axis="columns", how="all")
                table = table.merge(told, on="customer_id", how="left")
        return table.assign(p_repurchase=1 - table["churn_risk"]) if "churn_risk" in table else table

    def past(self, cutoff: pd.Timestamp) -> pd.DataFrame:
        """The customers as they were known at a past day, one row each; only that day's rows are read. Nobody on no day, where
        the firm is too young to look back."""
        import pandas as pd

        if pd.isna(cutoff):
            return self.table("customers").head(0)
        path = self.folder / "tables" / "past_customers.parquet"
        rows = read(path, filters=[("cutoff", "==", pd.Timestamp(cutoff).date())])
        return self.told(rows.drop(columns="cutoff"), "past_customers")

    def windows(self) -> pd.DataFrame:
        """The past windows whose outcome is known: cutoff, horizon_days."""
        days = self.table("past_days")
        return days.loc[days["kind"] == "window", ["cutoff", "horizon_days"]].reset_index(drop=True)

    def outcomes(self) -> pd.DataFrame:
        """What came in each window: cutoff, customer_id, orders, order_days, revenue. Who brought nothing is not in it."""
        after = self.table("outcomes")
        if after.empty:
            return after.reindex(columns=["cutoff", "customer_id", "orders", "order_days", "revenue"])
        return after[after["kind"] == "window"].drop(columns="kind").reset_index(drop=True)

    def optional(self, name: str) -> pd.DataFrame:
        """A table that not every run has: where it is missing, one without rows, with the columns it would have."""
        import pandas as pd

        if self.has(name):
            return self.table(name)
        return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in OPTIONAL[name].items()})

    def save(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a table in the run as `tables/<name>.parquet`."""
        place(self.output / "tables" / f"{name}.parquet", parquet(frame))
