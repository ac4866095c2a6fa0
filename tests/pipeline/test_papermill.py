"""Papermill as a run imports it."""

import subprocess
import sys


def test_the_grammar_of_addresses_is_left_alone_by_the_import_and_there_for_others():
    code = (
        "import segkit.pipeline.papermill, jsonschema; assert not hasattr(jsonschema._format, 'is_iri'); import rfc3987_syntax"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
