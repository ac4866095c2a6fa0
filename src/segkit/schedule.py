"""A config → what starts its run on time: a crontab line, and a systemd service and timer. Both bring all they need along,
since cron and systemd start commands with next to no environment."""

from __future__ import annotations

import datetime as dt
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from segkit.errors import InputError
from segkit.settings import Settings

DAYS = {
    # which days: of crontab (day of month, month, day of week), of systemd's OnCalendar
    "daily": ("* * *", "*-*-*"),
    "weekdays": ("* * 1-5", "Mon..Fri *-*-*"),
    "weekly": ("* * 1", "Mon *-*-*"),
    "monthly": ("1 * *", "*-*-01"),
}


@dataclass(frozen=True)
class Schedule:
    """`config` as an absolute path; `folder`: where the run is started, and `reports/` and the log lie."""

    settings: Settings
    config: Path
    folder: Path
    at: dt.time
    days: str

    @property
    def unit(self) -> str:
        """Name of the systemd units."""
        return "segkit-" + (re.sub(r"[^A-Za-z0-9_.-]+", "-", self.settings.name).strip("-.") or "run")

    @property
    def secrets(self) -> Path:
        """A file of NAME=value lines beside the config, for passwords; it need not be there."""
        return self.config.with_name("segkit.env")

    def command(self) -> list[str]:
        """The run, as arguments. A config with a day of its own would say the same every time: the clock's day is taken."""
        fixed = isinstance(self.settings.as_of, dt.date)
        options = ["--as-of", "today"] * fixed + ["--resume"] + ["--mail"] * (self.settings.mail is not None)
        return [sys.executable, "-m", "segkit.cli", "run", str(self.config), *options]

    def line(self) -> str:
        """The command as a shell runs it: folder, secrets, run, log. Ends with the exit code of the run."""
        folder, secrets = shlex.quote(str(self.folder)), shlex.quote(str(self.secrets))
        log = shlex.quote(str(self.folder / "segkit.log"))
        read = f"{{ [ ! -r {secrets} ] || {{ set -a; . {secrets}; set +a; }}; }}"
        return f"cd {folder} && {read} && {shlex.join(self.command())} >> {log} 2>&1"

    def crontab(self) -> str:
        """The line of a crontab, in which a percent sign would end the command."""
        escaped = self.line().replace("%", r"\%")
        return f"{self.at.minute} {self.at.hour} {DAYS[self.days][0]} {escaped}"

    def service(self) -> str:
        """The unit that runs once; what breaks off goes on five minutes later, a wrong config or a held lock does not."""
        command = " ".join(_quoted(part) for part in self.command())
        return (
            f"[Unit]\nDescription=segkit run of {_specified(self.settings.name)}\n"
            "Wants=network-online.target\nAfter=network-online.target\nStartLimitIntervalSec=1h\nStartLimitBurst=3\n\n"
            f"[Service]\nType=oneshot\nWorkingDirectory={_specified(str(self.folder))}\n"
            f"EnvironmentFile=-{_specified(str(self.secrets))}\nExecStart={command}\n"
            "Restart=on-failure\nRestartSec=5min\nRestartPreventExitStatus=2 3\n"
        )

    def timer(self) -> str:
        """The unit that starts it; a time that was slept through is made up for."""
        return (
            f"[Unit]\nDescription=segkit run of {_specified(self.settings.name)}\n\n"
            f"[Timer]\nOnCalendar={DAYS[self.days][1]} {self.at:%H:%M}:00\nPersistent=true\n\n"
            "[Install]\nWantedBy=timers.target\n"
        )

    def __str__(self) -> str:
        heads = ["# crontab -e, then add this line", f"# ~/.config/systemd/user/{self.unit}.service"]
        heads += [f"# ~/.config/systemd/user/{self.unit}.timer, then: systemctl --user enable --now {self.unit}.timer"]
        texts = [self.crontab() + "\n", self.service(), self.timer()]
        secrets = f"# Passwords (SEGKIT_SMTP_PASSWORD='…') go into {self.secrets}, which you alone may read: chmod 600."
        return "\n".join(f"{head}\n{text}" for head, text in zip(heads, texts, strict=True)) + f"\n{secrets}"


def plan(settings: Settings, config: Path, folder: Path, *, at: str, days: str) -> Schedule:
    """Raises InputError for a time that is none, and for paths that no crontab line can hold."""
    try:
        time = dt.time.fromisoformat(at)
    except ValueError:
        raise InputError(f"--at {at}: no time of day. Write it as 07:00.") from None
    made = Schedule(settings, config.resolve(), folder.resolve(), time, days)
    for place in (made.config, made.folder, Path(sys.executable)):
        if re.search(r"[\x00-\x1f\x7f]", str(place)):
            raise InputError(f"{str(place)!r}: a crontab line cannot hold this path. Move it.")
    return made


def _specified(text: str) -> str:
    """A text in a unit, where % begins a specifier; on one line."""
    return " ".join(text.split()).replace("%", "%%") if "\n" in text else text.replace("%", "%%")


def _quoted(part: str) -> str:
    """An argument of ExecStart."""
    escaped = _specified(part).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"' if re.search(r"""[\s"'\\;]""", part) else escaped
