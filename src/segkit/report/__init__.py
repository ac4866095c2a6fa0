"""What is read at the end: the page of a run, and its notebooks as pages. Everything goes through escaping templates."""

from segkit.report.acting import act_on, in_words
from segkit.report.alerts import alerts_in_words
from segkit.report.customer import customer
from segkit.report.figures import change_in_words, figures_in_words
from segkit.report.lists import write_lists
from segkit.report.notebook import export_notebook, fill, fill_summary
from segkit.report.page import page, page_of, publish
from segkit.report.pictures import figure
from segkit.report.plans import beside, calendars, known_text, proposals_in_words, revival_in_words, worded, write_plans
from segkit.report.top import RANK, key_figures, opening, tiles

__all__ = [
    "RANK",
    "act_on",
    "alerts_in_words",
    "beside",
    "calendars",
    "change_in_words",
    "customer",
    "export_notebook",
    "figure",
    "figures_in_words",
    "fill",
    "fill_summary",
    "in_words",
    "key_figures",
    "known_text",
    "opening",
    "page",
    "page_of",
    "proposals_in_words",
    "publish",
    "revival_in_words",
    "tiles",
    "worded",
    "write_lists",
    "write_plans",
]
