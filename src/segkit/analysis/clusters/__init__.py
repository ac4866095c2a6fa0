"""Clusters: customers grouped by what they do, not by rules; numbered by worth, with ids that stay over runs."""

from segkit.analysis.clusters.choosing import Choice, Sweep, choose, fit, refit, sweep, taken_up
from segkit.analysis.clusters.model import NOT_CLUSTERED, Clustering, assign
from segkit.analysis.clusters.profiles import left_out, outliers, points, profiles
from segkit.analysis.clusters.rules import Rules, rules, scheme

__all__ = [
    "NOT_CLUSTERED",
    "Choice",
    "Clustering",
    "Rules",
    "Sweep",
    "assign",
    "choose",
    "fit",
    "left_out",
    "outliers",
    "points",
    "profiles",
    "refit",
    "rules",
    "scheme",
    "sweep",
    "taken_up",
]
