"""What files of schemes, target groups, alerts and tags call themselves and their parts."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path

from segkit import schemes
from segkit.i18n import Words
from segkit.schemes import alerts, audiences, tags


def names_in_files(folder: Path, words: Words) -> dict[str, str]:
    """The names that files of schemes, audiences, alerts and tags give themselves and their parts."""
    names, language = {}, words.language
    for scheme in (schemes.load(name, folder) for name in schemes.names(folder)):
        names[f"scheme.{scheme.name}"] = scheme.zh if language == "zh" else scheme.en
        names[f"tier.{scheme.name}.{schemes.NOT_PLACED}"] = words("tier.not_placed")
        names |= {f"tier.{scheme.name}.{key}": name for key, name in scheme.names(language).items()}
    own = folder / "schemes"
    for audience in (audiences.load(name, own) for name in audiences.names(own)):
        names[f"audience.{audience.name}"] = audience.title(language)
    told = [alerts.load(name, own, folder) for name in alerts.names(own)]
    names |= {f"alert.{alert.name}": alert.title(language) for alert in told}
    return names | _the_same_everywhere(language)


@cache
def _the_same_everywhere(language: str) -> dict[str, str]:
    """The names of clusters, countries and tags, which no firm writes itself."""
    words = Words(language)
    names = {f"cluster.{key}": cluster_name(key, words) for key in _cluster_keys()}
    names |= {f"tier.region.{code}": name for code, name in countries(language).items()}
    named = tags.load().names(language)
    return names | {f"{group}.{key}": name for key, name in named.items() for group in ("tag", "family")}


def countries(language: str) -> dict[str, str]:
    """ISO code of each country → its name."""
    from babel import Locale

    return {code: str(name) for code, name in Locale.parse(language).territories.items() if len(code) == 2 and code.isalpha()}


LEVELS = ("high", "mid", "low")
MARKS = (*(f"{way}_{letter}" for letter in "rfm" for way in ("more", "less")), *(f"no_{n}" for n in range(1, 11)))


def cluster_name(key: str, words: Words) -> str:
    """The name of a cluster's profile: `r_high-f_mid-m_low`, and where two share it a mark (`-more_m`, `-no_2`)."""
    levels, mark = key.split("-")[:3], "".join(key.split("-")[3:])
    name = words("cluster.join").join(words(f"level.{level}") for level in levels)
    if mark.startswith("no_"):
        return words("cluster.numbered", name=name, number=int(mark.removeprefix("no_")))
    return words("cluster.marked", name=name, mark=words(f"level.{mark}")) if mark else name


def _cluster_keys() -> list[str]:
    """Every key that a cluster can have."""
    plain = [f"r_{r}-f_{f}-m_{m}" for r, f, m in itertools.product(LEVELS, repeat=3)]
    return [*plain, *(f"{key}-{mark}" for key in plain for mark in MARKS)]
