"""Who should have an account: by measured strength first, then product, region, language, seniority and room."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segkit.analysis.followup.tasks import responsible
from segkit.schemes.playbooks import continents, languages

WHY = ("left", "nobody", "unanswered")
"""Why an account is proposed to somebody: its owner left, it has none, or its owner's touches stay unanswered."""

REASONS = ("strength", "product", "region", "language", "hometown", "senior")
COLUMNS = ("customer_id", "owner", "why", "worth", "proposed", "points", "second", "reasons")


@dataclass(frozen=True)
class Points:
    """What speaks for a salesperson. `strength`: per 100 % by which its measured rate of won deals with that country, product
    or segment lies above the rate of all; a senior counts for the accounts of the top fifth; `load` is taken off per share of
    the accounts, beyond an even one, that a person has already."""

    strength: float = 4.0
    product: float = 1.0
    region: float = 1.0
    language: float = 1.0
    hometown: float = 0.5
    senior: float = 1.0
    load: float = 0.25


def proposals(
    accounts: pd.DataFrame,
    owners: pd.DataFrame,
    strengths: pd.DataFrame,
    *,
    unanswered: int = 4,
    points: Points | None = None,
) -> pd.DataFrame:
    """One row per account that should change hands, most worth first: customer_id, owner (today's), why (see `WHY`), worth,
    proposed, points, second (the next best), reasons (keys of what spoke for it, joined by blanks).

    `accounts`: see `tasks.accounts`; `owners`: owner, role, seniority, products, regions, languages, hometown, active;
    `strengths`: owner, kind (product, or region and other schemes), value, expected_rate, common_rate. `unanswered`: touches
    without a reply from which another salesperson may try. Ownerless accounts worth nothing are left in the pool, as are those
    that must not be contacted. Empty without salespeople.
    """
    points = points or Points()
    active = owners[owners["active"].astype("boolean").fillna(True) & owners["role"].ne("director").fillna(True)]
    wanted = _wanted(accounts, owners, unanswered)
    if active.empty or wanted.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    people = active.reset_index(drop=True)
    spoken = _spoken(wanted, people, strengths, points, big=_cut(accounts))
    total = sum(spoken.values()) - _load(accounts, people, points.load)
    total = np.where(
        wanted["owner"].to_numpy(dtype=object)[:, None] == people["owner"].to_numpy(dtype=object)[None, :], -np.inf, total
    )
    order = np.argsort(-total, axis=1, kind="stable")
    names, rows = people["owner"].to_numpy(dtype=object), np.arange(len(wanted))
    best, other = order[:, 0], order[:, 1] if len(people) > 1 else order[:, 0]
    found = wanted.assign(proposed=names[best], points=total[rows, best].round(2), reasons=_reasons(spoken, rows, best))
    found["second"] = np.where(np.isfinite(total[rows, other]) & (other != best), names[other], None)
    found = found[np.isfinite(total[rows, best])]
    return found.sort_values("worth", ascending=False, kind="stable", ignore_index=True)[list(COLUMNS)]


def _wanted(accounts: pd.DataFrame, owners: pd.DataFrame, unanswered: int) -> pd.DataFrame:
    owner = accounts["owner"] if "owner" in accounts else pd.Series(None, index=accounts.index, dtype=object)
    there = pd.Series(responsible(accounts, owners), index=accounts.index, dtype=object).notna()
    barred = accounts["do_not_contact"].astype("boolean").fillna(False) if "do_not_contact" in accounts else False
    silent = accounts["unanswered"] >= unanswered
    why = np.select([owner.notna() & ~there, owner.isna(), silent], WHY, default="")
    chosen = (why != "") & ~np.asarray(barred, dtype=bool) & (accounts["worth"].to_numpy() > 0)
    found = accounts.assign(owner=owner.astype(object).where(owner.notna(), None), why=why)
    return found[chosen].reset_index(drop=True)


def _cut(accounts: pd.DataFrame) -> float:
    """The worth from which an account is a big one: that of the top fifth of those worth anything."""
    worth = accounts["worth"][accounts["worth"] > 0]
    return float(worth.quantile(0.8)) if len(worth) else np.inf


def _spoken(
    wanted: pd.DataFrame, people: pd.DataFrame, strengths: pd.DataFrame, points: Points, *, big: float
) -> dict[str, np.ndarray]:
    """Points of each account (row) for each salesperson (column), by what speaks. `big`: the worth of a senior's accounts."""
    country = _words(wanted, "country_code")
    product = _words(wanted, "deal_product", "product_interest", "top_category")
    return {
        "strength": points.strength * _measured(wanted, people, strengths, country, product),
        "product": points.product * _declared(product, people["products"], lambda p: {p.casefold()}),
        "region": points.region * _declared(country, people["regions"], lambda c: {c.casefold(), *continents(c)}),
        "language": points.language * _declared(country, people["languages"], languages, but={"en"}),
        "hometown": points.hometown * _hometown(wanted, people),
        "senior": points.senior
        * (wanted["worth"].to_numpy() >= big)[:, None]
        * people["seniority"].eq("senior").fillna(False).to_numpy()[None, :],
    }


def _words(frame: pd.DataFrame, *names: str) -> pd.Series:
    """The first of some columns that is known, as text; empty where none is."""
    found = pd.Series(None, index=frame.index, dtype=object)
    for name in names:
        if name in frame:
            found = found.where(found.notna(), frame[name].astype(object))
    return found.where(found.notna(), "").astype(str)


def _measured(
    wanted: pd.DataFrame, people: pd.DataFrame, strengths: pd.DataFrame, country: pd.Series, product: pd.Series
) -> np.ndarray:
    """The best of a salesperson's leads over the common rate, as a share of it: with country, product or segment."""
    found = np.zeros((len(wanted), len(people)))
    if strengths.empty:
        return found
    lead = strengths.assign(
        lead=strengths["expected_rate"] / strengths["common_rate"] - 1, value=strengths["value"].astype(str)
    )
    for kind, part in lead.groupby("kind", sort=False):
        tier = _words(wanted, f"tier.{kind}")
        values = product if kind == "product" else country if kind == "region" else tier
        wide = part.pivot_table(index="value", columns="owner", values="lead").reindex(columns=people["owner"])
        found = np.maximum(found, wide.reindex(values).fillna(0.0).to_numpy())
    return found


def _declared(
    values: pd.Series, spoken: pd.Series, names: Callable[[str], Collection[str]], *, but: Collection[str] = ()
) -> np.ndarray:
    """1 where what a salesperson names (separated by ; or ,) is among the names of the account's value."""
    named = [_parts(text) - set(but) for text in spoken]
    fits = {value: [float(bool(own & set(names(value)))) for own in named] for value in values.unique() if value}
    nothing = [0.0] * len(named)
    return np.array([fits.get(value, nothing) for value in values]).reshape(len(values), len(named))


def _parts(text: object) -> set[str]:
    return {part.strip().casefold() for part in str(text).replace(",", ";").split(";")} if isinstance(text, str) else set()


def _hometown(wanted: pd.DataFrame, people: pd.DataFrame) -> np.ndarray:
    """1 where the account's city is the salesperson's hometown (宁波 and 宁波市 are one)."""
    city = _words(wanted, "city", "city_found").str.removesuffix("市").to_numpy(dtype=object)
    home = people["hometown"].astype(object).where(people["hometown"].notna(), "").str.removesuffix("市").to_numpy(dtype=object)
    return ((city[:, None] == home[None, :]) & (city[:, None] != "")).astype(float)


def _load(accounts: pd.DataFrame, people: pd.DataFrame, weight: float) -> np.ndarray:
    """How many even shares of the active people's accounts each has beyond one."""
    if "owner" not in accounts:
        return np.zeros(len(people))
    many = people["owner"].map(accounts["owner"].value_counts()).fillna(0).to_numpy(dtype=float)
    return weight * np.clip(many / max(many.mean(), 1.0) - 1, 0, None)


def _reasons(spoken: dict[str, np.ndarray], rows: np.ndarray, best: np.ndarray) -> list[str]:
    keys: Sequence[str] = [key for key in REASONS if key in spoken]
    told = np.array([spoken[key][rows, best] > (0.2 if key == "strength" else 0) for key in keys])
    return [" ".join(key for key, fits in zip(keys, column, strict=True) if fits) for column in told.T]


def handover(
    accounts: pd.DataFrame,
    owners: pd.DataFrame,
    tasks: pd.DataFrame,
    interactions: pd.DataFrame,
    proposed: pd.DataFrame,
    *,
    scheme: str = "rfm_matrix",
) -> pd.DataFrame:
    """One row per account of a salesperson who left, most worth first: customer_id, owner (who left), tier, ladder (trade
    tier), worth, contact_name, contact_email, contact_phone, deals_open, deal_amount, open_tasks, last_on, last_channel,
    last_kind and last_direction (the latest correspondence), proposed."""
    left = owners.loc[~owners["active"].astype("boolean").fillna(True), "owner"]
    own = accounts[accounts["owner"].isin(left)] if "owner" in accounts else accounts.iloc[:0]
    named = {f"tier.{scheme}": "tier", "tier.trade_tier": "ladder"}
    asked = ["customer_id", "owner", "worth", "contact_name", "contact_email", "contact_phone", "deals_open", "deal_amount"]
    rows = own.reindex(columns=[*asked, *named]).rename(columns=named)
    open_ = tasks.loc[tasks["status"].eq("open"), "customer_id"].value_counts()
    rows["open_tasks"] = rows["customer_id"].map(open_).fillna(0).astype("int64")
    last = interactions.sort_values("at").drop_duplicates("customer_id", keep="last").set_index("customer_id")
    for column in ("on", "channel", "kind", "direction"):
        rows[f"last_{column}"] = rows["customer_id"].map(last[column].to_dict())
    rows["last_on"] = pd.to_datetime(rows["last_on"])
    rows["proposed"] = rows["customer_id"].map(proposed.set_index("customer_id")["proposed"])
    return rows.sort_values("worth", ascending=False, kind="stable", ignore_index=True)
