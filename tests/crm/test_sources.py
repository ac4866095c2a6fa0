"""Reading source files: what stands in the export comes out, and what cannot be read is said."""

from __future__ import annotations

import datetime as dt
import gzip
import os
from pathlib import Path

import pandas as pd
import pytest

from segkit.crm import sources
from segkit.errors import InputError
from segkit.settings import Extract, Settings

pytestmark = pytest.mark.long

DATA = Path(os.environ.get("SEGKIT_REFERENCE_DATA", Path(__file__).parents[3] / "shared/data"))
reference = pytest.mark.skipif(not DATA.is_dir(), reason="the reference data are not here (SEGKIT_REFERENCE_DATA)")


def read(folder: Path, source: str | list[str] | None = None, *, engine: str = "duckdb", **options: object) -> sources.Raw:
    extract = Extract(**({"source": source} if source else {}), **options)
    settings = Settings(extracts={"orders": extract}, folder=folder, file="segkit.yaml", engine=engine)
    con = sources.connect(settings, folder / "work")
    return sources.read("orders", extract, settings, con, folder / "work")


def rows(raw: sources.Raw) -> list[tuple[object, ...]]:
    frame = raw.table.order_by("_part", "_row").execute()
    return [tuple(None if pd.isna(v) else v for v in row) for row in frame.itertuples(index=False)]


def rejected(raw: sources.Raw) -> list[tuple[object, ...]]:
    assert raw.rejected is not None
    return list(raw.rejected.order_by("_part", "_row").execute().itertuples(index=False, name=None))


def text(folder: Path, content: str, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


def workbook(folder: Path, sheets: dict[str, list[list[object]]], name: str = "orders.xlsx") -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(folder / name, {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        for title, cells in sheets.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(cells):
                sheet.write_row(number, 0, row)
    return folder / name


def refusal(folder: Path, source: str | list[str] | None = None, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        read(folder, source, **options)
    return str(caught.value)


# ---------------------------------------------------------------- delimited text


def test_every_value_is_text_and_rows_are_numbered_from_one(tmp_path):
    text(tmp_path, "id,amount\n007,1.50\n,2\n")
    raw = read(tmp_path, "orders.csv")
    assert rows(raw) == [("007", "1.50", "orders.csv", 1), (None, "2", "orders.csv", 2)]
    assert (raw.headers, raw.parts, raw.place) == (("id", "amount"), ("orders.csv",), "orders.csv")
    assert (raw.rejected, raw.inputs) == (None, (tmp_path / "orders.csv",))
    assert {str(raw.table[c].type()) for c in raw.headers} == {"string"}


def test_quotes_may_hold_separators_newlines_and_quotes(tmp_path):
    text(tmp_path, 'id,note\n1,"a, b"\n2,"two\nlines"\n3,"say ""hi"""\n4,""\n')
    found = [(i, n) for i, n, _, _ in rows(read(tmp_path, "orders.csv"))]
    assert found == [("1", "a, b"), ("2", "two\nlines"), ("3", 'say "hi"'), ("4", None)]


def test_lines_with_too_many_or_too_few_fields_are_kept_aside_and_the_others_keep_their_row_number(tmp_path):
    text(tmp_path, "a,b\n1,2\n3\n4,5,6\n7,8\n")
    raw = read(tmp_path, "orders.csv")
    assert rows(raw) == [("1", "2", "orders.csv", 1), ("7", "8", "orders.csv", 4)]
    assert rejected(raw) == [("orders.csv", 2, "3"), ("orders.csv", 3, "4,5,6")]


def test_a_quote_that_never_closes_costs_its_own_line_only(tmp_path):
    text(tmp_path, 'id,note\n1,"open\n2,plain\n3,"fine"\n4,"two\nlines"\n5,7" pipe\n')
    raw = read(tmp_path, "orders.csv")
    found = [(i, n, row) for i, n, _, row in rows(raw)]
    assert found == [("2", "plain", 2), ("3", "fine", 3), ("4", "two\nlines", 4), ("5", '7" pipe', 5)]
    assert rejected(raw) == [("orders.csv", 1, '1,"open')]


def test_a_quote_left_open_on_the_last_line_does_not_swallow_the_file(tmp_path):
    text(tmp_path, 'id,note\n1,a\n2,"open\n3,b\n4,c\n')
    raw = read(tmp_path, "orders.csv")
    assert [row[0] for row in rows(raw)] == ["1", "3", "4"]
    assert rejected(raw) == [("orders.csv", 2, '2,"open')]


def test_row_numbers_hold_across_blocks(tmp_path, monkeypatch):
    from segkit.crm.sources import delimited

    monkeypatch.setattr(delimited, "BLOCK", 64)
    lines = ["bad" if i % 7 == 0 else f"{i},x" for i in range(1, 200)]
    text(tmp_path, "id,b\n" + "\n".join(lines) + "\n")
    raw = read(tmp_path, "orders.csv")
    assert all(int(i) == row for i, _, _, row in rows(raw))
    assert [row for _, row, _ in rejected(raw)] == list(range(7, 200, 7))


def test_well_formed_quotes_are_told_across_chunks():
    from segkit.crm.sources.quotes import _check

    assert _check(b'\n"a\nb",', 0, b",") == (True, 0)
    assert _check(b'\n"a"x,', 0, b",") == (False, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"])
def test_encodings_of_chinese_exports_are_found_out(tmp_path, encoding):
    text(tmp_path, "客户,金额\n上海贸易有限公司,12\n深圳进出口公司,3\n", encoding=encoding)
    raw = read(tmp_path, "orders.csv")
    assert raw.headers == ("客户", "金额")
    assert rows(raw)[0][:2] == ("上海贸易有限公司", "12")
    assert ("encoding" in {n.key for n in raw.notes}) is not encoding.startswith("utf-8")


@pytest.mark.parametrize(
    ("encoding", "word"), [("cp1252", "Müller"), ("cp1252", "Café crème"), ("shift_jis", "東京の会社です")]
)
def test_other_encodings_are_not_taken_for_chinese(tmp_path, encoding, word):
    text(tmp_path, f"name,amount\n{word},1\n" * 3 + "x,2\n", encoding=encoding)
    assert rows(read(tmp_path, "orders.csv"))[0][0] == word


def test_a_given_encoding_wins_and_a_wrong_one_names_byte_and_line(tmp_path):
    text(tmp_path, "客户,金额\n上海,12\n", encoding="gb18030")
    assert read(tmp_path, "orders.csv", encoding="gbk").headers == ("客户", "金额")
    message = refusal(tmp_path, "orders.csv", encoding="utf-8")
    assert message.startswith("orders.csv: not utf-8: byte 0 on line 1 (0xbf)")
    assert 'no encoding "utf-9"' in refusal(tmp_path, "orders.csv", encoding="utf-9")


def test_a_mark_of_utf_8_does_not_excuse_bytes_that_are_not(tmp_path):
    (tmp_path / "orders.csv").write_bytes(b"\xef\xbb\xbfid\nx\n\xff\n")
    assert "not utf-8: byte 8 on line 3 (0xff)" in refusal(tmp_path, "orders.csv")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_out(tmp_path, separator):
    lines = [["id", "date", "amount"], ["1", "2020-01-02", "5"], ["2", "2020-01-03", '"1,5; x"']]
    text(tmp_path, "\n".join(separator.join(line) for line in lines) + "\n")
    assert [row[:3] for row in rows(read(tmp_path, "orders.csv"))] == [
        ("1", "2020-01-02", "5"),
        ("2", "2020-01-03", "1,5; x"),
    ]


def test_decimal_commas_do_not_hide_the_semicolon(tmp_path):
    text(tmp_path, "id;amount\n1;1,5\n2;2,5\n")
    assert rows(read(tmp_path, "orders.csv"))[0][:2] == ("1", "1,5")


@pytest.mark.parametrize("given", [None, " ", r"\s+", "whitespace"])
def test_runs_of_blanks_separate(tmp_path, given):
    text(tmp_path, " id  date dollars\n 00001 19970101  11.77\n 00002 19970112\t12.00\n", "o.txt")
    raw = read(tmp_path, "o.txt", sep=given)
    assert rows(raw) == [("00001", "19970101", "11.77", "o.txt", 1), ("00002", "19970112", "12.00", "o.txt", 2)]


def test_header_cells_are_tidied_and_empty_trailing_columns_go(tmp_path):
    text(tmp_path, "\ufeff\n\n id ,\u3000金额\u3000,,,\n1,2,x,,\n")
    raw = read(tmp_path, "orders.csv")
    assert raw.headers == ("id", "金额", "column_3")
    assert rows(raw) == [("1", "2", "x", "orders.csv", 1)]


def test_a_separator_too_many_at_the_end_of_every_row_is_no_fault(tmp_path):
    text(tmp_path, "a,b\n1,2,\n3,4,\n")
    assert [row[:2] for row in rows(read(tmp_path, "orders.csv"))] == [("1", "2"), ("3", "4")]


def test_without_a_header_columns_are_numbered_or_named(tmp_path):
    text(tmp_path, "1,5\n2,6\n")
    assert read(tmp_path, "orders.csv", header=False).headers == ("1", "2")
    raw = read(tmp_path, "orders.csv", header=["id", "amount"])
    assert rows(raw)[0] == ("1", "5", "orders.csv", 1)
    assert "names 3 columns, but the file has 2" in refusal(tmp_path, "orders.csv", header=["a", "b", "c"])


def test_gzip_is_known_by_content(tmp_path):
    (tmp_path / "orders.csv").write_bytes(gzip.compress("id,客户\n1,上海\n".encode("gb18030")))
    assert rows(read(tmp_path, "orders.csv")) == [("1", "上海", "orders.csv", 1)]


def test_files_of_a_glob_are_sorted_and_united_by_name(tmp_path):
    text(tmp_path, "id,amount\n2,20\n", "o_2.csv")
    text(tmp_path, "amount,id,note\n10,1,x\n", "o_1.csv")
    raw = read(tmp_path, "o_*.csv", columns={"order_id": "id"})
    assert raw.parts == ("o_1.csv", "o_2.csv")
    assert (raw.place, raw.headers) == ("o_*.csv", ("amount", "id", "note"))
    assert rows(raw) == [("10", "1", "x", "o_1.csv", 1), ("20", "2", None, "o_2.csv", 1)]


def test_files_of_the_same_name_in_two_folders_are_two_parts(tmp_path):
    for year in ("2023", "2024"):
        (tmp_path / year).mkdir()
        text(tmp_path / year, f"id\n{year}\n")
    raw = read(tmp_path, "*/orders.csv", columns={"order_id": "id"})
    assert raw.parts == ("2023/orders.csv", "2024/orders.csv")


def test_a_file_of_a_glob_without_any_mapped_column_is_refused(tmp_path):
    text(tmp_path, "id,amount\n2,20\n", "o_1.csv")
    text(tmp_path, "colour\nred\n", "o_2.csv")
    message = refusal(tmp_path, "o_*.csv", columns={"order_id": "id", "amount": "amount"})
    assert message.startswith("o_2.csv: none of the columns mapped under extracts.orders.columns. It has: colour.")


def test_a_column_may_name_the_parts(tmp_path):
    text(tmp_path, "id,batch\n1,x\n2,\n")
    raw = read(tmp_path, "orders.csv", part="batch")
    assert sorted((r[0], r[2], r[3]) for r in rows(raw)) == [("1", "x", 1), ("2", "", 2)]
    assert raw.parts == ()
    message = refusal(tmp_path, "orders.csv", part="bach")
    assert message == 'orders.csv: no part column "bach" (did you mean "batch"?). It has: id, batch.'


# ---------------------------------------------------------------- Excel


def test_excel_columns_are_typed_and_mixed_ones_are_text_without_loss(tmp_path):
    day = dt.datetime(2020, 1, 2, 3, 4)  # noqa: DTZ001
    cells = [["id", "qty", "price", "at", "mixed"], [17850, 2, 1.5, day, "A1"], ["C5", 3, 2, day, 12.0], [7, 4, 1, day, day]]
    workbook(tmp_path, {"Sheet1": cells})
    raw = read(tmp_path, "orders.xlsx")
    assert {c: str(raw.table[c].type()) for c in raw.headers} == {
        "id": "string",
        "qty": "int64",
        "price": "float64",
        "at": "timestamp(6)",
        "mixed": "string",
    }
    assert [(r[0], r[4]) for r in rows(raw)] == [("17850", "A1"), ("C5", "12"), ("7", "2020-01-02 03:04:00")]
    assert raw.parts == ("orders.xlsx#Sheet1",)


def test_sheets_are_read_by_name_or_all_and_types_agree_between_them(tmp_path):
    a, b, blank = [["id", "n"], [1, 2]], [["id", "n"], ["x", 2.5]], []
    workbook(tmp_path, {"leer": blank, "2023": a, "2024": b})
    first = read(tmp_path, "orders.xlsx")
    assert first.parts == ("orders.xlsx#2023",)
    assert [(n.key, n.numbers["others"]) for n in first.notes] == [("sheets_not_read", ["2024"])]
    both = read(tmp_path, "orders.xlsx", sheet="all", columns={"order_id": "id"})
    assert rows(both) == [("1", 2.0, "orders.xlsx#2023", 1), ("x", 2.5, "orders.xlsx#2024", 1)]
    assert read(tmp_path, "orders.xlsx", sheet=["2024"]).parts == ("orders.xlsx#2024",)
    message = refusal(tmp_path, "orders.xlsx", sheet="2025")
    assert message.startswith('orders.xlsx: no sheet "2025"')
    assert message.endswith("It has: leer, 2023, 2024.")


def test_blank_rows_of_a_sheet_are_left_out_but_counted_in_row_numbers(tmp_path):
    workbook(tmp_path, {"S": [["", ""], ["id", "n"], [1, 2], ["", ""], [3, 4]]})
    assert [(r[0], r[3]) for r in rows(read(tmp_path, "orders.xlsx"))] == [(1, 1), (3, 3)]


def test_an_xlsx_named_csv_and_a_csv_named_xls_are_read_and_told(tmp_path):
    workbook(tmp_path, {"S": [["id"], [1]]}, "orders.csv")
    text(tmp_path, "id\n1\n", "orders.xls")
    assert [n.key for n in read(tmp_path, "orders.csv").notes] == ["read_as_excel"]
    assert [n.key for n in read(tmp_path, "orders.xls").notes] == ["read_as_text"]


def test_the_old_xls_is_read(tmp_path):
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for column, (header, value) in enumerate({"id": "a", "n": 1.5}.items()):
        sheet.write(0, column, header)
        sheet.write(1, column, value)
    book.save(str(tmp_path / "orders.xls"))
    assert rows(read(tmp_path, "orders.xls")) == [("a", 1.5, "orders.xls#S", 1)]


def test_text_and_excel_together_become_text(tmp_path):
    text(tmp_path, "id,n\n007,1\n", "o_1.csv")
    workbook(tmp_path, {"S": [["id", "n"], [8, 2], [9, 2.5]]}, "o_2.xlsx")
    raw = read(tmp_path, "o_*", columns={"order_id": "id"})
    assert rows(raw) == [("007", "1", "o_1.csv", 1), ("8", "2", "o_2.xlsx#S", 1), ("9", "2.5", "o_2.xlsx#S", 2)]


# ---------------------------------------------------------------- Parquet


def test_parquet_is_read_in_place_with_part_and_row(tmp_path):
    pd.DataFrame({"id": [1, 2], "n": [1.5, 2.5]}).to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"id": ["x"], "note": ["y"]}).to_parquet(tmp_path / "b.parquet")
    one = read(tmp_path, "a.parquet")
    assert rows(one) == [(1, 1.5, "a.parquet", 1), (2, 2.5, "a.parquet", 2)]
    two = read(tmp_path, "*.parquet", columns={"order_id": "id"})
    assert rows(two) == [
        ("1", 1.5, None, "a.parquet", 1),
        ("2", 2.5, None, "a.parquet", 2),
        ("x", None, "y", "b.parquet", 1),
    ]
    assert not list((tmp_path / "work").glob("*.parquet"))


def test_columns_that_are_not_used_are_not_read(tmp_path):
    import ibis

    for name in ("a", "b"):
        pd.DataFrame({"id": [1], "wanted": [1.5], "unused": ["x"]}).to_parquet(tmp_path / f"{name}.parquet")
    raw = read(tmp_path, "*.parquet", columns={"order_id": "id"})
    query = ibis.to_sql(raw.table.group_by("_part").agg(total=raw.table.wanted.sum()), dialect="duckdb")
    plan = raw.table.get_backend().con.execute(f"explain {query}").fetchall()[0][1]
    scan = plan[plan.index("Read Parquet") :]
    assert "wanted" in scan
    assert "unused" not in scan


def test_parquet_and_text_together_become_text_where_types_differ(tmp_path):
    pd.DataFrame({"id": [1], "n": [5]}).to_parquet(tmp_path / "o_1.parquet")
    text(tmp_path, "id,n\n007,x\n", "o_2.csv")
    raw = read(tmp_path, "o_*", columns={"order_id": "id"})
    assert rows(raw) == [("1", "5", "o_1.parquet", 1), ("007", "x", "o_2.csv", 1)]
    assert raw.parts == ("o_1.parquet", "o_2.csv")


# ---------------------------------------------------------------- engines


@pytest.fixture
def database(tmp_path):
    import duckdb

    with duckdb.connect(tmp_path / "crm.duckdb") as con:
        con.execute("create table orders as select 7 as id, 'a' as batch")
        con.execute("create schema shop; create table shop.sales as select 8 as id")
    return tmp_path


@pytest.mark.parametrize(
    "url", ["duckdb:///crm.duckdb", "duckdb://crm.duckdb", "duckdb://{folder}/crm.duckdb", "duckdb:///{folder}/crm.duckdb"]
)
def test_a_table_behind_the_engine_has_no_row_numbers(database, url):
    raw = read(database, table="orders", engine=url.format(folder=str(database)))
    assert rows(raw) == [(7, "a", "orders", None)]
    assert (raw.headers, raw.parts, raw.inputs) == (("id", "batch"), (), ())


def test_schemas_part_columns_and_variables_work_behind_an_engine(database, monkeypatch):
    monkeypatch.setenv("CRM_FILE", "crm.duckdb")
    assert rows(read(database, table="shop.sales", engine="duckdb:///$CRM_FILE")) == [(8, "shop.sales", None)]
    assert rows(read(database, table="orders", part="batch", engine="duckdb:///crm.duckdb"))[0][2] == "a"


def test_files_can_stand_beside_a_database_that_is_only_read(database):
    text(database, "id\n1\n")
    assert rows(read(database, "orders.csv", engine="duckdb:///crm.duckdb")) == [("1", "orders.csv", 1)]


def test_a_missing_table_lists_near_ones(database):
    message = refusal(database, table="order", engine="duckdb:///crm.duckdb")
    assert message == 'duckdb:///crm.duckdb: no table "order" (did you mean "orders"?). It has: orders.'
    assert "needs engine to be a database URL" in refusal(database, table="orders")


def test_a_missing_database_is_refused_and_never_created(tmp_path):
    for url in ("duckdb:///none.duckdb", "sqlite:///none.db"):
        assert "segkit.yaml: no database" in refusal(tmp_path, table="orders", engine=url)
    assert not list(tmp_path.glob("none*"))


def test_an_unknown_engine_is_refused(tmp_path):
    message = refusal(tmp_path, table="orders", engine="duckdbb://x")
    assert message.startswith('segkit.yaml: no engine "duckdbb" (did you mean "duckdb"?)')


def test_a_file_that_is_no_database_is_refused(tmp_path):
    text(tmp_path, "not a database at all " * 500, "crm.duckdb")
    assert "cannot open engine duckdb:///crm.duckdb" in refusal(tmp_path, table="orders", engine="duckdb:///crm.duckdb")


def test_passwords_never_show():
    from segkit.crm.sources.engines import masked

    url = "postgres://ann:s3cr%40t@db:5432/crm?sslpassword=hush"
    shown = masked(f"cannot reach {url}: s3cr@t refused, hush", url)
    assert "s3cr" not in shown
    assert "hush" not in shown
    assert "postgres://ann:***@db:5432/crm" in shown


# ---------------------------------------------------------------- refusals


def test_missing_files_name_what_is_near(tmp_path):
    text(tmp_path, "id\n1\n", "orders_2024.csv")
    assert '(did you mean "orders_2024.csv"?)' in refusal(tmp_path, "order_2024.csv")
    assert "sales_*.csv: no file matches this" in refusal(tmp_path, "sales_*.csv")
    assert "does not exist" in refusal(tmp_path, "nowhere/a.csv")
    assert "this is a folder" in refusal(tmp_path, ".")


@pytest.mark.parametrize("content", [b"", b"\n\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path, content):
    (tmp_path / "orders.csv").write_bytes(content)
    assert refusal(tmp_path, "orders.csv").startswith("orders.csv: the file is empty.")


def test_a_header_without_rows_is_refused_but_noted_where_other_files_have_rows(tmp_path):
    text(tmp_path, "id,amount\n", "o_1.csv")
    assert refusal(tmp_path, "o_1.csv").startswith("o_1.csv: a header, but no data rows.")
    text(tmp_path, "id,amount\n1,2\n", "o_2.csv")
    raw = read(tmp_path, "o_*.csv", columns={"order_id": "id"})
    assert [(n.key, n.numbers) for n in raw.notes] == [("no_rows", {"file": "o_1.csv"})]


def test_doubled_and_reserved_names_are_refused(tmp_path):
    text(tmp_path, "id,amount,ID\n1,2,3\n")
    assert 'orders.csv: two columns are called "ID" (columns 1 and 3)' in refusal(tmp_path, "orders.csv")
    text(tmp_path, "id,_row\n1,2\n")
    assert 'the column name "_row" is reserved' in refusal(tmp_path, "orders.csv")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("orders.xlsx", b"PK\x03\x04 cut short", "not readable as an Excel workbook"),
        ("orders.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut short", "not readable as an Excel workbook"),
        ("orders.xls", b"<html><table>", "a web page or XML"),
        ("orders.parquet", b"PAR1 cut short", "not readable as Parquet"),
        ("orders.parquet", b"id,amount\n1,2\n", "not readable as Parquet"),
        ("orders.csv.gz", gzip.compress(b"id\n" + b"1\n" * 9999, mtime=0)[:-20], "the gzip file is damaged or cut short"),
        ("orders.csv", b"\x00\x01\x02\x03" + bytes(range(1, 256)), "neither text, Excel nor Parquet"),
    ],
)
def test_damaged_files_are_refused(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path, name).startswith(f"{name}: {told}" if "web" not in told else f"{name}: a web")


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    path = text(tmp_path, "id\n1\n")
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda self, *a, **k: _deny() if self == path else real(self, *a, **k))
    assert refusal(tmp_path, "orders.csv").startswith("orders.csv: not readable by this user.")


def _deny() -> None:
    raise PermissionError


def test_require_names_the_missing_column_and_what_there_is(tmp_path):
    text(tmp_path, "客户,金额\n1,2\n")
    raw = read(tmp_path, "orders.csv")
    sources.require(raw, Extract(source="orders.csv", columns={"amount": "金额", "customer_id": 1}, where={"客户": ["1"]}))
    with pytest.raises(InputError) as caught:
        sources.require(raw, Extract(source="orders.csv", columns={"amount": "amount"}))
    told = 'orders.csv: no column "amount". It has: 客户, 金额. Map one under extracts.orders.columns.'
    assert str(caught.value) == told
    with pytest.raises(InputError, match=r"no column 3 \(there are 2\)"):
        sources.require(raw, Extract(source="orders.csv", columns={"amount": 3}))
    with pytest.raises(InputError, match=r'no column "stage".*extracts\.orders\.where'):
        sources.require(raw, Extract(source="orders.csv", columns={"amount": "金额"}, where={"stage": "Won"}))


def test_headers_and_a_sample_come_from_any_format(tmp_path):
    text(tmp_path, "客户;金额\n上海;\n深圳;3\n", encoding="gb18030")
    workbook(tmp_path, {"A": [["id"], [1]], "leer": [], "B": [["n"], [2.5]]}, "o.xlsx")
    pd.DataFrame({"id": [1, 2]}).to_parquet(tmp_path / "o.parquet")
    assert sources.headers_and_sample(tmp_path / "orders.csv", rows=1) == [("orders.csv", ["客户", "金额"], [["上海", None]])]
    assert sources.headers_and_sample(tmp_path / "o.xlsx") == [("A", ["id"], [["1"]]), ("B", ["n"], [["2.5"]])]
    assert sources.headers_and_sample(tmp_path / "o.parquet", rows=1) == [("o.parquet", ["id"], [["1"]])]
    with pytest.raises(InputError, match="no such file"):
        sources.headers_and_sample(tmp_path / "none.csv")


# ---------------------------------------------------------------- reference data


@reference
@pytest.mark.parametrize(
    ("file", "header", "expected", "columns"),
    [
        ("cdnow/CDNOW_master.txt", True, 69_659, 4),
        ("cdnow/CDNOW_sample.txt", False, 6_919, 5),
        ("zoho-crm/Sales_Orders.csv", True, 2_061, 15),
        ("zoho-crm/Invoices.csv", True, 1_300, 16),
        ("zoho-crm/Potentials.csv", True, 3_632, 20),
        ("rfm-r/rfm_data_customer.csv", True, 39_999, 8),
        ("online-retail-ii/online_retail_II_rebuilt_two_years.parquet", True, 1_067_370, 9),
    ],
)
def test_reference_files_are_read_whole(tmp_path, file, header, expected, columns):
    raw = read(tmp_path, str(DATA / file), header=header)
    assert (raw.table.count().execute(), len(raw.headers), raw.rejected) == (expected, columns, None)
