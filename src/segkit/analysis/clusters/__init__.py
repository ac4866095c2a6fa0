"""Clusters: customers grouped by what they do, not by rules; numbered by worth, with ids that stay over runs."""

from segkit.analysis.clusters.choosing import Choice, Sweep, choose, features_of, fit, ids_kept, refit, sweep, taken_up
from segkit.analysis.clusters.model import NOT_CLUSTERED, Clustering, assign, restored
from segkit.analysis.clusters.profiles import left_out, outliers, points, profiles
from segkit.analysis.clusters.rules import Rules, followed, rules, schemes

__all__ = [
    "NOT_CLUSTERED",
    "Choice",
    "Clustering",
    "Rules",
    "Sweep",
    "assign",
    "choose",
    "features_of",
    "fit",
    "followed",
    "ids_kept",
    "left_out",
    "outliers",
    "points",
    "profiles",
    "refit",
    "restored",
    "rules",
    "schemes",
    "sweep",
    "taken_up",
]
