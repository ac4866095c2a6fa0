"""Customers → tiers: the first rule of a scheme that holds, for every customer exactly one tier of every scheme."""

from segkit.analysis.tiers.assigning import assign, assign_all, cuts, measure, scores
from segkit.analysis.tiers.summing import coverage, cross, sizes

__all__ = ["assign", "assign_all", "coverage", "cross", "cuts", "measure", "scores", "sizes"]
