"""`segkit map`: a config proposed from the headers and values of real exports."""

from segkit.crm.proposal.propose import propose

__all__ = ["propose"]
