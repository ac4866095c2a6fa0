"""The `segkit` command: arguments → one call each, errors → exit codes. Imports nothing heavy before a command runs."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segkit.cli import shown
from segkit.cli.errors import clear_errors
from segkit.cli.progress import progress
from segkit.errors import InputError

if TYPE_CHECKING:
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
    history: Annotated[bool, typer.Option("--history/--no-history", help="Read and keep snapshots of the tiers.")] = True,
    debug: Debug = False,
) -> None:
    """Extract, run the notebooks, write the report."""
    with clear_errors(debug=debug), progress() as tell:
        from segkit.pipeline.places import demo_config, short
        from segkit.pipeline.run import run as run_pipeline

        settings = _settings(config or demo_config(), as_of=as_of, language=lang and lang.value)
        done = run_pipeline(
            settings,
            today=dt.date.today(),
            out=out,
            only=only or (),
            resume=resume,
            given=parameter or (),
            notebooks=notebooks,
            tell=tell,
            keep_history=history,
        )
    page = done / "index.html"
    typer.echo(short(page if page.is_file() else done))


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
    """One customer on a page: figures, tiers with their reasons, latest orders."""
    with clear_errors(debug=debug):
        from segkit import report

        shown.customer(report.customer(run_dir, customer_id, language=lang and lang.value))


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
    """The console script."""
    app()
