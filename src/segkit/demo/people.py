"""Customers and contacts as the CRM shows them: names, addresses, fields of which prospects have fewer filled in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segkit.demo.process import Process
from segkit.demo.words import countries, pick, words

ODD_AT = (3, 50, 405, 500, 650, 900)  # positions of the accounts that bear the odd names


def identifiers(accounts: pd.DataFrame) -> pd.Series:
    """Customer id per account: five digits; old ones start with zeros. `00731` and `731` are two customers."""
    old = accounts.origin.eq("old").to_numpy()
    count = np.arange(len(accounts))
    ids = pd.Series([f"{131 + 2 * i:05d}" if o else f"{10003 + 7 * i}" for i, o in zip(count, old, strict=True)])
    ids.iloc[int((~old).argmax()) + 17] = ids.iloc[300].lstrip("0")
    return ids


def customers(accounts: pd.DataFrame, ids: pd.Series, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """One row per account with every canonical column; null where the CRM does not know. `created_day` is a day number."""
    places = _places(accounts, rng)
    frame = pd.DataFrame({"customer_id": ids, "name": _names(accounts, places, rng), "country": accounts.country})
    frame = frame.join(_addresses(accounts, places, rng)).join(_firm(accounts, rng))
    frame = frame.join(_person(accounts, ids, rng)).join(_survey(accounts, process, rng))
    frame["parent_id"] = None
    groups = rng.choice(len(accounts), 24, replace=False)
    frame.loc[groups[8:], "parent_id"] = np.resize(ids.iloc[groups[:8]].to_numpy(), 16)
    frame["do_not_contact"] = np.where(rng.random(len(frame)) < 0.02, "是", "否")
    tags = pd.Series(pick(rng, words()["tags"], len(frame)), dtype=object)
    frame["tags"] = tags.where(rng.random(len(frame)) < 0.22)
    ordered = accounts.first_day.notna()
    return _forget(frame, np.where(ordered, 0.88, 0.4 + 0.15 * np.tanh(accounts.quality)), rng)


def _names(accounts: pd.DataFrame, places: list[tuple[str, str]], rng: np.random.Generator) -> pd.Series:
    """A plausible company name per account, Chinese for Chinese firms; no two alike; a few that break naive readers."""
    lists, place = words(), countries()
    names: list[str] = []
    for country, (_, city) in zip(accounts.country, places, strict=True):
        row = place.loc[country]
        suffix = row.suffixes[int(rng.integers(len(row.suffixes)))]
        if row.tongue == "zh":
            name = f"{city.removesuffix('市')}{pick(rng, lists['hanzi'], 1)[0]}{pick(rng, lists['hanzi_trade'], 1)[0]}{suffix}"
        else:
            family = lists["family"].get(row.tongue, []) + lists["stems"]
            name = f"{pick(rng, family, 1)[0]} {pick(rng, lists['nouns'], 1)[0]} {suffix}"
        names.append(name)
    series = pd.Series(names)
    again = series.groupby(series).cumcount()
    series = series.where(again == 0, series + " " + (again + 1).astype(str))
    series.iloc[list(ODD_AT)] = lists["odd_names"]
    return series


def _places(accounts: pd.DataFrame, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Province (may be empty) and city per account."""
    cities = countries().cities
    texts = [pick(rng, cities[country], 1)[0].partition(",") for country in accounts.country]
    return [(province.strip(), city.strip()) for province, _, city in texts]


def _addresses(accounts: pd.DataFrame, places: list[tuple[str, str]], rng: np.random.Generator) -> pd.DataFrame:
    """`province`, `city`, `address`; one Chinese firm in three has its place in the address alone."""
    tongues, streets, rows = accounts.country.map(countries().tongue), words()["streets"], []
    for tongue, (province, city) in zip(tongues, places, strict=True):
        street = pick(rng, streets.get(tongue, streets["default"]), 1)[0]
        number = int(rng.integers(1, 300))
        if tongue == "zh":
            fields = (None, None) if rng.random() < 0.33 else (province or city, city)
            rows.append((*fields, f"{province}{city}{street}{number}号"))
        else:
            rows.append((province or None, city, f"{number} {street}, {city}"))
    return pd.DataFrame(rows, columns=["province", "city", "address"])


def _firm(accounts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """What is known of the firm: bigger ones order more at a time; outlook follows the industry."""
    n = len(accounts)
    industry = pd.Series(pick(rng, words()["industries"], n))
    size = np.log(accounts.value.to_numpy()) - 8.1
    people = np.exp(3.6 + 0.8 * size + rng.normal(0, 0.8, n)).round().clip(2)
    outlook = industry.map({name: 2 + i % 3 for i, name in enumerate(words()["industries"])}) + rng.integers(-1, 2, n)
    growing = accounts.growth.to_numpy() + rng.normal(0, 0.15, n)
    return pd.DataFrame(
        {
            "industry": industry,
            "industry_outlook": outlook,
            "employees": people,
            "company_stage": np.select([people > 150, growing > 0.03], ["成熟期", "成长期"], "初创期"),
            "trade_type": pick(rng, words()["trade_types"], n),
            "source_channel": accounts.channel,
            "owner": accounts.owner.where(accounts.first_day.notna(), accounts.hunter),
            "created_day": accounts.created_day,
            "product_interest": accounts.category,
        }
    )


def _who(accounts: pd.DataFrame, rng: np.random.Generator) -> list[str]:
    """A person's name per account, in the order of the country's own use."""
    lists, tongues = words(), accounts.country.map(countries().tongue)
    names = []
    for tongue in tongues:
        given, family = (pick(rng, lists[k].get(tongue, lists[k]["default"]), 1)[0] for k in ("given", "family"))
        names.append(f"{family}{given}" if tongue == "zh" else f"{given} {family}")
    return names


def _phones(accounts: pd.DataFrame, rng: np.random.Generator) -> list[str]:
    dial = accounts.country.map(countries().dial)
    return [f"+{code} 555 {int(x):07d}" for code, x in zip(dial, rng.integers(0, 10**7, len(accounts)), strict=True)]


def _birthdays(n: int, rng: np.random.Generator) -> pd.Series:
    return pd.Series(pd.Timestamp("1956-01-01") + pd.to_timedelta(rng.integers(0, 16000, n), unit="D"))


def _person(accounts: pd.DataFrame, ids: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    n = len(accounts)
    return pd.DataFrame(
        {
            "website": "www.c" + ids + ".example",
            "contact_name": _who(accounts, rng),
            "contact_email": "office@c" + ids + ".example",
            "contact_phone": _phones(accounts, rng),
            "birthday": _birthdays(n, rng).dt.strftime("%Y/%m/%d").where(rng.random(n) < 0.5),
        }
    )


def _survey(accounts: pd.DataFrame, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """Grades given by salespeople and a survey that half of the customers answered: the unhappy are leaving."""
    n, ordered = len(accounts), accounts.first_day.notna().to_numpy()
    left = ((accounts.first_day + accounts.lifetime_days) < process.days).to_numpy()
    happy = pd.Series(4.1 - 1.0 * left + rng.normal(0, 0.8, n)).round().clip(1, 5)
    asked = ordered & (rng.random(n) < 0.5)
    chance = pd.Series(0.2 * happy - 0.05 + rng.normal(0, 0.12, n)).clip(0, 1).round(2)
    warm = accounts.quality.to_numpy() + rng.normal(0, 0.8, n)
    grade = (3 + warm).round().clip(1, 5)
    return pd.DataFrame(
        {
            "relationship": np.select([warm > 0.6, warm > -0.8], ["友好", "普通"], "冷淡"),
            "satisfaction": happy.where(asked),
            "repurchase_intent": chance.where(asked),
            "referral_willingness": (2 * happy + rng.integers(-2, 2, n)).clip(0, 10).where(asked),
            "culture_fit": grade,
            "communication_cost": np.clip(np.round(1.5 + 12 * accounts.concession.to_numpy() + rng.normal(0, 0.8, n)), 1, 5),
            "vetted": np.where(ordered | (warm > 0.5), "是", "否"),
            "needs_match": pd.Series(3 + 0.9 * accounts.quality.to_numpy() + rng.normal(0, 0.6, n)).round().clip(1, 5),
        }
    )


def _forget(frame: pd.DataFrame, filled: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Null out what the CRM does not know: each optional field stays with the account's own probability `filled`."""
    kept = ["customer_id", "name", "country", "owner", "created_day", "source_channel", "do_not_contact", "tags", "parent_id"]
    optional = [c for c in frame.columns if c not in kept]
    known = rng.random((len(frame), len(optional))) < filled[:, None]
    return frame.assign(**{c: frame[c].where(known[:, i]) for i, c in enumerate(optional)})


def contacts(accounts: pd.DataFrame, ids: pd.Series, deals: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row per person, one to three for two accounts in three; the key person is who the account's deals met."""
    count = np.where(rng.random(len(accounts)) < 0.66, rng.choice([1, 2, 3], len(accounts), p=[0.6, 0.28, 0.12]), 0)
    who = accounts.loc[np.repeat(accounts.index, count)]
    place = who.groupby(level=0).cumcount().to_numpy()
    met = deals.groupby("account").key_person.last().reindex(who.index).to_numpy()
    other = np.asarray(pick(rng, ["first", "second", "third", "none"], len(who), [1, 3, 3, 3]))
    numbers = [f"P{i:04d}" for i in range(1, len(who) + 1)]
    return pd.DataFrame(
        {
            "contact_id": numbers,
            "customer_id": ids.loc[who.index].to_numpy(),
            "name": _who(who, rng),
            "role": pick(rng, words()["roles"], len(who)),
            "decides": pd.Series(np.where((place == 0) & ~pd.isna(met), met, other)).replace("none", "nobody"),
            "email": [f"{p.lower()}@c{i}.example" for p, i in zip(numbers, ids.loc[who.index], strict=True)],
            "phone": pd.Series(_phones(who, rng)).where(rng.random(len(who)) < 0.6),
            "birthday": _birthdays(len(who), rng).dt.strftime("%Y-%m-%d").where(rng.random(len(who)) < 0.35),
        }
    )
