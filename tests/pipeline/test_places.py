"""Notebooks and demo: those here go before those in the package, those in the package before those of the clone."""

from __future__ import annotations

import pytest

from segkit.errors import InputError
from segkit.pipeline import places


@pytest.fixture
def roots(tmp_path, monkeypatch):
    """Here, package and clone, each able to hold notebooks."""
    here, package = tmp_path / "here", tmp_path / "clone/src/segkit"
    here.mkdir()
    package.mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setattr(places, "_PACKAGE", package)
    return here, package, tmp_path / "clone"


def put(root):
    (root / "notebooks").mkdir()
    (root / "notebooks/pipeline.yaml").touch()
    return root / "notebooks"


def test_notebooks_here_go_before_those_of_the_package(roots):
    expected = put(roots[0])
    put(roots[1])

    assert places.notebooks() == expected


def test_notebooks_of_the_package_serve_where_there_is_no_clone(roots):
    assert put(roots[1]) == places.notebooks()


def test_an_editable_install_finds_the_notebooks_of_its_clone(roots):
    assert put(roots[2]) == places.notebooks()


def test_without_a_demo_the_message_asks_for_a_config(roots):
    with pytest.raises(InputError, match="Name a config"):
        places.demo_config()
