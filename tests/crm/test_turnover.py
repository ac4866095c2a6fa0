"""What customers brought by year, product and currency before as-of."""

from __future__ import annotations

import datetime as dt

import pandas as pd

AS_OF = dt.date(2026, 1, 1)


def test_years_are_counted_back_from_as_of_and_a_credit_falls_into_its_own(firm):
    rows = "order_id,customer_id,ordered_at,amount,product\n1,a,2025-12-31,10,Lamp\n2,a,2025-01-01,20,Lamp\n"
    rows += "3,a,2024-12-31,40,Tool\n3,a,2025-06-01,-5,Tool\n4,b,2024-01-01,1,\n"
    firm.extract(rows, as_of=AS_OF)
    table = firm.table("revenue_years").astype(object)
    shown = table.where(table.notna(), None)[["customer_id", "dimension", "years_back", "group", "revenue"]]
    assert shown.to_numpy().tolist() == [
        ["a", "category", 0, "Lamp", 30],
        ["a", "category", 0, "Tool", -5],
        ["a", "category", 1, "Tool", 40],
        ["a", "customer_id", 0, "a", 25],
        ["a", "customer_id", 1, "a", 40],
        ["b", "category", 2, None, 1],
        ["b", "customer_id", 2, "b", 1],
    ]


def test_every_dimension_of_the_extract_adds_up_to_the_same(firm):
    rows = "order_id,customer_id,ordered_at,amount,currency\n1,a,2025-12-01,10,USD\n2,b,2025-12-01,20,EUR\n"
    fx = "on,currency,rate\n2025-01-01,EUR,2\n2025-01-01,USD,1\n"
    (firm.folder / "fx.csv").write_text(fx)
    firm.extract(rows, as_of=AS_OF, config={"currency": "USD", "extracts": {"fx": {"source": "fx.csv"}}})
    table = firm.table("revenue_years")
    assert table.groupby("dimension")["revenue"].sum().to_dict() == {"currency": 50, "customer_id": 50}
    assert set(table.loc[table["dimension"] == "currency", "group"]) == {"USD", "EUR"}
    assert pd.api.types.is_integer_dtype(table["years_back"])
