"""Editions of a run: the whole, a team's or a salesperson's. An edition hands out the rows of its own accounts only.

Tables of an account are filtered by the account, those of a salesperson by the name; sums over accounts are made anew from the
filtered tables. What is neither is the whole firm's and is handed out only where it says nothing of others' business.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from segkit.errors import InputError
from segkit.workbench import privacy
from segkit.workbench.run import Run

if TYPE_CHECKING:
    import pandas as pd

    from segkit.findings import Finding

T = TypeVar("T")
ALL = "all"
OPEN = ("quality_balance", "segment_backtest", "churn_backtest", "churn_record", "value_backtest", "past_days")
"""Tables of the whole firm that tell how the figures are made, not what others' accounts bring."""


@dataclass(frozen=True)
class Reading(Run):
    """A run that is read for one page, or for many: each table once. `memory`: what was read or made of it; `whole`: the
    reading whose tables this one's are taken from."""

    memory: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
    whole: Reading | None = field(default=None, compare=False, repr=False)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, made the first time it is asked for."""
        if key not in self.memory:
            self.memory[key] = make()
        return cast("T", self.memory[key])

    def table(self, name: str) -> pd.DataFrame:
        return self.whole.table(name) if self.whole else self.once(("table", name), lambda: super(Reading, self).table(name))


@dataclass(frozen=True)
class Edition(Reading):
    """A run as one team or salesperson sees it. `who`: its name; `people`: the salespeople, by name or code as in tables."""

    who: str = ""
    people: frozenset[str] = frozenset()

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts in the care of these people."""
        return self.once("accounts", self._accounts)

    def _accounts(self) -> frozenset[str]:
        customers = super().table("customers")
        return frozenset(customers.loc[customers["owner"].isin(self.people), "customer_id"])

    def found(self, _notebook: str | None = None) -> list[Finding]:
        """None: what notebooks found is of the whole firm."""
        return []

    def has(self, name: str) -> bool:
        if name in SUMS:
            return all(super(Edition, self).has(one) for one in (name, *SOURCES[name]))
        return super().has(name) and (name in OPEN or self._by(name) is not None)

    def table(self, name: str) -> pd.DataFrame:
        """The rows of these accounts. Raises InputError for a table that an edition does not have."""
        return self.once(("own", name), lambda: self._own(name))

    def _own(self, name: str) -> pd.DataFrame:
        if name in SUMS:
            return SUMS[name](self)
        if name in OPEN:
            return super().table(name)
        by = self._by(name) if super().has(name) else None
        if by is None and super().has(name):
            raise InputError(f'{self.folder.name}: the table "{name}" holds the whole firm; an edition of {self.who} has none.')
        frame = super().table(name)
        own = self.accounts if by == "customer_id" else self.people
        return frame[frame[by].isin(own)].reset_index(drop=True)

    def _by(self, name: str) -> str | None:
        """The column that says whose a row is."""
        import pyarrow.parquet as pq

        there = pq.read_schema(self.folder / "tables" / f"{name}.parquet").names
        return next((column for column in ("customer_id", "owner") if column in there), None)


def _tier_sizes(run: Run) -> pd.DataFrame:
    from segkit.analysis import tiers
    from segkit.analysis.tiers import crossing

    return crossing.ordered(tiers.sizes(run.table("tiers"), run.table("customers")), run.schemes())


def _order_months(run: Run) -> pd.DataFrame:
    """month, orders, revenue, new_customers, amount_median, from the accounts' orders."""
    orders = run.table("orders")
    month = orders["ordered_on"].dt.to_period("M").dt.to_timestamp()
    rows = orders.assign(month=month, first=orders.groupby("customer_id")["ordered_on"].transform("min"))
    new = rows[rows["ordered_on"] == rows["first"]].groupby("month")["customer_id"].nunique()
    found = rows.groupby("month").agg(
        orders=("order_id", "nunique"), revenue=("amount", "sum"), amount_median=("amount", "median")
    )
    return found.assign(new_customers=new).fillna({"new_customers": 0}).reset_index()


def _value_segments(run: Run) -> pd.DataFrame:
    """Without the range of past errors, which is the whole firm's."""
    import pandas as pd

    from segkit.analysis import value

    placed = run.table("tiers")
    none = pd.DataFrame(columns=["segment", "ratio_low", "ratio_high"], dtype=float).astype({"segment": "str"})
    return value.outlook(placed[placed["scheme"] == "rfm_matrix"], run.table("value"), run.table("customers"), none)


SUMS: dict[str, Callable[[Run], pd.DataFrame]] = {
    "tier_sizes": _tier_sizes,
    "order_months": _order_months,
    "value_segments": _value_segments,
}
"""Sums over accounts that an edition makes anew."""
SOURCES = {"tier_sizes": ("tiers",), "order_months": ("orders",), "value_segments": ("tiers", "value")}
"""The tables of accounts that they are made of."""


def edition_of(run: Run, edition: str | None) -> Reading:
    """The run as an edition sees it: `all` (or None), `team:NAME`, `owner:NAME`. Of a reading of the whole run, its tables are
    not read again.

    Raises InputError for anything else, and for a team or salesperson that the run does not know, naming those it does.
    """
    kind, colon, name = (edition or ALL).partition(":")
    whole = run if isinstance(run, Reading) else Reading(run.folder, run.notebook, run.words, run.manifest)
    if not colon and kind == ALL:
        return whole
    if kind not in ("team", "owner") or not name:
        raise InputError(f'edition "{edition}": write all, team:NAME or owner:NAME.')
    people = whole.once("people", lambda: _people(whole))
    coded = privacy.codes(run.folder).owners.get(name, name) if run.in_codes else name
    who = people[people[kind].eq(name if kind == "team" else coded)]
    if who.empty:
        known = ", ".join(sorted(people[kind].dropna().astype("str").unique())) or "none"
        raise InputError(f'edition "{edition}": the run has no such {kind}. It has: {known}.')
    return Edition(run.folder, run.notebook, run.words, run.manifest, who=coded, people=frozenset(who["owner"]), whole=whole)


def _people(run: Run) -> pd.DataFrame:
    """Everybody who looks after an account or stands in the extract of salespeople: owner, team."""
    import pandas as pd

    parts = [run.table(name).reindex(columns=["owner", "team"]) for name in ("owners", "customers") if run.has(name)]
    return pd.concat(parts, ignore_index=True).dropna(subset="owner").drop_duplicates("owner")
