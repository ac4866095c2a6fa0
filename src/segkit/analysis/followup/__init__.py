"""What to do next: from tiers, playbooks and the last interactions to dated tasks, and what came of the promises made."""

from segkit.analysis.followup.adherence import adherence, by
from segkit.analysis.followup.assigning import Points, handover, proposals
from segkit.analysis.followup.effort import effort, workload
from segkit.analysis.followup.lists import attainment, neglected, revival
from segkit.analysis.followup.tasks import Options, accounts, plan
from segkit.analysis.followup.week import ahead, by_kind, by_owner

__all__ = [
    "Options",
    "Points",
    "accounts",
    "adherence",
    "ahead",
    "attainment",
    "by",
    "by_kind",
    "by_owner",
    "effort",
    "handover",
    "neglected",
    "plan",
    "proposals",
    "revival",
    "workload",
]
