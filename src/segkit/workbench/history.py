"""The past days to which a run tells movement: the firm's own snapshots, else days rebuilt from its orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from segkit.i18n import is_missing
from segkit.schema import MOST_QUARTERS, customer_columns
from segkit.workbench.files import read
from segkit.workbench.tables import Tables

if TYPE_CHECKING:
    import pandas as pd

    from segkit.analysis.migration import Known, Then
    from segkit.schemes import Scheme

TIER = "tier."


def _each(frame: pd.DataFrame, said: Callable[..., str]) -> pd.Series:
    """A text per row; rows that are alike are worded once."""
    import pandas as pd

    keys = list(frame.itertuples(index=False, name=None))
    texts = {key: said(*key) for key in set(keys)}
    return pd.Series([texts[key] for key in keys], index=frame.index, dtype="str")


class History(Tables):
    """The part of a run that looks back over its quarters."""

    def today(self, touches: pd.DataFrame | None) -> Known:
        """The customers as of as-of, with what models told of each."""
        from segkit.analysis.migration import Known

        return Known(self.as_of, self.customers(), touches)

    def back(
        self, schemes: Sequence[Scheme], rebuildable: Collection[str], touches: pd.DataFrame | None, *, quarters: int
    ) -> list[Then]:
        """The past days to look at, the newest first: the last snapshot, and the starts of the newest `quarters` quarters, each
        as the snapshot nearest to it, else rebuilt for the schemes that are `rebuildable` (names). A scheme that a quarter's
        snapshot lacks is rebuilt too."""
        days, past = self.table("snapshot_days"), self.table("past_days")
        stands = days[days["kind"] == "quarter"].set_index("quarter")["since"]
        starts = self._starts(min(quarters, MOST_QUARTERS))
        last = set(days.loc[days["kind"] == "last", "since"])
        own = [s for s in schemes if s.name in rebuildable]
        rebuilt = set(past["cutoff"])
        found: list[Then] = []
        for start in starts:
            if start in stands.index:
                since = stands[start]
                found.append(self._kept(since, schemes, touches, {"quarter"} | ({"last"} if since in last else set())))
                own_left = [s for s in own if s.name not in self._kept_schemes(since)]
                found += [self._rebuilt(start, own_left, touches, set())] if own_left and start in rebuilt else []
            elif start in rebuilt:
                found.append(self._rebuilt(start, own, touches, {"quarter"}))
        alone = last - {then.since for then in found}
        found += [self._kept(since, schemes, touches, {"last"}) for since in alone]
        return sorted(found, key=lambda then: then.since, reverse=True)

    def _starts(self, most: int) -> list[pd.Timestamp]:
        """The starts of the newest quarters that a snapshot or the orders tell of, the newest first."""
        days, past = self.table("snapshot_days"), self.table("past_days")
        known = {*days.loc[days["kind"] == "quarter", "quarter"], *past.loc[past["kind"] == "quarter", "cutoff"]}
        return sorted(known, reverse=True)[:most]

    def quarter_days(self, quarters: int) -> list[pd.Timestamp]:
        """The past days of the newest quarters, the oldest first: of each its snapshot's day, else its start."""
        days = self.table("snapshot_days")
        stands = days[days["kind"] == "quarter"].set_index("quarter")["since"]
        return sorted(stands.get(start, start) for start in self._starts(quarters))

    def caused(self, moves: pd.DataFrame) -> pd.Series:
        """Why each customer moved, in words, with what changed. `moves`: cause, measure_1, before_1, after_1, measure_2 …"""
        asked = [moves[[f"{what}_{n}" for what in ("measure", "before", "after")]] for n in (1, 2)]
        facts = [_each(some, self._fact) for some in asked]
        causes = moves["cause"].astype("str").map({c: self.words.joined("cause", c) for c in set(moves["cause"].astype("str"))})
        both = facts[0] + facts[1].where(facts[1] == "", self.words("why.joint") + facts[1])
        told = [self.words("why.with_facts", cause=cause, facts=fact) for cause, fact in zip(causes, both, strict=True)]
        return causes.mask(both != "", told)

    def _fact(self, measure: str | None, before: float, after: float) -> str:
        """One column with its values then and now; empty where there is none."""
        if not isinstance(measure, str):
            return ""
        name = self.words.label("column", measure)
        if is_missing(before) and is_missing(after):
            return name
        return self.words("why.from_to", name=name, before=self._said(measure, before), after=self._said(measure, after))

    def _said(self, measure: str, value: float) -> str:
        column = customer_columns().get(measure)
        if column is not None and column.kind == "money":
            return self.words.money(value, self.currency)
        if column is not None and column.unit == "share":
            return self.words.percent(value)
        return self.words.number(value, int(value % 1 > 0))

    def moves_in_words(self, moves: pd.DataFrame) -> pd.DataFrame:
        """The same with tiers and causes in words. `moves`: scheme, from_tier, to_tier and, where there is one, cause."""
        from segkit.charts.migration import tier_name

        def said(row: tuple[str, str]) -> str:
            return tier_name(self.words, *row)

        tiers = {c: [said(pair) for pair in zip(moves["scheme"], moves[c], strict=True)] for c in ("from_tier", "to_tier")}
        causes = {"cause": [self.words.joined("cause", str(c)) for c in moves["cause"]]} if "cause" in moves else {}
        return moves.assign(**tiers, **causes)

    def tiers_in_words(self, frame: pd.DataFrame, scheme: str, *columns: str) -> pd.DataFrame:
        """The same with the tiers of one scheme in words, in the columns named."""
        from segkit.charts.migration import tier_name

        named = {c: frame[c].map(lambda tier: tier_name(self.words, scheme, tier), na_action="ignore") for c in columns}
        return frame.assign(**named)

    def _kept(self, since: pd.Timestamp, schemes: Sequence[Scheme], touches: Any, kinds: set[str]) -> Then:
        from segkit.analysis.migration import SNAPSHOT, Then

        known = partial(self._known, since, touches, kept=True)
        kept, revalued = partial(self._kept_tiers, since), self._of_day("revalued_customers", since)
        return Then(since, SNAPSHOT, frozenset(kinds), list(schemes), known, kept, revalued)

    def _rebuilt(self, since: pd.Timestamp, schemes: Sequence[Scheme], touches: Any, kinds: set[str]) -> Then:
        from segkit.analysis.migration import REBUILT, Then

        known = partial(self._known, since, touches, kept=False)
        revalued = self._of_day("revalued_customers", since)
        return Then(since, REBUILT, frozenset(kinds), list(schemes), known, revalued=revalued)

    def _known(self, since: pd.Timestamp, touches: Any, *, kept: bool) -> Known:
        from segkit.analysis.migration import Known, until

        day: dt.date = since.date()
        customers = self._of_day("snapshot_customers", since) if kept else self.past(since)
        return Known(day, customers.dropna(axis="columns", how="all"), until(touches, day))

    def _kept_tiers(self, since: pd.Timestamp) -> Mapping[str, pd.Series]:
        """Scheme → the tiers that the snapshot of that day holds, by customer_id."""
        wide = self._of_day("snapshot_tiers", since).astype({"customer_id": object}).set_index("customer_id")
        names = [c for c in wide.columns if c.startswith(TIER) and wide[c].notna().any()]
        return {c.removeprefix(TIER): wide[c].astype("category") for c in names}

    def _kept_schemes(self, since: pd.Timestamp) -> set[str]:
        return set(self._kept_tiers(since))

    def _of_day(self, name: str, since: pd.Timestamp) -> pd.DataFrame:
        """The rows of one past day; only these are read."""
        path = self.folder / "tables" / f"{name}.parquet"
        return read(path, filters=[("since", "==", since.date())]).drop(columns="since")
