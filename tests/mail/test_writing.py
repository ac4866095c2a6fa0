"""How letters of a run are written: what processes that write them share."""

import subprocess
import sys

from mail_room import NOW
from segkit.mail import writing


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


def test_the_letters_of_a_big_run_are_written_one_after_the_other(made, monkeypatch):
    """Each process would read its tables into a memory of its own."""
    asked = []
    monkeypatch.setattr(writing, "each", lambda make, items, *, workers: asked.append(workers) or [b""] * len(items))
    monkeypatch.setattr(writing.os, "cpu_count", lambda: 3)
    desk = writing.Desk(made, "en", now=lambda: NOW)

    desk.write([], "a@firm.example")
    monkeypatch.setattr(writing, "MOST_SHARED", 1)
    desk.write([], "a@firm.example")

    assert asked == [3, 1]
