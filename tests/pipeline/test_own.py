"""A firm's own schemes and audiences lie beside its config, are proven first, and travel with the run."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from segkit.cli import app
from segkit.errors import InputError
from segkit.pipeline import own
from segkit.settings import load

ORDERS = "customer_id,ordered_at,amount\n" + "".join(f"c{i},2024-0{1 + i % 6}-05,{10 * i}\n" for i in range(1, 31))
SCHEME = """
name: size
kind: rules
en: Size
zh: 规模
source: the firm's own
needs: [monetary]
tiers:
  - {key: large, en: large, zh: 大, when: {monetary: {min: 200}}}
otherwise: small
"""


def write(firm, text: str, name: str = "size.yaml", place: str = "schemes"):
    path = firm.write(ORDERS, config={"schemes": ["rfm_8", "size"]})
    (firm.folder / place).mkdir(exist_ok=True)
    (firm.folder / place / name).write_text(text, encoding="utf-8")
    return path


def test_an_own_scheme_is_computed_in_the_run_with_those_the_config_names(firm):
    sound = SCHEME.replace("otherwise", "  - {key: small, en: small, zh: 小}\notherwise")
    path = write(firm, sound)
    out = firm.folder / "out"
    result = CliRunner().invoke(app, ["run", str(path), "--out", str(out), "--only", "30_tiers"])
    assert result.exit_code == 0, result.output
    tiers = pd.read_parquet(out / "tables" / "tiers.parquet")
    assert sorted(tiers["scheme"].unique()) == ["rfm_8", "size"]
    assert tiers[tiers["scheme"] == "size"]["tier"].astype(str).value_counts().to_dict() == {"small": 19, "large": 11}
    assert json.loads((out / "manifest.json").read_text())["schemes"] == ["rfm_8", "size"]


def test_a_broken_own_scheme_stops_before_anything_is_read(firm):
    path = write(firm, SCHEME)
    with pytest.raises(InputError, match=r"size.yaml.*small"):
        own.check(load(path))
    result = CliRunner().invoke(app, ["run", str(path), "--out", str(firm.folder / "out")])
    assert result.exit_code == 2
    assert not list(firm.folder.glob("out*"))


def test_a_scheme_that_the_config_names_must_be_there(firm):
    path = firm.write(ORDERS, config={"schemes": ["rfm8"]})
    with pytest.raises(InputError, match=r'no scheme "rfm8"'):
        own.check(load(path))
