"""Tier schemes: one YAML file each, validated and proven on load. Nothing in a scheme is evaluated as code."""

from segkit.schemes.audit import Audit, audit
from segkit.schemes.conditions import Alternative, Condition, When
from segkit.schemes.derived import Derived
from segkit.schemes.files import json_schema, load, names, parse
from segkit.schemes.model import NOT_AMONG, NOT_PLACED, Rule, Scheme, Tier
from segkit.schemes.texts import describe, listing, reasons

__all__ = [
    "NOT_AMONG",
    "NOT_PLACED",
    "Alternative",
    "Audit",
    "Condition",
    "Derived",
    "Rule",
    "Scheme",
    "Tier",
    "When",
    "audit",
    "describe",
    "json_schema",
    "listing",
    "load",
    "names",
    "parse",
    "reasons",
]
