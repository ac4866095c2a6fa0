"""Playbooks: what to do for whom, how often, in whose hours. One YAML file per scheme, bound to scheme and tier together."""

from segkit.schemes.playbooks.model import Cadence, Play, Playbook, Step, load, load_all, names
from segkit.schemes.playbooks.places import continents, languages, zone_of

__all__ = ["Cadence", "Play", "Playbook", "Step", "continents", "languages", "load", "load_all", "names", "zone_of"]
