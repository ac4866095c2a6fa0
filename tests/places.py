"""Where things are, and the day that tests call today."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

ROOT = Path(__file__).parents[1]
TODAY = dt.date(2026, 11, 23)
