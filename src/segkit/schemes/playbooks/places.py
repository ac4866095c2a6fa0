"""Where a customer's day is: the time zone, languages and continents of a country."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

REGIONS = {  # UN M.49 groups and usual sales regions → words by which salespeople name them
    "Americas": ("americas", "america", "美洲"),
    "North America": ("north america", "北美"),
    "Latin America": ("latin america", "south america", "拉美", "南美"),
    "Europe": ("europe", "eu", "欧洲"),
    "Asia Pacific": ("asia pacific", "apac", "asia", "亚太", "亚洲"),
    "Middle East & Africa": ("middle east & africa", "mea", "middle east", "africa", "中东", "非洲", "中东非洲"),
}
_MIDDLE_EAST = ["AE", "SA", "TR", "IL", "QA", "KW", "BH", "OM", "JO", "LB", "IQ", "IR", "YE", "SY", "PS", "CY"]
_NORTH = ["US", "CA"]


@cache
def _zones() -> dict[str, Any]:
    text = (files("segkit.schemes.playbooks") / "zones.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    provinces = {
        (country, _plain(name)): zone
        for country, by_zone in found["provinces"].items()
        for zone, names in by_zone.items()
        for name in names
    }
    return {"countries": found["countries"], "provinces": provinces}


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name).casefold().strip()
    return "".join(c for c in folded if not unicodedata.combining(c))


@cache
def zone_of(country: str | None, province: str | None = None) -> str | None:
    """IANA zone of a country (ISO alpha-2), of its province or state where that keeps another time; None where unknown.

    `zones.yaml`: the tz database's zone.tab, of countries with several zones that of the largest place of business.
    """
    if not country:
        return None
    own = _zones()["provinces"].get((country, _plain(province))) if province else None
    return own or _zones()["countries"].get(country)


@cache
def languages(country: str) -> frozenset[str]:
    """Codes of the languages that at least a tenth of a country's people speak or that are official there (CLDR)."""
    from babel.core import get_global

    spoken = get_global("territory_languages").get(country, {})
    share = {code: known["population_percent"] for code, known in spoken.items()}
    official = {code for code, known in spoken.items() if known["official_status"] and share[code] >= 10}
    return frozenset(code.split("_")[0] for code in official | {code for code, part in share.items() if part >= 50})


@cache
def continents(country: str) -> frozenset[str]:
    """Words, in small letters, by which a salesperson's regions may cover a country: of its continent and sales regions."""
    area = (zone_of(country) or "").split("/")[0]
    found: set[str] = set()
    if country in _MIDDLE_EAST or area == "Africa":
        found |= {"Middle East & Africa"}
    if country not in _MIDDLE_EAST and area in ("Asia", "Australia", "Pacific", "Indian"):
        found |= {"Asia Pacific"}
    if area == "America":
        found |= {"Americas", "North America" if country in _NORTH else "Latin America"}
    if area in ("Europe", "Atlantic", "Arctic"):
        found |= {"Europe"}
    return frozenset(word for region in found for word in REGIONS[region])
