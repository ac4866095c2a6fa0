"""Shared by all tests: the reference data, and a small firm's extract written to a folder."""

from __future__ import annotations

import datetime as dt
import gc
import os
import pickle
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from places import ROOT, TODAY

os.environ.setdefault("OMP_NUM_THREADS", "1")
"""Tests run side by side: on busy cores the threads of scikit-learn's trees spend ten times the work waiting for each other."""

gc.set_threshold(50_000, 20, 20)  # as the command does


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files marked `long` come first, so that none of them begins when all else is done."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of real data: $SEGKIT_REFERENCE_DATA, else ../shared/data. Skips where it is absent."""
    folder = Path(os.environ.get("SEGKIT_REFERENCE_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("reference data are not here: set SEGKIT_REFERENCE_DATA to their folder")
    os.environ["SEGKIT_REFERENCE_DATA"] = str(folder)
    return folder


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """With SEGKIT_FAIL_ON_SKIP set a skip is a failure: what is there must be tested."""
    skipped = call.excinfo is not None and call.excinfo.errisinstance(pytest.skip.Exception)
    if skipped and os.environ.get("SEGKIT_FAIL_ON_SKIP"):
        assert call.excinfo is not None
        reason = call.excinfo.value
        call.excinfo = pytest.ExceptionInfo.from_exc_info(
            (AssertionError, AssertionError(f"skipped: {reason}"), call.excinfo.tb)
        )


@pytest.fixture(scope="session")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Any, dict[str, pd.DataFrame]]]:
    """`extracted(config, as_of)`: the summary and the tables of a config, extracted once for all tests and processes."""
    from filelock import FileLock

    from segkit import crm, settings

    root = tmp_path_factory.getbasetemp()
    shared = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root

    def read(config: Path, as_of: dt.date | None = None) -> tuple[Any, dict[str, pd.DataFrame]]:
        folder = shared / f"extract-{config.parent.name}-{config.stem}-{as_of or 'latest'}"
        summary = folder / "summary.pickle"  # written last: a failed extract leaves none
        with FileLock(folder.with_suffix(".lock")):
            if not summary.exists():
                found = crm.extract(settings.load(config), tables=folder, today=TODAY, as_of=as_of)
                summary.write_bytes(pickle.dumps(found))
        return pickle.loads(summary.read_bytes()), {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}

    return read


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the package as a wheel unpacks it."""
    uv = shutil.which("uv", path=os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]]))
    assert uv, "uv is missing: `make test` installs it"
    folder = tmp_path_factory.mktemp("wheel")
    build = [uv, "build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    zipfile.ZipFile(next(folder.glob("*.whl"))).extractall(folder / "site")
    return folder / "site"


class Firm:
    """A folder with order rows and a config; `run` gives the tables that the crm room writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(
        self, rows: str | bytes, *, file: str = "orders.csv", config: dict[str, Any] | None = None, **orders: Any
    ) -> Path:
        """`rows`: the text of the orders file; `orders`: keys of extracts.orders; `config`: further keys."""
        target = self.folder / file
        target.write_bytes(rows if isinstance(rows, bytes) else rows.encode())
        spec = {"source": file, **orders}
        rest = dict(config or {})
        extracts = {"orders": spec, **rest.pop("extracts", {})}
        path = self.folder / "segkit.yaml"
        path.write_text(yaml.safe_dump({"extracts": extracts, **rest}, allow_unicode=True), encoding="utf-8")
        return path

    def extract(self, *args: Any, as_of: dt.date | None = None, **keys: Any) -> Any:
        """Write and extract; returns the summary. Tables lie under `tables/`."""
        from segkit import crm, settings

        path = self.write(*args, **keys)
        return crm.extract(settings.load(path), tables=self.folder / "tables", today=TODAY, as_of=as_of)

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "tables" / f"{name}.parquet")

    def customers(self) -> dict[str, dict[str, Any]]:
        table = self.table("customers").set_index("customer_id").astype(object)
        return table.where(table.notna(), None).to_dict("index")


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return Firm(tmp_path)


@pytest.fixture(scope="session")
def another_firm(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Firm]:
    """`another_firm()`: for fixtures that several tests share, a firm in a folder of its own."""
    return lambda: Firm(tmp_path_factory.mktemp("firm"))


@pytest.fixture
def column(tmp_path: Path) -> Callable[..., list[Any]]:
    """Values of an expression over a one-column table of text: `column(values, lambda c: …)`."""
    import ibis

    from segkit.crm.sources import engines

    con = ibis.duckdb.connect()

    def values(texts: list[str | None], expression: Callable[[Any], Any]) -> list[Any]:
        table = con.create_table("t", ibis.memtable({"v": texts}, schema={"v": "string"}), overwrite=True)
        table = con.table("t")
        with engines.layered():
            result = table.select(v=expression(table["v"])).to_pyarrow()
        return [row["v"] for row in result.to_pylist()]

    return values
