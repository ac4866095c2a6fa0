"""What to do next: from tiers, playbooks and the last interactions to dated tasks, and what came of the promises made."""

from segkit.analysis.followup.adherence import adherence, by
from segkit.analysis.followup.assigning import Points, handover, proposals
from segkit.analysis.followup.effort import effort, workload
from segkit.analysis.followup.lists import attainment, neglected, revival
from segkit.analysis.followup.tasks import Options, accounts, plan

__all__ = [
    "Options",
    "Points",
    "accounts",
    "adherence",
    "attainment",
    "by",
    "effort",
    "handover",
    "neglected",
    "plan",
    "proposals",
    "revival",
    "workload",
]
