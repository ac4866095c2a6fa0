"""Small notebooks, an extract that writes three tables, and an export that wraps the notebook in a line of HTML."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

import segkit.crm
import segkit.pipeline.history
import segkit.pipeline.manifest
import segkit.report
from segkit.pipeline import run as pipeline
from segkit.settings import parse

PARAMETERS = 'run_dir = "../reports/demo"\nlanguage = "en"\n'
TODAY = dt.date(2026, 11, 23)


def extract(settings, *, tables, today, as_of=None):
    """Two tables and a summary, as the real one gives them."""
    for name in ("customers", "orders"):
        (tables / f"{name}.parquet").write_bytes(b"rows")
    orders = settings.folder / "orders.csv"
    one = {"extract": "orders", "path": "orders.csv", "bytes": 4, "sha256": segkit.pipeline.manifest.file_digest(orders)}
    rows = {"orders": {"in": 3, "used": 2, "left_out": {"missing_id": 1}}}
    day = as_of or dt.date(2026, 10, 1)
    return SimpleNamespace(as_of=day, horizon_days=90, rows=rows, notes=[], inputs=[one])


def export_notebook(ipynb, html, *, language):
    html.write_text(f"<html lang={language}>", encoding="utf-8")


def snapshot(run, folder, settings):
    """What a snapshot says of itself, and the run it comes from; its tables are not what is tested here."""
    about = {"name": settings.name, "currency": run.currency, "tiers": (run.folder / "tables" / "tiers.parquet").read_text()}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")


@dataclass
class House:
    """A config with its extract, a folder of notebooks, and what a run of them told."""

    home: Path
    told: list[tuple[str, str]] = field(default_factory=list)
    config: dict = field(
        default_factory=lambda: {"name": "firm", "history": False, "extracts": {"orders": {"source": "orders.csv"}}}
    )

    @property
    def notebooks(self) -> Path:
        return self.home / "notebooks"

    def notebook(self, name: str, *cells: str, parameters: str = "") -> None:
        """Write a notebook whose first cell is tagged `parameters`."""
        code = {"cell_type": "code", "execution_count": None, "outputs": []}
        first = code | {"id": "p", "source": PARAMETERS + parameters, "metadata": {"tags": ["parameters"]}}
        rest = [code | {"id": f"c{i}", "source": cell, "metadata": {}} for i, cell in enumerate(cells)]
        content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [first, *rest]}
        (self.notebooks / f"{name}.ipynb").write_text(json.dumps(content), encoding="utf-8")

    def plan(self, *lines: str) -> None:
        text = "extract: [customers, orders]\nnotebooks:\n" + "".join(f"  - {{{line}}}\n" for line in lines)
        (self.notebooks / "pipeline.yaml").write_text(text, encoding="utf-8")

    def run(self, **options) -> Path:
        settings = parse(self.config, folder=self.home)
        options = {"out": self.home / "out", "notebooks": self.notebooks, "today": TODAY} | options
        self.told.clear()
        return pipeline.run(settings, tell=lambda name, state, _: self.told.append((name, state)), **options)

    def manifest(self, folder: str = "out") -> dict:
        return json.loads((self.home / folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A house whose extract and export are made up; the notebooks are the test's."""
    monkeypatch.setattr(segkit.crm, "extract", extract, raising=False)
    monkeypatch.setattr(segkit.report, "export_notebook", export_notebook, raising=False)
    monkeypatch.setattr(segkit.pipeline.history, "_write", snapshot)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "orders.csv").write_text("rows", encoding="utf-8")
    return House(tmp_path)


class Stage:
    """Stands in for papermill: notebooks give what they promise, and their order is kept."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.began: list[str] = []
        self.given: dict[str, dict] = {}
        self.failing: set[str] = set()
        self.silent: set[str] = set()
        self.content = b"made"

    def __call__(self, source, target, *, parameters, kernels) -> None:
        from segkit.pipeline.execute import CellError
        from segkit.pipeline.plan import load

        self.began.append(source.stem)
        self.given[source.stem] = parameters
        target.write_text("{}", encoding="utf-8")
        if source.stem in self.failing:
            raise CellError(2, "ValueError: too few customers")
        for output in load(source.parent).steps[source.stem].outputs():
            if source.stem not in self.silent:
                (target.parents[1] / output).write_bytes(self.content)


@pytest.fixture
def stage(house, monkeypatch):
    """Four steps: two side by side, one after the first, a page after all."""
    from segkit.pipeline import kernels, steps

    house.plan(
        "name: 90_page, needs: [customers], after: others, writes: [index.html]",
        "name: 30_tiers, needs: [rfm], gives: [tiers]",
        "name: 10_quality, needs: [orders]",
        "name: 20_rfm, needs: [customers], gives: [rfm]",
    )
    for name in ("10_quality", "90_page"):
        house.notebook(name)
    house.notebook("20_rfm", parameters="bins = 5\ncuts = [1, 2]\nlabel = 'a'\nshare = 0.5\nseed = None\n")
    house.notebook("30_tiers", parameters="bins: int = 3\nfast = True\n")
    stage = Stage(house)
    monkeypatch.setattr(steps, "execute", stage)
    monkeypatch.setattr(kernels.Kernels, "_start_server", lambda self: None)
    return stage
