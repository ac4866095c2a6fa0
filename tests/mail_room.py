"""The moment at which tests of the mail room send."""

from __future__ import annotations

import datetime as dt

NOW = dt.datetime(2026, 7, 1, 7, 0, tzinfo=dt.UTC)
