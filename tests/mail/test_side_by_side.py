"""Work shared out among forks."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from segkit.errors import InputError
from segkit.mail.side_by_side import each

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are used on Linux alone")


def test_results_come_in_the_order_of_the_items_from_several_processes():
    made = each(lambda item: (item, os.getpid()), list(range(7)), workers=3)

    assert [item for item, _ in made] == list(range(7))
    assert len({pid for _, pid in made}) == 3
    assert os.getpid() not in {pid for _, pid in made}


def test_one_item_or_one_worker_is_done_here():
    assert each(lambda item: (item, os.getpid()), ["a"], workers=4) == [("a", os.getpid())]
    assert {pid for _, pid in each(lambda item: (item, os.getpid()), "abc", workers=1)} == {os.getpid()}
    assert each(str, [], workers=4) == []


def test_what_goes_wrong_in_a_fork_is_raised_here():
    def make(item):
        if item == 3:
            raise InputError("no such edition")
        return item

    with pytest.raises(InputError, match="no such edition") as raised:
        each(make, list(range(6)), workers=2)
    assert "in make" in raised.value.__notes__[0]
    with pytest.raises(RuntimeError, match="has died"):
        each(lambda item: os._exit(9), [1, 2], workers=2)


def test_a_fork_whose_parent_was_killed_ends(tmp_path):
    code = """
import os, sys, time
from segkit.mail.side_by_side import each
def make(item):
    open(f"{sys.argv[1]}/{os.getpid()}", "w").close()
    time.sleep(0.1)
    return b"x" * 200_000  # more than a pipe holds
each(lambda item: time.sleep(0.3) or make(item), list(range(1000)), workers=3)
"""
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    while len(list(tmp_path.iterdir())) < 3:
        time.sleep(0.05)
    parent.send_signal(signal.SIGKILL)
    parent.wait()

    for _ in range(100):
        left = [one.name for one in tmp_path.iterdir() if _alive(one.name)]
        if not left:
            return
        time.sleep(0.1)
    pytest.fail(f"still there: {left}")


def _alive(pid):
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return told.rpartition(")")[2].split()[0] != "Z"
