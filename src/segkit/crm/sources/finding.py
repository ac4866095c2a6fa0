"""The files of an extract: found by path or glob, named for messages, their format told by content."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from segkit.crm.sources import encodings, workbook
from segkit.crm.sources.raw import listed, near
from segkit.errors import InputError
from segkit.settings import Extract, Settings, expand

Format = Literal["parquet", "excel", "text"]
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def find(extract: Extract, settings: Settings) -> list[Path]:
    """The files of an extract: as listed, those of a glob by name. Raises InputError where there is none."""
    found: dict[Path, None] = {}
    for text in extract.source:
        path = Path(os.path.normpath(settings.folder / expand(text, settings.file)))
        if path.is_dir():
            raise InputError(f"{text}: this is a folder. Name the files in it, such as {text.rstrip('/')}/*.csv.")
        if path.exists():
            found[path] = None
            continue
        names = sorted(p for p in glob.glob(str(path), recursive=True) if not Path(p).name.startswith(("~$", ".")))  # noqa: PTH207
        files = [Path(p) for p in names if Path(p).is_file()]
        if not files:
            raise InputError(missing(text, path))
        found.update(dict.fromkeys(files))
    return list(found)


def missing(text: str, path: Path) -> str:
    """What to say of a path or glob that leads to no file."""
    folder = path.parent
    what = "no file matches this" if re.search(r"[*?\[]", text) else "no such file"
    if not folder.is_dir():
        return f"{text}: {what}; the folder {folder} does not exist. Correct source, it starts at the config's folder."
    names = sorted(p.name for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    there = f"It has: {listed(names)}." if names else "It is empty."
    return f"{text}: {what} in {folder}{near(path.name, names)}. {there} Correct source."


def labels(files: Sequence[Path]) -> list[str]:
    """File names, with as much of the folders as differs."""
    root = os.path.commonpath([file.parent for file in files])
    return [file.relative_to(root).as_posix() for file in files]


def place(extract: Extract, labels: Sequence[str]) -> str:
    """What messages call the source: the file, the glob, or the list."""
    if len(labels) == 1:
        return labels[0]
    return Path(extract.source[0]).name if len(extract.source) == 1 else listed(labels, most=3)


def detect(file: Path, label: str) -> Format:
    """The format by content, whatever the name says. Raises InputError where it cannot be a table."""
    with encodings.opened(file, label) as stream:
        start = stream.read(512)
    if not start:
        raise InputError(f"{label}: the file is empty. Export it again, or leave this extract out.")
    if start.startswith(b"PAR1") or file.suffix.lower() in (".parquet", ".pq"):
        return "parquet"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return "excel"
    if start.startswith(b"PK\x03\x04"):
        if workbook.is_workbook(file):
            return "excel"
        raise InputError(f"{label}: a zip archive without a workbook in it. Unpack it and name the file inside.")
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        raise InputError(f"{label}: a web page or XML, not a table. Open it in Excel and save it as xlsx or CSV.")
    if file.suffix.lower() in WORKBOOKS and b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{label}: not readable as an Excel workbook. Save it again as xlsx.")
    return "text"
