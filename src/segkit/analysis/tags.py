"""Tags of customers in four families: words of their fields, and rules. A customer has any number of tags."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from segkit.schemes.conditions import met
from segkit.schemes.measures import derive
from segkit.schemes.tags import Tags
from segkit.schemes.tags.model import Taken
from segkit.schemes.view import View

SEPARATORS = r"[,;，；、|]"


def assign(tags: Tags, customers: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """One row per customer, family and tag: customer_id, family, tag (a word of the field, or a computed tag's key).

    `attrs["not_computed"]`: computed tag → the columns that it lacks; fields that are absent give no tags.
    """
    parts, lacking = [], {}
    for family in tags.families:
        for field in family.fields:
            if field.column in customers.columns:
                parts.append(_from_field(field, customers, taken=tags.taken(field.column)).assign(family=family.key))
    view = View(customers)
    at_hand = {n: d for n, d in tags.columns.items() if _there(tags, n, customers)}
    derive(at_hand, view, among=np.ones(len(customers), dtype=bool), as_of=as_of)
    for family in tags.families:
        for tag in family.tags:
            if absent := sorted(tags.needs(tag) - set(customers.columns)):
                lacking[tag.key] = absent
                continue
            ids = customers.loc[met(tag.when, view), "customer_id"]
            parts.append(pd.DataFrame({"customer_id": ids, "tag": tag.key, "family": family.key}))
    return _whole(parts, tags, lacking)


def _there(tags: Tags, name: str, customers: pd.DataFrame) -> bool:
    """Whether all that a derived column reads is at hand, through other derived columns."""
    one = tags.columns[name]
    needed = one.columns - one.optional
    return all(_there(tags, c, customers) if c in tags.columns else c in customers.columns for c in needed)


def _from_field(field: Taken, customers: pd.DataFrame, *, taken: set[str]) -> pd.DataFrame:
    """customer_id and tag from a field's words. `taken`: words that some family names; only that one has them."""
    words = customers.set_index("customer_id")[field.column].dropna().astype(str)
    if field.split:
        words = words.str.split(SEPARATORS, regex=True).explode()
    words = words.str.strip()
    words = words[words != ""]
    folded = words.str.casefold()
    wanted = {word.casefold(): word for word in field.only}
    if wanted:
        words = folded[folded.isin(list(wanted))].map(wanted)
    else:
        words = words[~folded.isin([word.casefold() for word in taken])]
    return words.rename("tag").reset_index()


def _whole(parts: list[pd.DataFrame], tags: Tags, lacking: dict[str, list[str]]) -> pd.DataFrame:
    order = [family.key for family in tags.families]
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in ("customer_id", "tag", "family")})
    rows = pd.concat(parts or [empty], ignore_index=True).drop_duplicates()
    rows["family"] = pd.Categorical(rows["family"], categories=order)
    names = ["customer_id", "family", "tag"]
    rows = rows.sort_values(names, kind="stable", ignore_index=True)[names]
    rows.attrs["not_computed"] = lacking
    return rows


def sizes(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per family and tag, most first within its family: family, tag, customers."""
    counts = rows.groupby(["family", "tag"], observed=True)["customer_id"].nunique().rename("customers").reset_index()
    return counts.sort_values(["family", "customers"], ascending=[True, False], kind="stable", ignore_index=True)
