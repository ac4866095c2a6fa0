"""The follow-up plan as people use it: tasks in words, a CSV, a calendar and a page per salesperson."""

from segkit.report.plans.files import calendars, write_plans
from segkit.report.plans.page import beside
from segkit.report.plans.worded import known_text, proposals_in_words, revival_in_words, worded

__all__ = ["beside", "calendars", "known_text", "proposals_in_words", "revival_in_words", "worded", "write_plans"]
