"""`segkit.yaml` → frozen, validated settings. Unknown keys are refused; defaults stand here and nowhere else."""

from __future__ import annotations

import datetime as dt
import difflib
import os
import re
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from segkit.errors import InputError
from segkit.recipients import Mail, Recipient
from segkit.schema import TABLES

Scalar = str | int | float | bool | dt.datetime | dt.date


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Where(_Frozen):
    """A filter on one column; every condition given must hold. Rows that fail are left out as `filtered`."""

    in_: tuple[Scalar, ...] | None = Field(None, alias="in")
    not_in: tuple[Scalar, ...] | None = None
    prefix: tuple[str, ...] | None = None
    pattern: str | None = None
    min: Scalar | None = None
    max: Scalar | None = None

    @field_validator("in_", "not_in", "prefix", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return value if value is None or isinstance(value, list | tuple) else (value,)

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return value


class Extract(_Frozen):
    """One table of the CRM and how to read it. Paths are relative to the config's folder."""

    source: tuple[str, ...] = ()
    table: str | None = None
    columns: dict[str, str | int] = {}
    fixed: dict[str, str] = {}  # column → the word that holds for every row
    values: dict[str, dict[str, str]] = {}  # column → word of the export → word to read instead
    id_prefix: str = ""  # before each customer_id and parent_id: keeps two numberings apart
    header: bool | tuple[str, ...] = True
    sep: str | None = None
    encoding: str | None = None
    decimal: Literal[".", ","] | None = None
    sheet: tuple[str, ...] | None = None
    part: str | None = None
    date_format: tuple[str, ...] | None = None
    timezone: str | None = None
    where: dict[str, Where] = {}
    order_unit: Literal["day", "row"] = "day"
    zero_amount: Literal["leave_out", "order"] = "leave_out"
    duplicates: Literal["keep", "drop"] = "keep"
    cancellations: Literal["net", "match"] = "net"
    also: tuple[Extract, ...] = ()  # further sources of the same table, each with its own columns

    @field_validator("source", "sheet", "date_format", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("where", mode="before")
    @classmethod
    def _bare_values(cls, value: Any) -> Any:
        """`where: {stage: Won}` and `{stage: [Won, Signed]}` mean `in`."""
        if not isinstance(value, dict):
            return value
        return {k: v if isinstance(v, dict | Where) else {"in": v} for k, v in value.items()}

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        from zoneinfo import ZoneInfo

        try:
            _ = value and ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f'no time zone "{value}"; use an IANA name such as Asia/Shanghai') from None
        return value

    @model_validator(mode="after")
    def _one_source(self) -> Extract:
        if bool(self.source) == bool(self.table):
            raise ValueError("give either source (files) or table (a table behind engine)")
        if any(further.also for further in self.also):
            raise ValueError("also stands under also: list every further source in the first one")
        return self

    @property
    def sources(self) -> tuple[Extract, ...]:
        """This source and its further ones, the first first."""
        return (self, *self.also)


class Accounts(_Frozen):
    """Two-column file `alias,customer_id` of accounts to merge, one-column file of accounts to drop."""

    alias: str | None = None
    exclude: str | None = None


class KeepRuns(_Frozen):
    """Which whole runs stay when a new one is there: the newest ones, and the last one of each of the newest months."""

    newest: int = Field(1, ge=1)
    months: int = Field(0, ge=0)


class Settings(_Frozen):
    """The whole config. `folder` is where it lies; relative paths start there."""

    name: str = ""
    title: str = ""
    as_of: dt.date | Literal["latest", "today"] = "latest"
    horizon_days: int | None = Field(None, ge=1)
    currency: str = "USD"
    language: Literal["en", "zh"] = "en"
    engine: str = "duckdb"
    extracts: dict[str, Extract]
    max_left_out: float = Field(0.2, ge=0, le=1)
    gap_bound: float = Field(0.9, gt=0.5, lt=1)  # share of an account's next gaps within which none is late
    fiscal_year_start: int = Field(1, ge=1, le=12)
    schemes: tuple[str, ...] | None = None
    privacy: Literal["names", "codes"] = "names"  # how accounts and people are called in all that a run writes for readers
    history: str | Literal[False] | None = None  # where snapshots are kept; default see `snapshots`; false: none are kept
    task_status: str | None = None  # a CSV task_id,status,until of tasks dismissed or snoozed by hand
    accounts: Accounts = Accounts()
    regions: str | None = None  # a two-column file: a country, province or city, and the firm's region
    parameters: dict[str, dict[str, Any]] = {}  # notebook → its parameters
    mail: Mail | None = None  # who is told of a run
    keep_runs: KeepRuns | None = None  # a number is `newest`; without it every run stays
    folder: Path = Path()
    file: str = ""

    @field_validator("currency")
    @classmethod
    def _code(cls, value: str) -> str:
        if not re.fullmatch("[A-Z]{3}", value.upper()):
            raise ValueError(f'"{value}" is no currency code; use three letters such as USD or CNY')
        return value.upper()

    @field_validator("keep_runs", mode="before")
    @classmethod
    def _number_of_runs(cls, value: Any) -> Any:
        return {"newest": value} if isinstance(value, int) else value

    @field_validator("extracts")
    @classmethod
    def _known_tables(cls, value: dict[str, Extract]) -> dict[str, Extract]:
        for name in value:
            if name not in TABLES:
                raise ValueError(f'no table "{name}"{_did_you_mean(name, TABLES)}; tables are {", ".join(TABLES)}')
        if "orders" not in value:
            raise ValueError("orders is missing: it is the one table that is required")
        return value

    @property
    def snapshots(self) -> Path | None:
        """The folder of this firm's snapshots: what `history` names, else `snapshots/<name>` beside the config."""
        if self.history is False:
            return None
        return self.path(self.history) if self.history else self.folder / "snapshots" / file_name(self.name)

    def path(self, text: str) -> Path:
        """A path of the config, with `$VAR` filled in, relative to the config's folder."""
        return (self.folder / expand(text, self.file)).resolve() if "://" not in text else Path(text)


def file_name(name: str) -> str:
    """A name as a file may bear it: what a file system minds is replaced; empty where nothing is left."""
    return re.sub(r'[\\/:*?"<>|\s]+', "-", name).strip("-.")


def expand(text: str, place: str) -> str:
    """`$VAR` and `${VAR}` from the environment, for sources and URLs; an unset one is an error."""

    def fill(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in os.environ:
            raise InputError(f"{place}: ${name} is not set in the environment. Set it, or write the value.")
        return os.environ[name]

    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", fill, text)


def _did_you_mean(name: str, names: Any) -> str:
    close = difflib.get_close_matches(name, list(names), n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""


_PARTS: dict[str, Any] = {"accounts": Accounts, "mail": Mail, "keep_runs": KeepRuns}


def _known_keys(location: tuple[Any, ...]) -> list[str]:
    """The keys allowed at a place of the config, for the remedy of an unknown one."""
    model: Any = Settings
    if len(location) >= 3 and location[0] == "extracts":
        model = Where if "where" in location[2:-2] else Extract
    elif len(location) >= 2 and location[0] in _PARTS:
        model = Recipient if location[1] == "recipients" and len(location) > 2 else _PARTS[str(location[0])]
    return [f.alias or n for n, f in model.model_fields.items() if n not in ("folder", "file")]


def _explain(error: ValidationError, file: str) -> str:
    """The first fault of a config as one sentence: place, value, remedy."""
    fault = error.errors()[0]
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        keys = _known_keys(fault["loc"])
        key = str(fault["loc"][-1])
        return f'{file}: unknown key "{place}"{_did_you_mean(key, keys)}. Known here: {", ".join(keys)}.'
    if fault["type"] == "missing":
        return f'{file}: "{place}" is missing. Add it; the README shows a config that works.'
    message = fault["msg"].removeprefix("Value error, ")
    value = "" if isinstance(fault["input"], dict) else f" (here: {fault['input']!r})"
    return f"{file}: {place or 'config'}: {message}{value}"


def parse(raw: Any, *, file: str = "segkit.yaml", folder: Path = Path()) -> Settings:
    """Validate a config that was already read. Raises InputError with place, value and remedy."""
    if not isinstance(raw, dict):
        raise InputError(f"{file}: a config is a mapping of keys; this holds {type(raw).__name__}.")
    for key in raw.keys() & {"folder", "file"}:  # ours, not the config's
        raise InputError(f'{file}: unknown key "{key}". Known here: {", ".join(_known_keys(()))}.')
    try:
        settings = Settings(**raw, folder=folder, file=file)
    except ValidationError as error:
        raise InputError(_explain(error, file)) from None
    except TypeError:
        odd = next(k for k in raw if not isinstance(k, str))
        raise InputError(f"{file}: keys must be words; one here is {odd!r}.") from None
    name = settings.name or folder.resolve().name
    return settings.model_copy(update={"name": name, "title": settings.title or name})


class _Words(yaml.SafeLoader):
    """YAML in which only true and false are flags: `on`, `no` and `Yes` are words, and columns of real exports."""


_Words.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Words.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def load(path: str | Path) -> Settings:
    """Read and validate a config file. Raises InputError where it is missing, not YAML, or wrong."""
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such config. `segkit map FILE…` proposes one from your exports.")
    try:
        raw = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Words)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as YAML in UTF-8: {' '.join(str(error).split())}") from None
    return parse(raw, file=path.name, folder=path.parent.resolve())
