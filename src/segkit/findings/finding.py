"""What a finding is, and the sums that several of them need."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["good", "info", "warn", "risk"]


@dataclass(frozen=True)
class Finding:
    """One thing worth saying: the key of its sentence, the raw numbers in it, and how much it matters."""

    key: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = "info"


def buyers_of(customers: pd.DataFrame) -> pd.DataFrame:
    return customers[customers["frequency"] > 0]


def one_month() -> pd.offsets.MonthBegin:
    import pandas as pd

    return pd.offsets.MonthBegin(1)


def moment(day: dt.date) -> pd.Timestamp:
    import pandas as pd

    return pd.Timestamp(day)


def part_of(part: float, whole: float) -> float:
    """`part / whole`; not a number where the whole is not positive."""
    return float(part) / float(whole) if whole > 0 else math.nan
