"""When each customer was touched: the last touch before a day, the first one from a day on, for many customers at once."""

from __future__ import annotations

import numpy as np
import pandas as pd

MEETINGS = ("visit", "meeting", "demo")
SPAN = np.int64(1 << 21)  # more than the days any calendar holds
SHIFT = np.int64(1 << 20)
NAT = np.datetime64("NaT", "D")


class Touched:
    """Touches of the firm's own by customer (rows of `customers`) and day, before as-of.

    `touch`: by a person, that is outgoing or without a direction, and no mailing; `meeting`: those face to face (visit,
    meeting, demo); `mailing`: mailings. A customer without any in `interactions` (on, customer_id, channel, direction, kind)
    takes its `last_touch_on`.
    """

    def __init__(self, customers: pd.DataFrame, interactions: pd.DataFrame, *, as_of: pd.Timestamp) -> None:
        rows = pd.Series(np.arange(len(customers)), index=customers["customer_id"])
        seen = interactions.assign(row=interactions["customer_id"].map(rows))
        seen = seen[seen["row"].notna() & (seen["on"] < as_of)]
        ours = ~seen["direction"].eq("in").fillna(False).astype(bool)
        mailing = seen["kind"].eq("mailing").fillna(False).astype(bool)
        met = seen["channel"].isin(MEETINGS)
        self.keys = {
            "touch": self._keys(seen[ours & ~mailing], _older(customers, seen)),
            "meeting": self._keys(seen[ours & met & ~mailing]),
            "mailing": self._keys(seen[mailing]),
        }

    @staticmethod
    def _keys(seen: pd.DataFrame, older: tuple[np.ndarray, np.ndarray] | None = None) -> np.ndarray:
        keys = _key(seen["row"].to_numpy(dtype="int64"), seen["on"].to_numpy(dtype="datetime64[D]"))
        if older is not None:
            keys = np.concatenate([keys, _key(*older)])
        return np.unique(keys)

    def last(self, kind: str, rows: np.ndarray, before: np.ndarray) -> np.ndarray:
        """The last day with a touch before a day; NaT where there is none or the day is unknown."""
        keys = self.keys[kind]
        at = np.searchsorted(keys, _key(rows, before)) - 1
        return _day(keys, at, rows, before)

    def first(self, kind: str, rows: np.ndarray, since: np.ndarray) -> np.ndarray:
        """The first day with a touch from a day on; NaT where there is none or the day is unknown."""
        keys = self.keys[kind]
        return _day(keys, np.searchsorted(keys, _key(rows, since)), rows, since)


def _older(customers: pd.DataFrame, seen: pd.DataFrame) -> tuple[np.ndarray, np.ndarray] | None:
    if "last_touch_on" not in customers.columns:
        return None
    days = pd.to_datetime(customers["last_touch_on"]).to_numpy(dtype="datetime64[D]")
    silent = ~np.isin(np.arange(len(customers)), seen["row"].to_numpy(dtype="int64")) & ~np.isnat(days)
    return np.flatnonzero(silent), days[silent]


def _key(rows: np.ndarray, days: np.ndarray) -> np.ndarray:
    numbers = np.where(np.isnat(days), -SHIFT, days.astype("datetime64[D]").astype("int64"))
    return rows.astype("int64") * SPAN + numbers + SHIFT


def _day(keys: np.ndarray, at: np.ndarray, rows: np.ndarray, asked: np.ndarray) -> np.ndarray:
    there = (at >= 0) & (at < len(keys)) & ~np.isnat(asked)
    found = keys[np.where(there, at, 0)] if len(keys) else np.zeros(len(at), dtype="int64")
    there &= found // SPAN == rows
    return np.where(there, (found % SPAN - SHIFT).astype("datetime64[D]"), NAT)


def unanswered(customers: pd.DataFrame, interactions: pd.DataFrame) -> np.ndarray:
    """For each customer the touches by a person since its last reply, of those in `interactions`; 0 where there is none."""
    inbound = interactions["direction"].eq("in").fillna(False).astype(bool)
    replied = interactions[inbound].groupby("customer_id")["on"].max()
    mailing = interactions["kind"].eq("mailing").fillna(False).astype(bool)
    ours = interactions[~inbound & ~mailing]
    since = pd.to_datetime(ours["customer_id"].map(replied.to_dict()))
    tried = ours[since.isna() | (ours["on"] > since)]
    many = tried["customer_id"].value_counts().to_dict()
    return np.array([many.get(one, 0) for one in customers["customer_id"]], dtype=float)
