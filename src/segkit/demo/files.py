"""Tables → the files of the extract, byte for byte the same each time: no clock, no order that depends on hashing."""

from __future__ import annotations

import gzip
import json
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from segkit.demo import dirt
from segkit.demo.process import Process
from segkit.settings import Extract, Settings, load


def config(folder: Path) -> Settings:
    """Write `segkit.yaml` into `folder` and read it back: its mappings name the headers of every file."""
    text = resources.files(__package__).joinpath("segkit.yaml").read_bytes()
    (folder / "segkit.yaml").write_bytes(text)
    return load(folder / "segkit.yaml")


def write(folder: Path, tables: dict[str, pd.DataFrame], settings: Settings, process: Process) -> None:
    """Every table as the file its config names; orders as two files that share a month."""
    for name, table in tables.items():
        extract = settings.extracts[name]
        if name == "orders":
            _orders(folder, table, extract, process)
        elif extract.source[0].endswith(".parquet"):
            _headed(table, extract).to_parquet(folder / extract.source[0], compression="zstd", index=False)
        else:
            save(folder / extract.source[0], _csv(_headed(table, extract), extract), encoding=extract.encoding or "utf-8")


def save(path: Path, text: str, *, encoding: str = "utf-8") -> None:
    """Text to a file, packed without a time stamp where its name ends in gz."""
    data = text.encode(encoding)
    path.write_bytes(gzip.compress(data, 9, mtime=0) if path.suffix == ".gz" else data)


def save_json(path: Path, content: Any) -> None:
    save(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _headed(table: pd.DataFrame, extract: Extract) -> pd.DataFrame:
    """The columns of the config under the headers it names, in its order."""
    return table[list(extract.columns)].set_axis([str(h) for h in extract.columns.values()], axis=1)


def _csv(table: pd.DataFrame, extract: Extract) -> str:
    separator = extract.sep or ("\t" if ".tsv" in extract.source[0] else ",")
    return table.to_csv(index=False, sep=separator, lineterminator="\n")


def _orders(folder: Path, table: pd.DataFrame, extract: Extract, process: Process) -> None:
    """Two files that both hold the overlap month; the first has the lines that are broken."""
    first, last = process.overlap
    early, late = table[table._day <= last], table[table._day >= first]
    text = dirt.broken_lines(_csv(_headed(early, extract), extract), _headed(early, extract), extract.columns["amount"])
    save(folder / "orders_2023H2-2025H1.csv.gz", text)
    save(folder / "orders_2025H1-2026H1.csv.gz", _csv(_headed(late, extract), extract))
