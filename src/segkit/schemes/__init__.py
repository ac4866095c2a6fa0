"""Tier schemes: one YAML file each, validated on load. Nothing in a scheme is evaluated as code."""

from segkit.schemes.model import NOT_PLACED, Condition, Scheme, Tier, load, names

__all__ = ["NOT_PLACED", "Condition", "Scheme", "Tier", "load", "names"]
