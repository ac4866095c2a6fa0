"""`segkit map`: which file is which table, which column is which, and what is left for the user to say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from places import ROOT, TODAY
from segkit import crm, settings
from segkit.crm.proposal import columns as naming
from segkit.crm.proposal import propose
from segkit.errors import InputError

pytestmark = pytest.mark.long


def put(folder: Path, name: str, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def proposed(*files: Path, base: Path | None = None) -> dict[str, Any]:
    return yaml.safe_load(propose(list(files), base=base))


def columns(*files: Path, table: str = "orders") -> dict[str, Any]:
    return proposed(*files)["extracts"][table]["columns"]


def checked(folder: Path, *files: Path) -> crm.Summary:
    """The config as proposed, written and run."""
    path = folder / "segkit.yaml"
    path.write_text(propose(list(files)), encoding="utf-8")
    return crm.check(settings.load(path), today=TODAY)


def lines(*files: Path, holding: str) -> list[str]:
    return [line.strip() for line in propose(list(files)).splitlines() if holding in line]


EXPORTS = {
    "Salesforce": (
        "Order Number,Account ID,Account Name,Order Start Date,Effective Date,Order Amount,Order Currency,Status\n"
        "00000101,0015g00000Ab,Acme,2024-01-05,2024-01-05,120.50,EUR,Activated\n"
        "00000102,0015g00000Ac,Bolt,2024-02-05,2024-02-05,90.00,EUR,Cancelled\n",
        None,
    ),
    "HubSpot": (
        "Record ID,Deal Name,Associated Company ID,Close Date,Amount,Currency,Deal Stage,Deal owner\n"
        "1,Big,77,2024-01-05 10:00,120.50,USD,Closed Won,Ann\n2,Small,78,2024-02-05 10:00,90,USD,Closed Lost,Bo\n",
        None,
    ),
    "金蝶": (
        "单据编号,单据日期,购货单位编码,购货单位名称,存货名称,数量,含税单价,价税合计,币别\n"
        "XS001,2024/1/5,C001,甲公司,灯,2,10.00,20.00,人民币\nXS002,2024/1/25,C002,乙公司,灯,1,10.00,10.00,人民币\n",
        {"order_id": "单据编号", "customer_id": "购货单位编码", "ordered_at": "单据日期", "amount": "价税合计",
         "quantity": "数量", "unit_price": "含税单价", "currency": "币别", "product": "存货名称"},
    ),
    "OKKI": (
        "订单号\t客户名称\t成交时间\t订单金额（USD）\t业务员\t国家地区\n"
        "PI-1\tAcme\t2024-01-05\t1,200.00\t李雷\t美国\nPI-2\tBolt\t2024-01-25\t300.00\t韩梅\t德国\n",
        {"order_id": "订单号", "customer_id": "客户名称", "ordered_at": "成交时间", "amount": "订单金额（USD）",
         "owner": "业务员", "country": "国家地区"},
    ),
    "Shopify": (
        "Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Created at,"
        "Lineitem quantity,Lineitem name,Lineitem price\n"
        "#1001,a@x.com,paid,2024-01-05 10:00:00 +0800,USD,25,30,2024-01-05 09:59:00 +0800,2,Lamp,10\n"
        "#1001,a@x.com,,,,,,2024-01-05 09:59:00 +0800,1,Bulb,5\n"
        "#1002,b@x.com,paid,2024-01-07 10:00:00 +0800,USD,10,12,2024-01-07 09:59:00 +0800,1,Lamp,10\n",
        {"order_id": "Name", "customer_id": "Email", "ordered_at": "Created at", "quantity": "Lineitem quantity",
         "unit_price": "Lineitem price", "currency": "Currency", "product": "Lineitem name", "status": "Financial Status"},
    ),
    "Amazon": (
        "amazon-order-id\tpurchase-date\torder-status\tsku\tquantity\tcurrency\titem-price\tbuyer-email\tship-country\n"
        "111-1\t2024-01-05T10:00:00+00:00\tShipped\tLAMP-1\t2\tUSD\t20.00\ta@x.com\tUS\n"
        "111-2\t2024-01-06T10:00:00+00:00\tCancelled\tLAMP-1\t1\tUSD\t10.00\tb@x.com\tDE\n",
        {"order_id": "amazon-order-id", "customer_id": "buyer-email", "ordered_at": "purchase-date", "amount": "item-price",
         "quantity": "quantity", "currency": "currency", "product": "sku", "status": "order-status", "country": "ship-country"},
    ),
    "WooCommerce": (
        "Order ID,Order Date,Order Status,Customer User ID,Billing Email,Order Total,Country\n"
        "1,2024-01-05 10:00,completed,7,a@x.com,20.00,US\n2,2024-01-06 10:00,refunded,8,b@x.com,10.00,DE\n",
        {"order_id": "Order ID", "customer_id": "Customer User ID", "ordered_at": "Order Date", "amount": "Order Total",
         "status": "Order Status", "country": "Country"},
    ),
    "Dynamics": (
        "Order ID,Potential Customer,Name,Created On,Total Amount,Currency,Owner\n"
        "ORD-1,Acme,Lamps,2024-01-05 10:00,20.00,US Dollar,Ann\nORD-2,Bolt,Bulbs,2024-01-06 10:00,10.00,US Dollar,Bo\n",
        {"order_id": "Order ID", "customer_id": "Potential Customer", "ordered_at": "Created On", "amount": "Total Amount",
         "owner": "Owner"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("system", [name for name, (_, expected) in EXPORTS.items() if expected])
def test_the_columns_of_a_system_are_found(system: str, tmp_path: Path) -> None:
    text, expected = EXPORTS[system]
    found = columns(put(tmp_path, "订单导出.csv" if system in ("金蝶", "OKKI") else "orders_export.csv", text))
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize("system", [name for name in EXPORTS if name != "Shopify"])
def test_what_is_proposed_for_a_system_can_be_run(system: str, tmp_path: Path) -> None:
    summary = checked(tmp_path, put(tmp_path, "export.csv", EXPORTS[system][0]))
    assert summary.rows["orders"]["used"] >= 1


def test_headers_are_compared_without_case_blanks_full_width_and_units() -> None:
    same = ["Customer ID", "customer_id", "CUSTOMERID", "Ｃｕｓｔｏｍｅｒ　ＩＤ", "Customer-Id (text)"]
    assert {naming.normal(header) for header in same} == {"customerid"}
    assert naming.normal("金额（USD）") == naming.normal("金额 (元)") == "金额"


ORDERS = "Order No,Customer No,Order Date,Amount\n1,A,2024-01-05,10.5\n2,B,2024-01-25,20.5\n3,A,2024-02-25,5.5\n"


def test_a_header_counts_only_where_its_values_fit(tmp_path: Path) -> None:
    text = (
        "Order No,Customer No,Order Date,Created,Amount,Total\n1,A,soon,2024-01-05,see quote,10.5\n2,B,later,2024-01-25,-,3\n"
    )
    found = propose([put(tmp_path, "orders.csv", text)])
    assert "amount: Total" in found
    assert "ordered_at: ?   # none of" in found


def test_files_of_one_shape_become_one_extract(tmp_path: Path) -> None:
    first, second = put(tmp_path, "o1.csv", ORDERS), put(tmp_path, "o2.csv", ORDERS.replace("2024", "2025"))
    assert proposed(first, second)["extracts"]["orders"]["source"] == [str(first), str(second)]
    assert checked(tmp_path, first, second).rows["orders"]["in"] == 6


def test_sources_are_as_given_or_from_the_folder_of_the_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "exports").mkdir()
    put(tmp_path, "exports/o.csv", ORDERS)
    monkeypatch.chdir(tmp_path)
    assert proposed(Path("exports/o.csv"))["extracts"]["orders"]["source"] == "exports/o.csv"
    assert proposed(Path("exports/o.csv"), base=Path("configs"))["extracts"]["orders"]["source"] == "../exports/o.csv"


def test_an_absolute_source_beside_the_config_is_named_from_there_and_another_stays(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("customer_id,order_date,qty,unit price,discount\na,2024-01-31,4,25,0.1\n", encoding="utf-8")
    inside, outside = (yaml.safe_load(propose([file], base=base))["extracts"]["orders"] for base in (tmp_path, tmp_path / "x"))
    assert (inside["source"], outside["source"]) == ("orders.csv", str(file))
    assert inside["columns"]["discount"] == "discount"


def test_day_and_month_that_cannot_be_told_apart_are_left_to_the_user(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "orders.csv",
        ORDERS.replace("2024-01-05", "03/07/2021").replace("2024-01-25", "04/07/2021").replace("2024-02-25", "05/07/2021"),
    )
    shown = lines(path, holding="date_format")
    assert shown == [
        '# date_format: "%d/%m/%Y"    # 03/07/2021 is 3 July 2021',
        '# date_format: "%m/%d/%Y"    # 03/07/2021 is 7 March 2021',
    ]
    assert "date_format" not in proposed(path)["extracts"]["orders"]
    with pytest.raises(InputError, match="day and month cannot be told apart"):
        checked(tmp_path, path)


def test_days_that_decide_need_no_format(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "orders.csv",
        ORDERS.replace("2024-01-05", "03/07/2021").replace("2024-01-25", "25/07/2021").replace("2024-02-25", "26/07/2021"),
    )
    assert not lines(path, holding="date_format")


def test_without_orders_the_first_lines_say_so(tmp_path: Path) -> None:
    text = propose([put(tmp_path, "客户.csv", "客户编号,客户名称,行业\nC1,甲公司,机械\nC2,乙公司,化工\n")])
    assert text.splitlines()[1].startswith("# INCOMPLETE: no file holds orders")
    assert yaml.safe_load(text)["extracts"]["customers"]["columns"] == {
        "customer_id": "客户编号",
        "name": "客户名称",
        "industry": "行业",
    }


def test_a_required_column_that_is_not_there_is_asked_for(tmp_path: Path) -> None:
    path = put(tmp_path, "orders.csv", "Order No,Order Date,Amount,Buyer Ref Id\n1,2024-01-05,10.5,x1\n2,2024-01-25,20.5,x2\n")
    text = propose([path])
    assert text.splitlines()[1] == "# INCOMPLETE: orders has no column for customer_id. Fill in the lines with a question mark."
    assert "# customer_id: ?   # none of Buyer Ref Id is known to be it" in text
    settings.parse(yaml.safe_load(text))


def test_further_candidates_are_named_beside_the_one_taken(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "orders.csv",
        ORDERS.replace("Order Date", "Created Time,Modified Time")
        .replace("2024-01-05", "2024-01-05,2024-01-06")
        .replace("2024-01-25", "2024-01-25,2024-01-26")
        .replace("2024-02-25", "2024-02-25,2024-02-26"),
    )
    assert lines(path, holding="ordered_at") == ["ordered_at: Created Time      # also possible: Modified Time"]


def test_a_file_without_headers_is_read_by_position(tmp_path: Path) -> None:
    text = (
        "00004 0001 19970101 2 29.33\n00004 0001 19970118 2 29.73\n00021 0002 19970101 3 63.34\n00021 0002 19970118 1 11.77\n"
    )
    found = proposed(put(tmp_path, "log.txt", text))["extracts"]["orders"]
    assert found["header"] is False
    assert found["columns"] == {"customer_id": 1, "ordered_at": 3, "amount": 5, "quantity": 4}


def test_customers_are_known_by_the_column_by_which_orders_name_them(tmp_path: Path) -> None:
    orders = put(tmp_path, "orders.csv", ORDERS.replace("Customer No", "Account Name"))
    accounts = put(tmp_path, "accounts.csv", "Account ID,Account Name,Industry\n001,A,Toys\n002,B,Tools\n")
    leads = put(tmp_path, "leads.csv", "Lead ID,Company,Industry,Website,Lead Source,Email\n9,Z,Toys,z.com,Fair,z@z.com\n")
    found = proposed(orders, accounts, leads)["extracts"]["customers"]
    assert (found["source"], found["columns"]["customer_id"]) == (str(accounts), "Account Name")
    assert lines(orders, accounts, leads, holding="leads.csv: also looks like customers")


def test_sheets_of_a_workbook_are_named(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "crm.xlsx") as book:
        for title, rows in {
            "订单": [
                ["订单号", "客户编号", "下单日期", "金额"],
                ["S1", "C1", "2024-01-05", 10.5],
                ["S2", "C1", "2024-02-05", 8.5],
            ],
            "客户": [["客户编号", "客户名称"], ["C1", "甲公司"]],
            "Notes": [["read me"], ["nothing here"]],
        }.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    found = proposed(tmp_path / "crm.xlsx")["extracts"]
    assert {name: spec["sheet"] for name, spec in found.items()} == {"orders": "订单", "customers": "客户"}
    assert lines(tmp_path / "crm.xlsx", holding="sheet Notes") == ["#   crm.xlsx (sheet Notes): fits no table of segkit"]
    assert checked(tmp_path, tmp_path / "crm.xlsx").rows["orders"]["used"] == 2


def test_the_currency_comes_from_column_sign_or_header(tmp_path: Path) -> None:
    assert proposed(put(tmp_path, "a.csv", ORDERS.replace("10.5", "£10.50").replace("20.5", "£20.50")))["currency"] == "GBP"
    assert proposed(put(tmp_path, "b.csv", ORDERS.replace("Amount", "金额(元)")))["currency"] == "CNY"
    assert lines(put(tmp_path, "c.csv", ORDERS), holding="currency")[0].endswith("correct it if the amounts are in another")


def test_a_file_that_is_missing_or_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        propose([tmp_path / "none.csv"])
    with pytest.raises(InputError, match="empty"):
        propose([put(tmp_path, "empty.csv", "")])


def test_the_demo_is_mapped_as_its_own_config_maps_it(tmp_path: Path) -> None:
    demo = ROOT / "data" / "demo"
    files = sorted(p for p in demo.iterdir() if p.name.split(".", 1)[-1] in ("csv", "csv.gz", "tsv.gz", "parquet"))
    own = yaml.safe_load((demo / "segkit.yaml").read_text(encoding="utf-8"))
    found = proposed(*files)
    assert {name: spec["columns"] for name, spec in found["extracts"].items()} == {
        name: spec["columns"] for name, spec in own["extracts"].items()
    }
    assert found["currency"] == own["currency"]
    assert {key: Path(path).name for key, path in found["accounts"].items()} == own["accounts"]
    assert checked(tmp_path, *files).rows["orders"]["used"] > 10_000


REAL = {
    "cdnow/CDNOW_master.txt": (
        {"customer_id": "customer_id", "ordered_at": "date", "quantity": "number_of_cds", "amount": "dollar_value"},
        (69_659, 69_579),
    ),
    "cdnow/CDNOW_sample.txt": ({"customer_id": 1, "ordered_at": 3, "quantity": 4, "amount": 5}, (6_919, 6_911)),
    "rfm-r/rfm_data_orders.csv": (
        {"customer_id": "customer_id", "ordered_at": "order_date", "amount": "revenue", "contact_email": "email"},
        (4_906, 4_906),
    ),
}


@pytest.mark.parametrize("name", REAL)
def test_real_orders_are_mapped_and_run(name: str, reference_data: Path, tmp_path: Path) -> None:
    expected, rows = REAL[name]
    assert columns(reference_data / name) == expected
    summary = checked(tmp_path, reference_data / name)
    assert (summary.rows["orders"]["in"], summary.rows["orders"]["used"]) == rows


def test_online_retail_is_mapped_with_its_sheets_as_parts(reference_data: Path, tmp_path: Path) -> None:
    path = reference_data / "online-retail-ii" / "online_retail_II_rebuilt_two_years.parquet"
    example = yaml.safe_load((ROOT / "data/examples/online-retail-ii.yaml").read_text(encoding="utf-8"))["extracts"]["orders"]
    found = proposed(path)["extracts"]["orders"]
    assert (found["columns"], found["part"]) == (example["columns"], "Sheet")
    summary = checked(tmp_path, path)
    assert summary.rows["orders"]["left_out"]["overlap"] == 22_523


def test_won_deals_stand_for_orders_where_there_are_none(reference_data: Path, tmp_path: Path) -> None:
    files = sorted((reference_data / "crm-sales-opportunities").glob("*.csv"))
    found = proposed(*files)["extracts"]
    assert {name: Path(spec["source"]).name for name, spec in found.items()} == {
        "orders": "sales_pipeline.csv", "customers": "accounts.csv", "opportunities": "sales_pipeline.csv",
        "owners": "sales_teams.csv",
    }  # fmt: skip
    assert found["orders"]["where"] == {"deal_stage": ["Won"]}
    assert found["customers"]["columns"]["customer_id"] == "account"
    assert found["opportunities"]["columns"] == {
        "opportunity_id": "opportunity_id", "customer_id": "account", "created_at": "engage_date", "stage": "deal_stage",
        "amount": "close_value", "product": "product", "owner": "sales_agent", "closed_at": "close_date",
        "outcome": "deal_stage",
    }  # fmt: skip
    assert lines(*files, holding="products.csv") == ["#   products.csv: fits no table of segkit"]
    assert checked(tmp_path, *files).rows["orders"]["used"] == 4_238


def test_a_whole_zoho_export_is_told_apart(reference_data: Path, tmp_path: Path) -> None:
    files = sorted((reference_data / "zoho-crm").glob("*.csv"))
    text = propose(files)
    found = yaml.safe_load(text)["extracts"]
    assert {name: Path(spec["source"]).name for name, spec in found.items()} == {
        "orders": "Invoices.csv", "customers": "Accounts.csv", "contacts": "Contacts.csv", "interactions": "Calls.csv",
        "owners": "Users.csv",
    }  # fmt: skip
    example = yaml.safe_load((ROOT / "data/examples/zoho-crm.yaml").read_text(encoding="utf-8"))["extracts"]
    assert found["orders"]["columns"] == example["orders"]["columns"] | {"owner": "Invoice Owner"}
    assert found["customers"]["columns"].items() >= example["customers"]["columns"].items()
    assert found["contacts"]["columns"] == {
        "contact_id": "CONTACTID",
        "customer_id": "Account Id",
        "name": "Last Name",
        "email": "Email",
        "phone": "Mobile",
    }
    assert found["interactions"]["columns"]["minutes"] == "Call Duration (in minutes)"
    assert "# opportunities is not used until the line with a question mark is filled in" in text
    assert "Potentials.csv" in text
    unused = {line.split(":")[0].strip("# ") for line in text[text.index("# Files not used") :].splitlines()[1:]}
    assert unused == {
        "Campaign_Lead_Status.csv", "Campaigns.csv", "Cases.csv", "Events.csv",
        "Invoice_Line_Items.csv, Sales_Order_Line_Items.csv",
        "Leads.csv", "Products.csv", "Quotes.csv", "Sales_Orders.csv", "Tasks.csv",
    }  # fmt: skip
    assert checked(tmp_path, *files).rows["orders"]["in"] == 1_300
