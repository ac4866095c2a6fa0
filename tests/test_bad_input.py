"""Bad input ends with exit code 2 and one message that names the value, the place and the remedy."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from typer.testing import CliRunner

from segkit.cli import app

GOOD = "customer_id,ordered_at,amount\na,2024-01-05,10\nb,2024-02-05,20\n"


def said(*arguments) -> tuple[int, str, str]:
    """Exit code, output, and the one message on the error stream."""
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    assert "Traceback" not in result.output
    return result.exit_code, result.stdout, result.stderr


def workbook(rows) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Orders")
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
    return buffer.getvalue()


CASES = {
    "an empty file": (b"", {}, {}, ["orders.csv", "empty"]),
    "header only": (b"customer_id,ordered_at,amount\n", {}, {}, ["orders.csv", "no data rows"]),
    "a missing column": (
        "客户,日期,金额\na,2024-01-05,1\n".encode(),
        {"columns": {"customer_id": "客户", "ordered_at": "日期", "amount": "amount"}},
        {},
        ['orders.csv: no column "amount"', "It has: 客户, 日期, 金额", "extracts.orders.columns"],
    ),
    "a required column that is mapped to nothing": (
        b"customer_id,when,amount\na,2024-01-05,1\n",
        {},
        {},
        ["orders.csv: no column is mapped to ordered_at", "It has: customer_id, when, amount", "extracts.orders.columns"],
    ),
    "a doubled column": (
        b"customer_id,amount,ordered_at,amount\na,1,2024-01-05,2\n",
        {},
        {},
        ["orders.csv", 'two columns are called "amount"'],
    ),
    "the wrong encoding": (
        "customer_id,ordered_at,amount,备注\na,2024-01-05,1,客户\n".encode("gb18030"),
        {"encoding": "utf-8"},
        {},
        ["orders.csv", "utf-8", "encoding"],
    ),
    "unreadable dates": (
        b"customer_id,ordered_at,amount\na,soon,1\nb,later,2\n",
        {},
        {},
        ['orders.csv: column "ordered_at": "later" is no date', "extracts.orders.date_format"],
    ),
    "day and month that cannot be told apart": (
        b"customer_id,ordered_at,amount\na,01/02/2024,1\nb,03/02/2024,2\n",
        {},
        {},
        ['column "ordered_at"', "day and month", "extracts.orders.date_format"],
    ),
    "text in a money column": (
        b"customer_id,ordered_at,amount\na,2024-01-05,ten\nb,2024-02-05,20\n",
        {},
        {},
        ["orders.csv: 50%", "1 unreadable_amount", 'row 1, unreadable_amount: column "amount" says "ten"', "max_left_out"],
    ),
    "two ways of writing decimals": (
        b'customer_id,ordered_at,amount\na,2024-01-05,"1.234,50"\nb,2024-02-05,20.5\n',
        {},
        {},
        ['column "amount" writes decimals both ways', "extracts.orders.decimal"],
    ),
    "amounts in several currencies without a currency column": (
        "customer_id,ordered_at,amount\na,2024-01-05,€10\nb,2024-02-05,$20\n".encode(),
        {},
        {},
        ['column "amount" holds amounts in', "extracts.orders.columns.currency"],
    ),
    "all rows left out": (
        b"customer_id,ordered_at,amount\n,2024-01-05,1\nnan,2024-01-06,2\n",
        {},
        {},
        ["orders.csv: none of 2 rows can be used: 2 missing_id", "extracts.orders"],
    ),
    "no order among the rows": (
        b"customer_id,ordered_at,amount\na,2024-01-05,-1\n",
        {},
        {},
        ["orders.csv: 1 rows were read, but none is an order"],
    ),
    "an unknown config key": (GOOD.encode(), {"colums": {}}, {}, ["segkit.yaml", "extracts.orders.colums", 'mean "columns"']),
    "a key that only segkit itself uses": (GOOD.encode(), {}, {"folder": "x"}, ['unknown key "folder"', "Known here: name"]),
    "an unknown table": (GOOD.encode(), {}, {"extracts": {"order": {"source": "x"}}}, ['no table "order"', 'mean "orders"']),
    "a currency code that is none": (
        GOOD.encode(),
        {},
        {"currency": "Dollar"},
        ['"Dollar" is no currency code', "three letters"],
    ),
    "an unknown currency": (
        b"customer_id,ordered_at,amount,currency\na,2024-01-05,1,USD\nb,2024-01-06,2,XTS\n",
        {},
        {},
        ['orders.csv: unknown currency "XTS" (1 rows)', "extracts.fx"],
    ),
    "as-of before the first order": (GOOD.encode(), {}, {"as_of": "2001-01-01"}, ["as_of 2001-01-01", "2024-01-05", "later"]),
    "a variable that is not set": (GOOD.encode(), {"source": "$NO_SUCH_VAR/x.csv"}, {}, ["$NO_SUCH_VAR is not set"]),
    "a name that segkit computes": (
        b"customer_id,ordered_at,amount,f\na,2024-01-05,1,2\n",
        {"columns": {"customer_id": "customer_id", "ordered_at": "ordered_at", "amount": "amount", "frequency": "f"}},
        {},
        ['the name "frequency" is computed by segkit', "extracts.orders.columns"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_message_with_value_place_and_remedy(firm, case):
    rows, orders, config, words = CASES[case]
    path = firm.write(rows, config=config, **orders)
    code, out, message = said("check", path)
    assert (code, out) == (2, "")
    assert len(message.strip().splitlines()) == 1
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize(
    ("file", "content"),
    [("orders.xlsx", b"PK\x03\x04 torn"), ("orders.parquet", b"PAR1 torn"), ("orders.csv.gz", b"\x1f\x8b torn")],
)
def test_a_corrupt_file_is_named(firm, file, content):
    code, _, message = said("check", firm.write(content, file=file))
    assert code == 2
    assert message.startswith(f"segkit: {file}: ")
    assert len(message.strip().splitlines()) == 1


def test_a_file_that_is_not_there_is_named_with_one_that_is(firm):
    path = firm.write(GOOD, source="order.csv")
    code, _, message = said("check", path)
    assert code == 2
    assert "order.csv" in message
    assert "orders.csv" in message


def test_a_config_that_is_not_there_or_no_yaml(tmp_path):
    assert said("check", tmp_path / "segkit.yaml")[0] == 2
    (tmp_path / "segkit.yaml").write_text("extracts: [")
    code, _, message = said("check", tmp_path / "segkit.yaml")
    assert code == 2
    assert "YAML" in message


def test_a_workbook_named_csv_is_read_and_said(firm):
    rows = [["customer_id", "ordered_at", "amount"], ["a", "2024-01-05", 10], ["b", "2024-02-05", 20]]
    code, out, _ = said("check", firm.write(workbook(rows)))
    assert code == 0
    assert "orders.csv" in out
    assert "Excel" in out


def test_an_unknown_notebook_parameter_is_refused_before_anything_is_read(firm):
    path = firm.write(GOOD)
    code, _, message = said("run", path, "--out", firm.folder / "out", "-p", "binz=4")
    assert code == 2
    assert "binz" in message
    assert "bins" in message
    assert not list(firm.folder.glob("out*"))


def test_a_password_in_an_engine_url_is_not_repeated(firm, monkeypatch):
    monkeypatch.setenv("DB_PASSWORD", "hunter2secret")
    config = {"engine": "postgres://me:$DB_PASSWORD@127.0.0.1:1/crm"}
    path = firm.write(GOOD, config=config)
    code, out, message = said("check", path)
    assert code == 2
    assert "hunter2secret" not in out + message
