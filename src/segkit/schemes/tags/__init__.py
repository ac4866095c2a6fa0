"""Tags in four families, as data: from fields of the extract, and from rules in the language of tiers."""

from segkit.schemes.tags.model import Family, Tag, Tags, load

__all__ = ["Family", "Tag", "Tags", "load"]
