"""Accounts and people by codes: what a run's tables hand out where its config says `privacy: codes`.

Masking happens where a notebook reads a table, so that every chart, sentence, page, list and plan of the run follows; the
tables of the extract stay as they are. An account is called by its id, or by `C0001` where the id is its name; a salesperson
is `S01`; what tells of a person beside its work (name, address, telephone) is `•••`, so that it can still be counted as known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

CODES = "codes"
HIDDEN = "•••"
PERSONAL = ("contact_name", "contact_email", "contact_phone", "email", "phone", "address", "website")
ALSO = {"contacts": ("name",), "left_out": ("value", "line")}  # in single tables: persons, and rows as they were written
ACCOUNTS = ("customer_id", "parent_id")
OWNERS = ("owner", "proposed", "hand_to")
WITH_OWNERS = ("owners", "customers", "deals", "interactions", "touches", "targets")  # tables of the extract that name people


@dataclass(frozen=True)
class Codes:
    """Name → code: of accounts whose ids are names, and of salespeople."""

    accounts: dict[str, str]
    owners: dict[str, str]

    def mask(self, frame: pd.DataFrame, table: str) -> pd.DataFrame:
        """The table with codes for names. What is a code already stays one."""
        known = frame.assign(**{c: _coded(frame[c], self.accounts) for c in ACCOUNTS if c in frame and self.accounts})
        known = known.assign(**{c: _coded(known[c], self.owners) for c in OWNERS if c in known})
        hidden = [c for c in (*PERSONAL, *ALSO.get(table, ())) if c in known]
        known = known.assign(**{c: known[c].astype(object).mask(known[c].notna(), HIDDEN) for c in hidden})
        if "name" in known and "customer_id" in known and table != "contacts":
            known["name"] = known["customer_id"]
        return known


def _coded(values: pd.Series, codes: dict[str, str]) -> pd.Series:
    return values.astype(object).map(lambda value: codes.get(value, value))


def codes(folder: Path) -> Codes:
    """The codes of a run, from the tables of its extract: in the order of names, so that they are the same in each notebook."""
    return _codes(folder, (folder / "tables" / "customers.parquet").stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _codes(folder: Path, _written: int) -> Codes:
    import pandas as pd

    customers = _columns(folder, "customers", ["customer_id", "name", "owner"])
    known = customers["customer_id"].astype("str")
    if "name" in customers:
        named = known.str.casefold().eq(customers["name"].astype("str").str.casefold())
    else:
        named = ~known.str.contains(r"\d")
    names = sorted(known[named])
    people = [_columns(folder, table, ["owner"]) for table in WITH_OWNERS]
    owners = pd.concat([part["owner"] for part in people if "owner" in part] or [pd.Series(dtype=object)])
    return Codes(_numbered(names, "C", 4), _numbered(sorted(owners.dropna().astype("str").unique()), "S", 2))


def _numbered(names: list[str], letter: str, digits: int) -> dict[str, str]:
    digits = max(digits, len(str(len(names))))
    return {name: f"{letter}{number:0{digits}}" for number, name in enumerate(names, 1)}


def _columns(folder: Path, table: str, names: list[str]) -> pd.DataFrame:
    """Those of the columns that a table of the extract has; without columns where there is no table."""
    import pandas as pd
    import pyarrow.parquet as pq

    path = folder / "tables" / f"{table}.parquet"
    if not path.is_file():
        return pd.DataFrame()
    there = set(pq.read_schema(path).names)
    return pd.read_parquet(path, columns=[name for name in names if name in there])
