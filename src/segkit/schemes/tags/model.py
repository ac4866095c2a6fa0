"""The form of the tags' file, and how it is loaded and proven."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from pydantic import Field, model_validator

from segkit.schemes.audiences.model import read
from segkit.schemes.conditions import Frozen, When, columns_of
from segkit.schemes.derived import Derived


class Taken(Frozen):
    """A field whose words are tags as they stand: `split` by , ; 、 or |; `only`: those words; without: what no other family
    takes of that field."""

    column: str
    split: bool = False
    only: tuple[str, ...] = ()


class Tag(Frozen):
    """A tag that is computed: its key, its name in both languages, and who has it."""

    key: str
    en: str
    zh: str
    when: When


class Family(Frozen):
    """One family: tags taken from fields, then those computed."""

    key: str
    en: str
    zh: str
    fields: tuple[Taken, ...] = ()
    tags: tuple[Tag, ...] = ()


class Tags(Frozen):
    """All families, and the columns derived for their rules."""

    columns: dict[str, Derived] = Field(default_factory=dict)
    families: tuple[Family, ...]

    @model_validator(mode="after")
    def _keys_once(self) -> Tags:
        keys = [family.key for family in self.families]
        keys += [f"{family.key}.{tag.key}" for family in self.families for tag in family.tags]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands twice")
        return self

    def taken(self, column: str) -> set[str]:
        """The words of a field that some family names."""
        fields = [f for family in self.families for f in family.fields if f.column == column]
        return {word for f in fields for word in f.only}

    def needs(self, tag: Tag) -> set[str]:
        """The columns that must be there for a computed tag, through all that is derived for it."""
        wanted, found = columns_of(tag.when), set()
        while derived := wanted & set(self.columns):
            found |= wanted - derived
            wanted = {c for name in derived for c in self.columns[name].columns - self.columns[name].optional}
        return found | wanted

    def names(self, language: str) -> dict[str, str]:
        """Key of a family or a computed tag → its name."""
        both: list[Family | Tag] = [*self.families, *(tag for family in self.families for tag in family.tags)]
        return {one.key: one.zh if language == "zh" else one.en for one in both}


def load(folder: Path | None = None) -> Tags:
    """The tags of `tags.yaml` in the config's folder, else those that segkit brings. Raises InputError where the file breaks
    the form."""
    own = folder / "tags.yaml" if folder else None
    return read(own if own and own.is_file() else files("segkit.schemes.tags") / "tags.yaml", Tags)
