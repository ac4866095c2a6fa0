"""The notebooks keep to their style: short cells, no logic, literal parameters, both languages within reach."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
LOGIC = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.With, ast.If)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code(notebook) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_a_notebook_is_at_most_forty_cells_of_at_most_five_lines(notebook):
    lines = [sum(bool(line.strip()) for line in source.splitlines()) for source in code(notebook)]
    parameters = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(notebook.cells) <= 40
    assert max(n for n, source in zip(lines, code(notebook), strict=True) if source != parameters[0].source) <= 5
    assert statistics.median(lines) <= 3


def test_a_notebook_holds_no_logic_of_its_own(notebook):
    nodes = [node for source in code(notebook) for node in ast.walk(ast.parse(source))]
    assert [type(node).__name__ for node in nodes if isinstance(node, LOGIC)] == []
    assert not any("%" in source.split("\n")[0][:1] or "sys.path" in source for source in code(notebook))


def test_a_notebook_opens_with_its_question_and_one_cell_of_literal_parameters(notebook):
    first, second = notebook.cells[:2]
    assert first.metadata.get("tags") == ["summary"]
    assert first.source.startswith("# ")
    assert "<!-- answer -->" in first.source
    assert second.metadata.get("tags") == ["parameters"]
    body = ast.parse(second.source).body
    targets = [(node.target if isinstance(node, ast.AnnAssign) else node.targets[0], node) for node in body]
    values = {target.id: ast.literal_eval(node.value) for target, node in targets}
    assert (values["run_dir"], values["language"]) == ("../reports/demo", "en")
    assert all("#" in line for line in second.source.splitlines())


def test_cells_have_names_that_stay(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))
