"""Alerts: what of whose accounts goes to their owner at once. One YAML file each, in the language of tier rules."""

from segkit.schemes.alerts.model import QUARTER, Alert, load, load_all, names

__all__ = ["QUARTER", "Alert", "load", "load_all", "names"]
