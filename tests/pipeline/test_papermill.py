"""Papermill as a run imports it."""

import subprocess
import sys

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from segkit.pipeline import papermill


def test_the_grammar_of_addresses_is_left_alone_by_the_import_and_there_for_others():
    code = (
        "import segkit.pipeline.papermill, jsonschema; assert not hasattr(jsonschema._format, 'is_iri'); import rfc3987_syntax"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_kernels_begin_before_papermill_and_what_it_needs_are_imported():
    rooms = "segkit.pipeline.run, segkit.pipeline.kernels, segkit.mail"
    code = f"import sys, {rooms}; print({{'nbclient', 'jsonschema'}} & {{*sys.modules}})"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_a_notebook_that_takes_long_is_saved_as_it_grows(tmp_path, monkeypatch):
    """What one has a look at while it runs; a cell reads what was kept of those before it."""
    source, target = tmp_path / "a.ipynb", tmp_path / "out.ipynb"
    seen = f"print('first said' in open({str(target)!r}).read())"
    nbformat.write(new_notebook(cells=[new_code_cell("print('first', 'said')"), new_code_cell(seen)]), source)

    for seconds, kept in ((0, "True\n"), (papermill.SECONDS, "False\n")):
        monkeypatch.setattr(papermill, "SECONDS", seconds)
        papermill.execute_notebook(str(source), str(target), kernel_name="python3")
        assert nbformat.read(target, 4).cells[1].outputs[0].text == kept
        target.write_text("", encoding="utf-8")
