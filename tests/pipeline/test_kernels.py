"""Runs with real kernels: a whole one, a failed one, one killed in the middle, one told to stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import zmq
from nbclient.exceptions import DeadKernelError

from segkit.errors import StepError
from segkit.pipeline.kernels import Kernels

pytestmark = pytest.mark.long

GIVE = "from pathlib import Path\n_ = (Path(run_dir) / 'tables/{}.parquet').write_bytes(b'rows')"
FIGURE = "import matplotlib.pyplot as plt\n_ = plt.figure().gca().plot([1, 2])"
ENVIRONMENT = "import os, sys\nprint(sys.executable, sorted(os.environ), os.environ['PYTHONHASHSEED'])"
MEET = """import time
from pathlib import Path
Path('{me}').touch()
for _ in range(300):
    if Path('{other}').exists():
        break
    time.sleep(0.1)
print(Path('{other}').exists())"""


def text_of(notebook: Path) -> str:
    """What the cells printed."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    streams = [out for cell in cells for out in cell.get("outputs", ()) if out["output_type"] == "stream"]
    return "".join("".join(out["text"]) for out in streams)


def eventually(happens, seconds: float = 30) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while not happens() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(happens())


def test_independent_notebooks_run_side_by_side_and_nothing_of_the_machine_stays_in_them(house, monkeypatch):
    monkeypatch.setenv("CRM_PASSWORD", "hunter2")
    house.plan("name: a", "name: b", "name: c, after: others, writes: [index.html]")
    house.notebook("a", MEET.format(me="a", other="b"), FIGURE, parameters="bins = 5\n")
    house.notebook("b", MEET.format(me="b", other="a"), "print(language, bins, run_dir)", parameters="bins = 5\n")
    house.notebook("c", ENVIRONMENT, "from pathlib import Path\n_ = (Path(run_dir) / 'index.html').write_text('x')")

    out = house.run(given=["bins=4"])

    assert text_of(out / "notebooks/a.ipynb") == "True\n"
    assert text_of(out / "notebooks/b.ipynb") == "True\nen 4 ..\n"
    assert "image/png" in (out / "notebooks/a.ipynb").read_text(encoding="utf-8")
    assert text_of(out / "notebooks/c.ipynb").startswith(sys.executable)
    assert "CRM_PASSWORD" not in text_of(out / "notebooks/c.ipynb")
    files = [file for file in out.rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {"a.ipynb", "a.html", "index.html", "manifest.json"}
    assert not [file for file in files if str(house.home) in file.read_text(encoding="utf-8")]


def test_a_failed_notebook_is_kept_with_its_cell_marked_and_resume_spares_the_others(house):
    house.plan("name: a, gives: [x]", "name: b, needs: [x]")
    house.notebook("a", GIVE.format("x"), "import time\nprint(time.time_ns())")
    house.notebook("b", "1 + 1", "raise ValueError('first\\ntoo few customers')", "2 + 2")

    with pytest.raises(StepError, match=r"b failed in cell \[4\]: ValueError: too few customers\.") as raised:
        house.run()

    assert raised.value.exit_code == 1

    failed = house.home / "out.failed/notebooks"
    first = text_of(failed / "a.ipynb")
    cells = json.loads((failed / "b.ipynb").read_text(encoding="utf-8"))["cells"]
    assert "encountered an exception here" in "".join(cells[-3]["source"])
    assert "too few customers" in json.dumps(cells[-2]["outputs"])
    assert house.manifest("out.failed")["steps"]["b"]["cell"] == 4

    house.notebook("b", "print('mended')")
    out = house.run(resume=True)

    assert text_of(out / "notebooks/a.ipynb") == first
    assert text_of(out / "notebooks/b.ipynb") == "mended\n"


def test_a_parameter_that_its_notebook_finds_wrong_is_the_inputs_fault(house):
    house.plan("name: a")
    house.notebook("a", "from segkit.errors import InputError\nraise InputError('features: size is none; there are recency')")

    with pytest.raises(StepError, match=r"a failed in cell \[3\]: InputError: features: size is none") as raised:
        house.run()

    assert raised.value.exit_code == 2
    assert StepError.exit_code == 1


@pytest.fixture
def kernel(monkeypatch):
    """What a notebook's client starts: a manager with its kernel, and a client of it."""
    import asyncio

    with asyncio.Runner() as runner, Kernels() as kernels:
        manager = kernels.manager()
        runner.run(manager.start_kernel(cwd=str(kernels.scratch)))
        client = manager.client()
        client.start_channels()
        yield SimpleNamespace(run=runner.run, manager=manager, client=client, process=manager.provisioner.process)
        client.stop_channels()


def test_a_client_looks_often_for_its_kernel_and_is_ready_once_it_publishes(kernel):
    assert kernel.client.shell_channel.socket.getsockopt(zmq.RECONNECT_IVL) == 10

    kernel.run(kernel.client.wait_for_ready(timeout=60))
    asked = kernel.client.execute("print('said')")

    said = next(m for m in iter(lambda: kernel.run(kernel.client.get_iopub_msg(timeout=60)), None) if m["msg_type"] == "stream")
    assert (said["content"]["text"], said["parent_header"]["msg_id"]) == ("said\n", asked)


def test_a_kernel_is_gone_once_it_was_killed(kernel):
    kernel.run(kernel.client.wait_for_ready(timeout=60))

    kernel.run(kernel.manager.provisioner.kill())

    assert kernel.process.poll() is not None
    kernel.process.send_signal(signal.SIGINT)  # to nobody


def test_a_kernel_that_dies_as_it_starts_is_not_waited_for(kernel):
    kernel.process.kill()

    with pytest.raises(DeadKernelError, match="died as it started"):
        kernel.run(kernel.client.wait_for_ready(timeout=60))


def test_a_kernel_that_never_answers_is_given_up_in_time(kernel):
    kernel.process.send_signal(signal.SIGSTOP)

    with pytest.raises(RuntimeError, match=r"did not answer in 1\.5 seconds"):
        kernel.run(kernel.client.wait_for_ready(timeout=1.5))


def test_a_kernel_that_dies_fails_its_step_and_an_unwarmed_one_starts_as_well(house, monkeypatch):
    monkeypatch.setattr("segkit.pipeline.kernels.Kernels._start_server", lambda self: None)
    house.plan("name: a")
    house.notebook("a", "print('alive')", "import os\nos._exit(7)", "1 + 1")

    with pytest.raises(StepError, match=r"a failed in cell \[4\]: the kernel died"):
        house.run()

    assert text_of(house.home / "out.failed/notebooks/a.ipynb") == "alive\n"


def test_kernels_side_by_side_share_the_cores_unless_told_otherwise(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    with Kernels(warm=False, beside=4) as kernels:
        assert kernels.env["OMP_NUM_THREADS"] == "2"
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    with Kernels(warm=False, beside=4) as kernels:
        assert kernels.env["OMP_NUM_THREADS"] == "5"


COMMAND = """
import sys
sys.path.insert(0, {tests!r})
import conftest, segkit.crm, segkit.report
from segkit.cli import main
segkit.crm.extract = conftest.extract
segkit.report.export_notebook = conftest.export_notebook
main()
"""


def start(house, *options: str) -> subprocess.Popen[str]:
    """The command itself, in a process that can be killed."""
    (house.home / "segkit.yaml").write_text(json.dumps(house.config), encoding="utf-8")
    code = COMMAND.format(tests=str(Path(__file__).parent))
    command = [sys.executable, "-c", code, "run", "segkit.yaml", "--out", "out", "--notebooks", "notebooks", *options]
    env = os.environ | {"TMPDIR": str(house.home)}  # what a killed run leaves goes with the test
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=house.home, env=env, stdout=pipe, stderr=pipe, text=True)


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_killed_or_stopped_a_run_leaves_no_folder_no_kernel_and_can_be_resumed(house):
    house.plan("name: a, gives: [x]", "name: b, needs: [x]")
    house.notebook("a", GIVE.format("x"), "import os\nprint(os.getpid())")
    wait = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\nos.rename('pid', 'ready')\ntime.sleep({})"
    house.notebook("b", wait.format("60 * (not os.path.exists('../../go'))"))
    ready = house.home / "out.partial/notebooks/ready"

    killed = start(house)
    assert eventually(ready.exists), killed.communicate(timeout=5)
    second = start(house)
    message = second.communicate(timeout=60)[1]
    assert second.returncode == 3
    assert f"out: process {killed.pid} on " in message

    kernel = int(ready.read_text(encoding="utf-8"))
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=10)
    assert not (house.home / "out").exists()
    assert eventually(lambda: not alive(kernel))
    first = text_of(house.home / "out.partial/notebooks/a.ipynb")
    ready.unlink()

    stopped = start(house, "--resume")
    assert eventually(ready.exists), stopped.communicate(timeout=5)
    kernel = int(ready.read_text(encoding="utf-8"))
    stopped.send_signal(signal.SIGTERM)
    message = stopped.communicate(timeout=30)[1]
    assert stopped.returncode == 130
    assert message.splitlines()[-1] == "segkit: interrupted. `segkit run` with --resume goes on from there."
    assert "Traceback" not in message
    assert not alive(kernel)

    (house.home / "go").touch()
    last = start(house, "--resume")
    printed, message = last.communicate(timeout=60)
    assert (last.returncode, printed) == (0, "out\n"), message
    assert text_of(house.home / "out/notebooks/a.ipynb") == first
