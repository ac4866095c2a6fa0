"""Target groups: saved filters over customers and their tiers, one YAML file each, in the language of tier rules."""

from segkit.schemes.audiences.model import Audience, load, names

__all__ = ["Audience", "load", "names"]
