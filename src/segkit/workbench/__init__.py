"""What a notebook holds in its hands: one run, and the ways to read, save, show, draw and conclude."""

from segkit.workbench.editions import Edition, Reading, edition_of
from segkit.workbench.run import Run, open_run
from segkit.workbench.showing import as_markdown

__all__ = ["Edition", "Reading", "Run", "as_markdown", "edition_of", "open_run"]
