"""What a notebook holds in its hands: one run, and the ways to read, save, show, draw and conclude."""

from segkit.workbench.run import Run, open_run
from segkit.workbench.showing import as_markdown

__all__ = ["Run", "as_markdown", "open_run"]
