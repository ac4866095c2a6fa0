"""A mail server with TLS and login for all tests of this room, and a whole run of a small firm to mail."""

from __future__ import annotations

import json

import pytest
import trustme
from bench.sink import Sink, trust

from mail_room import FOUND, MAIL, MANIFEST, TABLES
from segkit.mail import from_environment
from segkit.mail.letter import Letter
from segkit.workbench import open_run
from segkit.workbench.files import parquet, place


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """Signs certificates that this process trusts."""
    made = trustme.CA()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in trust(made, tmp_path_factory.mktemp("trust")).items():
            patch.setenv(name, value)
        yield made


@pytest.fixture(scope="session")
def running(authority):
    with Sink(authority) as sink:
        yield sink


@pytest.fixture
def sink(running):
    """The server with an empty inbox and nothing going wrong."""
    running.inbox.clear()
    return running


@pytest.fixture
def server(sink):
    return from_environment(sink.environment())


@pytest.fixture
def letters():
    return [Letter("firm 2026-07-01", f"{name}@firm.example", "en") for name in ("ann", "bo", "cy")]


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The run, made once: findings, tables, two figures, a page, readers."""
    folder = tmp_path_factory.mktemp("made") / "firm"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(MANIFEST | {"mail": MAIL, "status": "running"}), encoding="utf-8")
    for name, table in TABLES.items():
        place(folder / "tables" / f"{name}.parquet", parquet(table))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("IPython.display.display", lambda *_, **__: None)
        open_run(folder, "20_rfm").conclude(FOUND)
    for name in ("tier_values", "risk_value"):
        place(folder / "figures" / f"{name}.png", _picture(f"Bars of {name}: core brings 99%"))
    (folder / "index.html").write_text('<!DOCTYPE html>\n<html lang="en"><body>All accounts: Dada AG</body></html>')
    (folder / "manifest.json").write_text(json.dumps(MANIFEST | {"mail": MAIL}), encoding="utf-8")
    return folder


def _picture(alt):
    import io

    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info, buffer = PngInfo(), io.BytesIO()
    info.add_itxt("Description", alt)
    Image.new("RGB", (64, 40), "#0072b2").save(buffer, format="PNG", pnginfo=info)
    return buffer.getvalue()


@pytest.fixture
def firm_run(made, tmp_path):
    """A copy of the run that a test may spoil."""
    import shutil

    return shutil.copytree(made, tmp_path / "firm")
