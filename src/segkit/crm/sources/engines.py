"""Where the order-level work is computed: DuckDB by default, or whatever database an Ibis URL names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from segkit.crm.sources.raw import PART, ROW, Raw, listed, near
from segkit.errors import InputError
from segkit.settings import Extract, Settings, expand

if TYPE_CHECKING:
    import ibis

ALIASES = {"postgresql": "postgres"}


@contextmanager
def layered() -> Iterator[None]:
    """Within it each step of an expression stays a SELECT of its own: fused, the cleaning of one table repeats its parts
    until the statement is hundreds of kilobytes long, and reading it takes longer than running it."""
    import ibis

    before = ibis.options.sql.fuse_selects
    ibis.options.sql.fuse_selects = False
    try:
        yield
    finally:
        ibis.options.sql.fuse_selects = before


def connect(settings: Settings, work: Path) -> ibis.BaseBackend:
    """The engine of a config. Raises InputError where it is unknown, missing or cannot be reached."""
    import ibis

    place = settings.file or "segkit.yaml"
    url = expand(settings.engine, place)
    if url.rstrip(":/") == "duckdb":
        return _duckdb(None, work)
    scheme = url.partition("://")[0]
    _known(scheme, url, place)
    try:
        if scheme == "duckdb":
            return _duckdb(_file(url, settings, place), work, dict(parse_qsl(urlsplit(url).query)))
        if scheme == "sqlite":
            return ibis.sqlite.connect(_file(url, settings, place))
        return ibis.connect(url)
    except InputError:
        raise
    except ImportError:
        remedy = f'Install it: pip install "ibis-framework[{ALIASES.get(scheme, scheme)}]".'
        raise InputError(f"{place}: engine {scheme} is not installed. {remedy}") from None
    except Exception as error:  # each driver has its own
        told = " ".join(masked(str(error), url).split())[:300]
        raise InputError(f"{place}: cannot open engine {masked(url, url)}: {told}. Check the URL.") from None


def _duckdb(file: Path | None, work: Path, options: dict[str, Any] | None = None) -> ibis.BaseBackend:
    """DuckDB that spills to `work`; a file of the user's is opened read-only."""
    import ibis

    spill = work / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    if file is None:
        return ibis.duckdb.connect(temp_directory=str(spill))
    return ibis.duckdb.connect(file, **{**(options or {}), "read_only": True, "temp_directory": str(spill)})


def _known(scheme: str, url: str, place: str) -> None:
    names = sorted({entry.name for entry in entry_points(group="ibis.backends")})
    if "://" not in url or ALIASES.get(scheme, scheme) not in names:
        hint = near(scheme, names)
        raise InputError(
            f'{place}: no engine "{scheme}"{hint}. Write duckdb, or an Ibis URL; schemes are {listed(names, most=40)}.'
        )


def _file(url: str, settings: Settings, place: str) -> Path:
    """The database file of a URL, relative to the config's folder; never created."""
    rest = unquote(re.split(r"[?#]", url.partition("://")[2])[0])
    relative = settings.folder / (rest[1:] if rest.startswith("/") else rest)
    for path in (relative, Path(rest)):
        if path.is_file() and (path.is_absolute() or path == relative):
            return path.resolve()
    names = [p.name for p in relative.parent.iterdir()] if relative.parent.is_dir() else []
    raise InputError(
        f'{place}: no database "{rest.lstrip("/")}" in {relative.parent}{near(relative.name, names)}. Correct engine.'
    )


def masked(text: str, url: str) -> str:
    """`text` without the password and secrets of `url`."""
    parts = urlsplit(url)
    secrets = {value for key, value in parse_qsl(parts.query) if re.search("pass|pwd|token|secret|key", key, re.I)}
    user = parts.netloc.rpartition("@")[0]
    secrets.add(user.partition(":")[2])
    for secret in sorted({*secrets, *map(unquote, secrets)} - {""}, key=len, reverse=True):
        text = text.replace(secret, "***")
    return re.sub(r"(://[^:/@\s]*):[^/\s]*@", r"\1:***@", text)


def tables(con: ibis.BaseBackend, database: str | None = None) -> list[str]:
    """Names of the tables and views behind an engine."""
    if con.name != "duckdb":
        return sorted(con.list_tables(database=database) if database else con.list_tables())
    query = "select table_name from information_schema.tables where table_schema = ? order by 1"
    return [name for (name,) in con.con.execute(query, [database or "main"]).fetchall()]  # type: ignore[attr-defined]


def read_table(name: str, extract: Extract, settings: Settings, con: ibis.BaseBackend) -> Raw:
    """A table behind the engine, as it is. `schema.table` names one in another schema."""
    import ibis

    asked = expand(extract.table or "", settings.file)
    if settings.engine == "duckdb":
        raise InputError(f'{settings.file}: table "{asked}" needs engine to be a database URL. Or give source, a file.')
    database, _, bare = asked.rpartition(".")
    known = tables(con, database or None)
    if bare not in known:
        remedy = f"It has: {listed(known)}." if known else "It has none."
        raise InputError(f'{masked(settings.engine, settings.engine)}: no table "{asked}"{near(bare, known)}. {remedy}')
    table = con.table(bare, database=database) if database else con.table(bare)
    headers = tuple(table.columns)
    part = ibis.literal(asked, type="string")
    rows = table.mutate(**{PART: part, ROW: ibis.null("int64")})
    return Raw(name, asked, rows, headers, (), None, (), ())
