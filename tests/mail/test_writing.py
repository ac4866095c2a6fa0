"""How letters of a run are written: what processes that write them share."""

import subprocess
import sys


def test_what_letters_are_drawn_with_is_imported_only_when_asked_for():
    script = """
import sys
from segkit.mail import writing
assert "matplotlib" not in sys.modules
writing.get_ready()
print(sorted(set(writing.DRAWN_WITH) - set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
