"""Papermill as a run imports it."""

import subprocess
import sys


def test_the_grammar_of_addresses_is_left_alone_by_the_import_and_there_for_others():
    code = (
        "import sys, segkit.pipeline.papermill; assert 'jsonschema' in sys.modules; "
        "assert 'rfc3987_syntax' not in sys.modules; import rfc3987_syntax"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
