"""Where a customer is: countries in any spelling, Chinese addresses, a firm's own regions."""

from __future__ import annotations

import pandas as pd
import pytest

from segkit.crm import region


@pytest.mark.parametrize(
    ("code", "spellings"),
    [
        ("US", ["USA", "U.S.A.", "United States", "United States of America", "us", "美国", "美國"]),
        ("GB", ["U.K.", "UK", "England", "Great Britain", "英国", "GBR"]),
        ("IE", ["EIRE", "Ireland", "爱尔兰"]),
        ("TR", ["Turkey", "Türkiye", "TURKIYE", "土耳其", "TR", "tur"]),
        ("KR", ["South Korea", "Korea, Republic of", "韩国", "Korea"]),
        ("AE", ["UAE", "United Arab Emirates", "阿联酋", "Dubai"]),
        ("CN", ["P.R. China", "中国", "中华人民共和国", "中国 China", "China (Mainland)"]),
        ("NL", ["the Netherlands", "Holland", "荷兰", "Niederlande"]),
        ("CI", ["Côte d'Ivoire", "Cote d'Ivoire", "Ivory Coast"]),
        ("HK", ["Hong Kong", "香港", "中国香港"]),
        ("PH", ["the Philippines", "Philippinen"]),
        ("NE", ["Niger"]),
        ("NG", ["Nigeria"]),
        ("XK", ["Kosovo"]),
    ],
)
def test_a_country_is_recognised_in_every_usual_spelling(code: str, spellings: list[str]) -> None:
    assert {s: region.code_of(s) for s in spellings} == dict.fromkeys(spellings, (code, "exact"))


@pytest.mark.parametrize(
    ("spelt", "code"), [("Philipines", "PH"), ("Phillipines", "PH"), ("South Afrika", "ZA"), ("Brazill", "BR")]
)
def test_a_misspelling_is_taken_for_the_one_name_it_is_close_to(spelt: str, code: str) -> None:
    assert region.code_of(spelt) == (code, "close")


@pytest.mark.parametrize(
    "spelt",
    [
        "Narnia",
        "N/A",
        "",
        "-",
        "Channel Islands",
        "European Community",
        "South America",
        "Asia",
        "Unspecified",
        "Nigerr",
        "Slovania",
        "其他",
        "USA / China",
    ],
)
def test_what_is_no_one_country_stays_unknown(spelt: str) -> None:
    assert region.code_of(spelt) == (None, "unknown")


def test_unknown_and_misspelt_countries_are_counted() -> None:
    frame = pd.DataFrame({"customer_id": list("12345"), "country": ["Narnia", "Narnia", "Philipines", None, "土耳其"]})
    found = region.regions(frame)
    assert found["country_found"].astype(object).where(found["country_found"].notna(), None).tolist() == [
        "unknown", "unknown", "close", None, "exact",
    ]  # fmt: skip
    assert found["country_code"].tolist()[2::2] == ["PH", "TR"]
    assert found.attrs == {"unknown": {"Narnia": 2}, "close": {"Philipines": "PH"}}


def test_names_are_told_in_both_languages() -> None:
    assert [region.country_name("AE", language) for language in ("en", "zh")] == ["United Arab Emirates", "阿拉伯联合酋长国"]


@pytest.mark.parametrize(
    ("address", "province", "city"),
    [
        ("福建省厦门市滨海大道47号", "福建省", "厦门市"),
        ("江苏苏州滨海大道5号", "江苏省", "苏州市"),
        ("浙江义乌国际商贸城", "浙江省", "金华市"),
        ("深圳南山区科技园", "广东省", "深圳市"),
        ("上海市解放大道110号", "上海市", "上海市"),
        ("徐汇区虹漕路461号", "上海市", "上海市"),
        ("湖北省仙桃市", "湖北省", "仙桃市"),
        ("内蒙古呼和浩特市新城区", "内蒙古自治区", "呼和浩特市"),
        ("江苏省无锡市南京路3号", "江苏省", "无锡市"),
        ("广东省中山路5号", "广东省", None),
        ("中山路12号", None, None),
        ("北京路12号", None, None),
        ("鼓楼区创新路", None, None),
        ("人民路5号", None, None),
    ],
)
def test_province_and_city_are_read_from_a_chinese_address(address: str, province: str | None, city: str | None) -> None:
    found = region.divisions([address]).loc[address]
    assert [None if pd.isna(x) else x for x in found] == [province, city]


def test_fields_go_before_the_address_and_other_countries_have_no_chinese_divisions() -> None:
    frame = pd.DataFrame(
        {
            "customer_id": list("123"),
            "country": ["China", "Japan", "China"],
            "province": ["浙江省", None, None],
            "city": ["宁波市", None, None],
            "address": ["中山东路5号", "上海市人民路1号", "77 High Street"],
        }
    )
    found = region.regions(frame)
    assert found["province_found"].astype(object).where(found["province_found"].notna(), None).tolist() == [
        "浙江省",
        None,
        None,
    ]
    assert found["city_found"].iloc[0] == "宁波市"


def test_customers_without_any_place_keep_their_rows() -> None:
    assert region.regions(pd.DataFrame({"customer_id": ["1"]})).columns.tolist() == ["customer_id"]
    assert region.regions(pd.DataFrame({"customer_id": [], "country": [], "address": []})).empty


def test_a_firms_own_region_file_goes_from_the_city_to_the_country() -> None:
    own = region.region_file(
        pd.DataFrame(
            [
                ("Germany", "DACH"),
                ("AT", "DACH"),
                ("中国", "国内"),
                ("广东", "华南"),
                ("深圳市", "大湾区"),
                ("Narnia", "fables"),
            ],
            columns=["place", "region"],
        )
    )
    frame = pd.DataFrame(
        {
            "customer_id": list("1234567"),
            "country": ["Deutschland", "奥地利", "China", "China", "China", "Narnia", "France"],
            "address": [None, None, "山东青岛", "广东省广州市天河区", "深圳南山区", None, None],
        }
    )
    found = region.regions(frame, own=own)["region"]
    assert found.where(found.notna(), None).tolist() == ["DACH", "DACH", "国内", "华南", "大湾区", "fables", None]
