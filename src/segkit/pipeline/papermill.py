"""Papermill as a run uses it: quick to import, and saving a notebook as it grows now and then, not twice a cell."""

from __future__ import annotations

import sys
from typing import Any

# jsonschema builds the grammar of international addresses as it is imported, which takes longer than papermill itself. No
# notebook holds such an address, so it does not find the grammar's module here.
_GRAMMAR = "rfc3987_syntax"
_kept = sys.modules.setdefault(_GRAMMAR, None)  # type: ignore[arg-type]
import jsonschema  # noqa: E402, F401

if _kept is None:
    del sys.modules[_GRAMMAR]

import papermill  # noqa: E402
from nbclient.exceptions import DeadKernelError  # noqa: E402
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines  # noqa: E402
from papermill.exceptions import PapermillExecutionError  # noqa: E402

__all__ = ["DeadKernelError", "PapermillExecutionError", "execute_notebook"]

SECONDS = 20
"""Between two saves of a notebook under way. A run that is broken off begins the notebook anew: saves are to look at."""


class _Seldom(NotebookExecutionManager):
    broken = False

    def save(self, **kwargs: Any) -> None:
        """Write the notebook where that was not done for a while, or its kernel has broken off. Papermill itself writes it at
        the end, and where a cell failed."""
        if self.broken or (self.now() - self.last_save_time).total_seconds() > SECONDS:
            super().save(**kwargs)


class _Engine(NBClientEngine):
    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, output_path: str | None = None, **kwargs: Any) -> Any:
        """As papermill's own, with a manager that saves seldom."""
        kwargs = {k: v for k, v in kwargs.items() if k not in ("progress_bar", "autosave_cell_every")}
        managed = _Seldom(nb, output_path=output_path, progress_bar=False)
        managed.notebook_start()
        try:
            cls.execute_managed_notebook(managed, kernel_name, **kwargs)
        except BaseException:
            managed.broken = True
            raise
        finally:
            managed.notebook_complete()
        return managed.nb


papermill_engines.register("segkit", _Engine)


def execute_notebook(source: str, target: str, **options: Any) -> Any:
    """`papermill.execute_notebook`, which see, without a progress bar."""
    return papermill.execute_notebook(source, target, engine_name="segkit", progress_bar=False, **options)
