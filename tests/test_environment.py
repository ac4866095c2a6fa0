"""One list of packages: environment.yml asks for what pyproject.toml asks for, and the lock names no index."""

from __future__ import annotations

import re
import tomllib

import yaml

from places import ROOT

CONDA_NAMES = {"python-duckdb": "duckdb", "ibis-duckdb": "ibis-framework", "matplotlib-base": "matplotlib"}
"""What conda-forge calls a package → what PyPI calls it."""


def split(requirement: str) -> tuple[str, str]:
    name, _, pin = re.fullmatch(r"([A-Za-z0-9-]+)(\[[^]]*\])?(.*)", requirement).groups()
    return name.lower(), ",".join(sorted(pin.replace(" ", "").split(",")))


def conda() -> dict[str, str]:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pip = next(item["pip"] for item in listed if isinstance(item, dict))
    named = [item for item in listed if isinstance(item, str) and item != "pip"]
    pairs = [split(item) for item in [*named, *(p for p in pip if not p.startswith("--"))]]
    return {CONDA_NAMES.get(name, name): pin for name, pin in pairs}


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_environment_yml_pins_what_pyproject_pins():
    found, table = conda(), project()
    wanted = dict(split(item) for item in table["project"]["dependencies"])
    wanted["python"] = table["project"]["requires-python"]
    assert {name: found.get(name) for name in wanted} == wanted
    groups = dict(split(item) for group in table["dependency-groups"].values() for item in group)
    extra = {name: pin for name, pin in found.items() if name not in wanted}
    assert extra == {name: groups[name] for name in extra}


def test_the_lock_holds_every_package_and_names_no_index():
    lock = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"https?://|file:|--(extra-)?index|--find-links", lock)
    locked = {line.split("==")[0] for line in lock.splitlines() if "==" in line}
    table = project()
    groups = [*table["project"]["dependencies"], *(i for g in table["dependency-groups"].values() for i in g)]
    assert {split(item)[0] for item in groups} <= locked
