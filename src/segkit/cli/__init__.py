"""The `segkit` command: arguments → one call each, errors → exit codes. Imports nothing heavy before a command runs."""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segkit.cli import shown
from segkit.cli.errors import clear_errors
from segkit.cli.progress import progress
from segkit.errors import InputError

if TYPE_CHECKING:
    from segkit.mail import Post
    from segkit.settings import Settings

app = typer.Typer(
    help="Customer segmentation for sales organisations, driven by notebooks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Language(StrEnum):
    """Languages of the report."""

    zh = "zh"
    en = "en"


class Days(StrEnum):
    """On which days a scheduled run starts."""

    daily = "daily"
    weekdays = "weekdays"
    weekly = "weekly"
    monthly = "monthly"


Config = Annotated[Path | None, typer.Argument(help="segkit.yaml; the demo where none is named.", show_default=False)]
AsOf = Annotated[str | None, typer.Option(metavar="DATE", help="What came before this day: a date, latest or today.")]
Debug = Annotated[bool, typer.Option("--debug", "-v", help="Show the traceback of an error.")]


@app.command()
def run(
    config: Config = None,
    *,
    as_of: AsOf = None,
    lang: Annotated[Language | None, typer.Option(help="Language of the report.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Default: reports/<name>-<as-of>.")] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="NAME", help="This notebook and what it needs.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the last attempt broke off.")] = False,
    parameter: Annotated[
        list[str] | None,
        typer.Option("-p", metavar="KEY=VALUE", help="A notebook's parameter: bins=4, or 20_rfm.bins=4."),
    ] = None,
    notebooks: Annotated[Path | None, typer.Option(metavar="DIR", help="A folder of your own notebooks.")] = None,
    mail: Annotated[bool, typer.Option("--mail", help="Mail the whole run to the readers that the config names.")] = False,
    history: Annotated[bool, typer.Option("--history/--no-history", help="Read and keep snapshots of the tiers.")] = True,
    debug: Debug = False,
) -> None:
    """Extract, run the notebooks, write the report."""
    with clear_errors(debug=debug), progress() as tell:
        from segkit.pipeline.places import demo_config, short
        from segkit.pipeline.run import run as run_pipeline

        settings, today = _settings(config or demo_config(), as_of=as_of, language=lang and lang.value), dt.date.today()
        mails = _mails(settings, asked=mail, today=today, out=out)
        with mails.failures_told() if mails else contextlib.nullcontext():
            done = run_pipeline(
                settings,
                today=today,
                out=out,
                only=only or (),
                resume=resume,
                given=parameter or (),
                notebooks=notebooks,
                tell=tell,
                keep_history=history,
                meanwhile=mails.get_ready if mails else None,
            )
        page = done / "index.html"
        typer.echo(short(page if page.is_file() else done))
        if mails:
            mails.send(done)


def _mails(settings: Settings, *, asked: bool, today: dt.date, out: Path | None) -> Post | None:
    """The mails of a run, where they are wished."""
    if not (asked or (settings.mail and settings.mail.send)):
        return None
    from segkit.mail import post

    return post(settings, os.environ, today=today, out=out)


@app.command("mail")
def mail_run(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="A run's folder.", show_default=False)],
    *,
    to: Annotated[list[str] | None, typer.Option(metavar="ADDRESS", help="Only to this reader; may be repeated.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Send nothing; write .eml files beside the run.")] = False,
    resend: Annotated[bool, typer.Option("--resend", help="Repeat mails that may or may not have gone out.")] = False,
    config: Annotated[Path | None, typer.Option(metavar="CONFIG", help="Take the readers from here, not from the run.")] = None,
    debug: Debug = False,
) -> None:
    """Mail a run to its readers, each at most once."""
    with clear_errors(debug=debug), progress():
        from segkit.mail import Office, from_environment, judge

        office = Office(None if dry_run else from_environment(os.environ), resend=resend)
        readers = _settings(config).mail if config else None
        outcomes = office.of_run(run_dir, readers, to=to or ())
        shown.outcomes(outcomes)
        judge(outcomes)


@app.command()
def schedule(
    config: Annotated[Path, typer.Argument(help="segkit.yaml", show_default=False)],
    *,
    at: Annotated[str, typer.Option(metavar="HH:MM", help="Time of day, by the machine's clock.")] = "07:00",
    days: Annotated[Days, typer.Option(help="On which days; weekly is Monday, monthly the first.")] = Days.weekdays,
    debug: Debug = False,
) -> None:
    """Print a crontab line, and a systemd service and timer, that run this config from here."""
    with clear_errors(debug=debug):
        from segkit import schedule as schedules

        typer.echo(str(schedules.plan(_settings(config), config, Path(), at=at, days=days.value)))


@app.command()
def check(
    config: Annotated[Path, typer.Argument(help="segkit.yaml", show_default=False)],
    *,
    as_of: AsOf = None,
    debug: Debug = False,
) -> None:
    """Read and check the extracts only: what was used, and what was left out and why."""
    with clear_errors(debug=debug):
        from segkit import crm

        shown.check(crm.check(_settings(config, as_of=as_of), today=dt.date.today()))


@app.command("map")
def map_columns(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Exports of your CRM.", show_default=False)],
    *,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the config here.")] = None,
    debug: Debug = False,
) -> None:
    """Propose a config from the headers and values of real exports, Chinese or English."""
    with clear_errors(debug=debug):
        from segkit.crm.proposal import propose

        if output and output.exists():
            raise InputError(f"-o {output}: exists already. Name another file, or remove it first.")
        text = propose(files, base=output.parent if output else None)
        if output:
            output.write_text(text, encoding="utf-8")
        typer.echo(str(output) if output else text.rstrip())


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it.", show_default=False)],
    *,
    debug: Debug = False,
) -> None:
    """Write the demo extract: a made-up export firm with all its tables, and a config that fits."""
    with clear_errors(debug=debug):
        from segkit.demo import write

        write(folder)
        typer.echo(str(folder))


@app.command()
def customer(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="A run's folder.", show_default=False)],
    customer_id: Annotated[str, typer.Argument(metavar="ID", help="The customer.", show_default=False)],
    *,
    lang: Annotated[Language | None, typer.Option(help="Language; default: the run's.")] = None,
    debug: Debug = False,
) -> None:
    """One customer on a page: figures, outlook, tiers with their reasons, next steps, latest orders."""
    with clear_errors(debug=debug):
        from segkit import report

        shown.customer(report.customer(run_dir, customer_id, language=lang and lang.value))


@app.command()
def page(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="A run's folder.", show_default=False)],
    *,
    edition: Annotated[str, typer.Option(metavar="WHOSE", help="all, team:NAME or owner:NAME.")] = "all",
    lang: Annotated[Language | None, typer.Option(help="Language; default: the run's.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the page here.")] = None,
    debug: Debug = False,
) -> None:
    """The page of a run again: for one team or salesperson, with their accounts only, or in another language."""
    with clear_errors(debug=debug):
        from segkit import report

        text = report.page(run_dir, language=lang and lang.value, edition=edition)
        if output:
            output.write_text(text, encoding="utf-8")
        typer.echo(str(output) if output else text)


@app.command()
def schemes(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The scheme to print.", show_default=False)] = None,
    *,
    config: Annotated[Path | None, typer.Option(metavar="CONFIG", help="With the firm's own, in schemes/ beside it.")] = None,
    lang: Annotated[Language, typer.Option(help="Language of the names.")] = Language.en,
    json_schema: Annotated[bool, typer.Option("--json-schema", help="Print the form of a scheme file.")] = False,
    debug: Debug = False,
) -> None:
    """List the tier schemes, or print one in words with what its proof found."""
    with clear_errors(debug=debug):
        from segkit import schemes as files
        from segkit.i18n import Words

        if json_schema:
            typer.echo(files.json_schema(), nl=False)
            return
        folder = config.parent if config else None
        if config and not config.is_file():
            raise InputError(f"--config {config}: no such config.")
        words = Words(lang.value)
        listed = [name] if name else files.names(folder)
        loaded = [files.load(one, folder) for one in listed]
        lines = files.describe(loaded[0], words) if name else [f"{s.name:<20} {files.listing(s, words)}" for s in loaded]
        typer.echo("\n".join(lines))


def _settings(config: Path, *, as_of: str | None = None, language: str | None = None) -> Settings:
    """The config with what the command line says instead."""
    from segkit.settings import load

    changes: dict[str, Any] = {}
    if as_of is not None:
        changes["as_of"] = _day(as_of)
    if language is not None:
        changes["language"] = language
    return load(config).model_copy(update=changes)


def _day(text: str) -> dt.date | str:
    if text in ("latest", "today"):
        return text
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"--as-of {text}: no date. Write it as 2026-09-30, or latest, or today.") from None


def main() -> None:
    """The console script. Garbage is looked for less often than Python does: building queries makes many objects and few
    cycles, and looking took a fifth of an extract's time."""
    gc.set_threshold(50_000, 20, 20)
    sys.setswitchinterval(0.0005)  # a thread that makes a page leaves a notebook beside it no time to wait
    app()
