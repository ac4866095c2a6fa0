"""What is read at the end: the page of a run, and its notebooks as pages. Everything goes through escaping templates."""

from segkit.report.alerts import alerts_in_words
from segkit.report.customer import customer
from segkit.report.lists import write_lists
from segkit.report.notebook import export_notebook, fill, fill_summary
from segkit.report.page import page, publish
from segkit.report.plans import beside, proposals_in_words, revival_in_words, worded, write_plans
from segkit.report.sections import RANK, key_figures

__all__ = [
    "RANK",
    "alerts_in_words",
    "beside",
    "customer",
    "export_notebook",
    "fill",
    "fill_summary",
    "key_figures",
    "page",
    "proposals_in_words",
    "publish",
    "revival_in_words",
    "worded",
    "write_lists",
    "write_plans",
]
