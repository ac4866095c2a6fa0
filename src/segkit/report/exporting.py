"""A notebook → HTML by nbconvert and segkit's templates, within the reach of a keyboard and a screen reader."""

from __future__ import annotations

import threading
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from segkit.report.templating import TEMPLATES

if TYPE_CHECKING:
    from nbconvert import HTMLExporter

    from segkit.i18n import Words

PICTURES = ("image/png", "image/jpeg", "image/svg+xml")
SCROLLED = ('<div class="wide"', '<div class="output_png output_subarea')
_OWN = threading.local()  # an exporter is not for several threads at a time


def exported(notebook: Any, resources: dict[str, Any], words: Words) -> str:
    """The page of a notebook. `resources`: what the templates ask for, by name."""
    text, _ = _exporter().from_notebook_node(described(notebook, words), resources=resources)
    return reachable(text)


def described(notebook: Any, words: Words) -> Any:
    """The notebook with a word on each picture that says nothing of itself."""
    told = deepcopy(notebook)
    shown = [(cell, output) for cell in told.cells for output in cell.get("outputs", ()) if "data" in output]
    for cell, output in shown:
        for kind in (kind for kind in PICTURES if kind in output.data):
            about = output.metadata.setdefault(kind, {})
            said = about.get("alt") or output.metadata.get("alt") or cell.metadata.get("alt")
            about["alt"] = said or words("page.undescribed")
    return told


def reachable(page: str) -> str:
    """The page with every part that may scroll within the reach of a keyboard, and headings that skip no level."""
    for part in SCROLLED:
        page = page.replace(part, part.replace("<div ", '<div tabindex="0" '))
    return page.replace("<h4>", "<h3>").replace("</h4>", "</h3>")


def _exporter() -> HTMLExporter:
    """This thread's exporter, whose templates are compiled once."""
    if not hasattr(_OWN, "exporter"):
        _OWN.exporter = _made()
    exporter: HTMLExporter = _OWN.exporter
    return exporter


def _made() -> HTMLExporter:
    from nbconvert import HTMLExporter
    from nbconvert.exporters.templateexporter import TemplateExporter
    from nbconvert.filters import Highlight2HTML
    from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter

    class Pages(HTMLExporter):
        """nbconvert's own, without reading the whole page anew for what `described` and `reachable` do."""

        def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> Any:
            info, resources = nb.metadata.get("language_info", {}), self._init_resources(resources)
            lexer = info.get("pygments_lexer", info.get("name"))
            shown = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
            self.register_filter("highlight_code", Highlight2HTML(pygments_lexer=lexer, parent=self))
            self.register_filter("filter_data_type", shown)
            return TemplateExporter.from_notebook_node(self, nb, resources, **kw)

    templates = {"template_name": "segkit", "extra_template_basedirs": [str(TEMPLATES)]}
    return Pages(**templates, exclude_input_prompt=True, exclude_output_prompt=True)
