"""The source's columns → canonical columns, each read by its kind, as Ibis expressions."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from segkit import schema
from segkit.crm import computed, dates, money, text
from segkit.crm.sources import Note, Raw, require
from segkit.errors import InputError
from segkit.settings import Extract, Where

SOURCE = "s_"  # prefix of a source column beside the canonical ones


def resolve(raw: Raw, extract: Extract) -> dict[str, str]:
    """Canonical (or the firm's own) name → header. Without `columns`, headers that are canonical names map themselves.

    Raises InputError where a required column is mapped to nothing or a name is taken.
    """
    table = schema.TABLES[raw.name]
    require(raw, extract)
    if extract.columns:
        mapping = {name: str(header) for name, header in extract.columns.items()}
    else:
        mapping = {h.strip().lower(): h for h in raw.headers if h.strip().lower() in _canonical(table)}
    if table.extra:
        mapping |= {h: h for h in raw.headers if h not in mapping.values() and h not in mapping}
    for name in mapping:
        if (name in computed.NAMES and kind_of(table, name) is None) or name.startswith("_"):
            raise InputError(
                f'{raw.place}: the name "{name}" is computed by segkit. Give the column another name under '
                f"extracts.{raw.name}.columns."
            )
    _require(raw, table, mapping)
    _refuse_words(raw, extract, mapping)
    return mapping


def _refuse_words(raw: Raw, extract: Extract, mapping: Mapping[str, str]) -> None:
    """Raises InputError where `values` names no mapped column, or `fixed` one that is mapped or holds no words."""
    for name in extract.values:
        if name not in mapping:
            raise InputError(
                f'{raw.place}: values under extracts.{raw.name} names "{name}", which is not mapped. '
                f"Mapped are {', '.join(mapping)}."
            )
    for name in extract.fixed:
        column = kind_of(schema.TABLES[raw.name], name)
        if name in mapping or column is None or column.kind not in ("text", "choice"):
            why = "it is mapped to a column" if name in mapping else "only columns of words can be fixed"
            raise InputError(f'{raw.place}: "{name}" under extracts.{raw.name}.fixed: {why}. Take one of them out.')


def _canonical(table: schema.Table) -> set[str]:
    fields = {c.name for c in schema.CUSTOMER_FIELDS} if table.name == "orders" else set()
    return set(table.names) | fields


def _require(raw: Raw, table: schema.Table, mapping: Mapping[str, str]) -> None:
    for group in table.required:
        if not any(name in mapping for name in group):
            close = difflib.get_close_matches(group[0], raw.headers, n=1)
            hint = f' (is it "{close[0]}"?)' if close else ""
            raise InputError(
                f"{raw.place}: no column is mapped to {' or '.join(group)}{hint}. It has: {', '.join(raw.headers[:20])}. "
                f"Map one under extracts.{raw.name}.columns."
            )


def kind_of(table: schema.Table, name: str) -> schema.Column | None:
    """The canonical column of that name: the table's own, or a customer field that stands on order lines."""
    own = table.column(name)
    if own is None and table.name == "orders":
        own = next((c for c in schema.CUSTOMER_FIELDS if c.name == name), None)
    return own


class Fields:
    """The canonical columns of one extract as expressions over its source, and what was learnt in reading them."""

    def __init__(self, raw: Raw, extract: Extract) -> None:
        self.raw, self.extract = raw, extract
        self.table = schema.TABLES[raw.name]
        self.mapping = resolve(raw, extract)
        self.notes: list[Note] = []
        self._refuse_text_beyond_engine()
        self._decimals = self._decimal_signs()
        self._readings = self._date_readings()

    def _refuse_text_beyond_engine(self) -> None:
        """Raises InputError where numbers or dates are text behind an engine that cannot try to read them."""
        engine = self.raw.table.get_backend()
        if engine.has_operation(ops.TryCast):
            return
        for name in self._of_kind("money", "number", "moment", "day"):
            if self.source(name).type().is_string():
                kind = "a timestamp" if self.kind(name) in ("moment", "day") else "a number"
                raise InputError(
                    f'{self.raw.place}: column "{self.mapping[name]}" ({name}) is text, which {engine.name} cannot read '
                    f"without failing on the first odd value. Cast it to {kind} in a view, and name the view."
                )

    def source(self, name: str) -> ir.Column:
        """The source column behind a canonical name."""
        return self.raw.table[self.mapping[name]]

    def kind(self, name: str) -> str:
        column = kind_of(self.table, name)
        return column.kind if column else "extra"

    def _of_kind(self, *kinds: str) -> list[str]:
        return [name for name in self.mapping if self.kind(name) in kinds]

    def _decimal_signs(self) -> dict[str, str]:
        headers = [self.mapping[n] for n in self._of_kind("money", "number")]
        if self.extract.decimal:
            return dict.fromkeys(headers, self.extract.decimal)
        columns = {h: self.raw.table[h] for h in headers}
        return money.decimal_sign(self.raw.table, columns, place=self.raw.place, table_name=self.raw.name)

    def _date_readings(self) -> dict[str, dates.Reading]:
        readings = {}
        for name in self._of_kind("moment", "day"):
            if self._typed_only(name):
                readings[name] = dates.TYPED
                continue
            given = self.extract.date_format
            place = {"place": self.raw.place, "extract": self.raw.name, "header": self.mapping[name]}
            readings[name] = dates.find(self.raw.table, self.source(name), given=given, **place)
            if readings[name] is not dates.TYPED:
                numbers: dict[str, object] = {"column": self.mapping[name], "format": readings[name].shown}
                self.notes.append(Note(self.raw.name, "date_format", numbers))
        return readings

    def _typed_only(self, name: str) -> bool:
        """Behind an engine other than DuckDB text dates must be ISO: there the engine's own cast reads them."""
        return self.raw.table.get_backend().name != "duckdb" and self.source(name).type().is_string()

    def written(self, name: str) -> ir.Value:
        """The source column without placeholder words, blanks around it and full-width signs; typed ones as they are."""
        column = self.source(name)
        if self.kind(name) in ("money", "number"):
            column = money.written(column)
        elif column.type().is_string():
            column = text.text(column, country=name == "country")
        words = self.extract.values.get(name, {})
        if not words:
            return column
        said = text.plain(column)
        return ibis.cases(*((said == old, ibis.literal(new)) for old, new in words.items()), else_=said)

    def value(self, name: str, column: ir.Column) -> ir.Value:
        """The canonical column, typed by its kind, from what was `written`."""
        kind = self.kind(name)
        if name == "currency":
            return text.currency(column)
        if kind == "id":
            prefix = self.extract.id_prefix if name in ("customer_id", "parent_id") else ""
            return ibis.literal(prefix) + text.identifier(column) if prefix else text.identifier(column)
        if kind in ("money", "number"):
            decimal = self._decimals.get(self.mapping[name], ".")
            return money.number(column, decimal=decimal, percent=kind == "number")
        if kind in ("moment", "day"):
            moment = dates.moment(column, self._readings[name], zone=self.extract.timezone)
            return moment.date() if kind == "day" else moment
        if kind == "flag":
            return text.flag(column)
        if kind == "choice":
            return text.choice(column, name)
        if kind == "extra" and (column.type().is_numeric() or column.type().is_boolean()):
            return column
        return column if column.type().is_string() else text.text(column)

    def select(self) -> ir.Table:
        """Canonical columns, `_bad_<name>` for those whose text may not fit their kind, `_line_key`, `_filtered`, `_part`,
        `_row`, `_rank` (0, see `overlap.ranked`), and the source columns as `s_0`, `s_1`, … in the order of the headers. In as
        few steps as can be: each names every column again, and the engine reads them all before it begins."""
        table = self.raw.table
        source = {f"{SOURCE}{i}": table[h] for i, h in enumerate(self.raw.headers)}
        words = {f"_written_{name}": self.written(name) for name in self.mapping}
        rows = table.select("_part", "_row", **source, **words)
        values = {name: self.value(name, rows[f"_written_{name}"]) for name in self.mapping}
        rows = rows.mutate(**values, **{name: ibis.literal(word) for name, word in self.extract.fixed.items()})
        typed = self._of_kind("money", "number", "moment", "day", "flag")
        bad = {f"_bad_{n}": rows[n].isnull() & rows[f"_written_{n}"].notnull() for n in typed}
        own = [c for c in rows.columns if c not in words]
        told = {"_line_key": self._line_key(rows), "_filtered": ~self.kept(rows), "_rank": ibis.literal(0)}
        return rows.select(*own, **bad, **told)

    def _line_key(self, rows: ir.Table) -> ir.Value:
        """A value that two lines share where all their source columns (the part apart) are equal: in DuckDB a 64-bit hash."""
        own = [f"{SOURCE}{i}" for i, h in enumerate(self.raw.headers) if h != self.extract.part]
        if rows.get_backend().name == "duckdb":
            return ibis.struct({c: rows[c] for c in own}).hash()
        values = [rows[c].cast("string").fill_null("\x1e") for c in own]
        return ibis.literal("\x1f").join(values) if len(values) > 1 else values[0]

    def kept(self, fields: ir.Table) -> ir.BooleanValue:
        """True where every `where` of the config holds."""
        holds = [self._condition(fields, name, where) for name, where in self.extract.where.items()]
        return ibis.and_(*holds) if holds else ibis.literal(True)

    def _condition(self, fields: ir.Table, name: str, where: Where) -> ir.BooleanValue:
        header = self.mapping.get(name, name)
        column = fields[f"{SOURCE}{self.raw.headers.index(header)}"]
        value = text.plain(column)
        holds = [ibis.literal(True)]
        if where.in_ is not None:
            holds.append(_among(column, value, where.in_).fill_null(False))
        if where.not_in is not None:
            holds.append(~_among(column, value, where.not_in).fill_null(False))
        if where.prefix is not None:
            holds.append(ibis.or_(*(value.startswith(p) for p in where.prefix)).fill_null(False))
        if where.pattern is not None:
            holds.append(value.re_search(where.pattern).fill_null(False))
        for bound, low in ((where.min, True), (where.max, False)):
            if bound is not None:
                measured = self._measured(fields, name, column, bound)
                holds.append((measured >= bound if low else measured <= bound).fill_null(False))
        return ibis.and_(*holds)

    def _measured(self, fields: ir.Table, name: str, column: ir.Column, bound: object) -> ir.Value:
        """The value that a min or max is held against: a day for a date, else a number."""
        if isinstance(bound, dt.date):
            known = name in self.mapping and self.kind(name) in ("moment", "day")
            return fields[name].cast("date") if known else text.plain(column).try_cast("date")
        if isinstance(bound, str):
            return text.plain(column)
        return money.number(money.written(column))


def _among(column: ir.Column, value: ir.StringValue, wanted: tuple[object, ...]) -> ir.BooleanValue:
    words = [str(w) for w in wanted if not isinstance(w, bool)]
    flags = [w for w in wanted if isinstance(w, bool)]  # YAML reads `Yes` and `No` as true and false
    found = value.isin(words) if words else ibis.literal(False)
    return found | text.flag(column).isin(flags) if flags else found
