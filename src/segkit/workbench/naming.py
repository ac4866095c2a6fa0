"""What files of schemes, target groups and tags call themselves and their parts."""

from __future__ import annotations

from pathlib import Path

from segkit import schemes
from segkit.i18n import Words
from segkit.schemes import audiences, tags


def names_in_files(folder: Path, words: Words) -> dict[str, str]:
    """The names that files of schemes, audiences and tags give themselves and their parts."""
    names, language = {}, words.language
    for scheme in (schemes.load(name, folder) for name in schemes.names(folder)):
        names[f"scheme.{scheme.name}"] = scheme.zh if language == "zh" else scheme.en
        names[f"tier.{scheme.name}.{schemes.NOT_PLACED}"] = words("tier.not_placed")
        names |= {f"tier.{scheme.name}.{key}": name for key, name in scheme.names(language).items()}
    own = folder / "schemes" / "audiences"
    for audience in (audiences.load(name, own) for name in audiences.names(own)):
        names[f"audience.{audience.name}"] = audience.title(language)
    names |= {f"tier.region.{code}": name for code, name in countries(language).items()}
    named = tags.load().names(language)
    return names | {f"{group}.{key}": name for key, name in named.items() for group in ("tag", "family")}


def countries(language: str) -> dict[str, str]:
    """ISO code of each country → its name."""
    from babel import Locale

    return {code: str(name) for code, name in Locale.parse(language).territories.items() if len(code) == 2 and code.isalpha()}
