"""Canonical names: the tables of an extract and of a run, their grain, columns and kinds.

Kinds of an extract's columns and what reading makes of them:

`id`      text; `17850.0` becomes `17850`, `007` stays
`text`    text; placeholder words for "missing" become null
`choice`  lower-case text out of a closed list; other words are kept, and counted
`moment`  a timestamp, or a date where the export has no time
`day`     a date
`money`   a number in the row's currency
`number`  a number
`flag`    true or false
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MOST_QUARTERS = 5  # starts of past quarters that a run looks back to

Kind = Literal["id", "text", "choice", "moment", "day", "money", "number", "flag"]


@dataclass(frozen=True)
class Column:
    """One column of an extract: `choices` only for kind `choice`, `unit` where a number has one."""

    name: str
    kind: Kind
    unit: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table of an extract. `required`: each group names columns of which one must be there.

    `key`: the column that names a row (rows without it are left out), `unique` where it names one row only;
    `known_at`: the moment from which a row is known (rows on or after as-of are left out), `known_else`: what tells it
    where that is empty; `extra`: columns of the firm's own travel along without being mapped.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]
    required: tuple[tuple[str, ...], ...]
    key: str | None = None
    known_at: str | None = None
    known_else: str | None = None
    unique: bool = False
    extra: bool = False

    def column(self, name: str) -> Column | None:
        """The column of that canonical name, or None where the table has none."""
        return next((c for c in self.columns if c.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)


def _columns(text: str) -> tuple[Column, ...]:
    """`name:kind`, `name:kind:unit` or `name:choice:a|b`, separated by blanks."""
    columns = []
    for item in text.split():
        name, kind, *rest = item.split(":")
        detail = rest[0] if rest else ""
        if kind == "choice":
            columns.append(Column(name, "choice", choices=tuple(detail.split("|"))))
        else:
            columns.append(Column(name, kind, unit=detail))  # type: ignore[arg-type]
    return tuple(columns)


CUSTOMER_FIELDS = _columns(
    """name:text country:text province:text city:text address:text industry:text industry_outlook:number:1-5
    employees:number:people company_stage:choice:startup|growing|leader website:text trade_type:text
    source_channel:text owner:text created_at:moment contact_name:text contact_email:text contact_phone:text
    birthday:day product_interest:text relationship:choice:friendly|neutral|cool satisfaction:number:1-5
    repurchase_intent:number:0-1 referral_willingness:number:0-10 culture_fit:number:1-5
    communication_cost:number:1-5 vetted:flag needs_match:number:1-5 parent_id:id do_not_contact:flag tags:text"""
)

CUSTOMER_MEASURES = _columns(
    # what reading the extracts measures of each customer, as known at as-of; share: 0 to 1
    """first_order_on:day last_order_on:day recency_days:number:days tenure_days:number:days frequency:number:orders
    monetary:money refunds:money average_order_value:money margin:money margin_known:number:share conceded:money
    sample_orders:number:orders
    orders_12m:number:orders orders_prev_12m:number:orders revenue_12m:money revenue_prev_12m:money
    frequency_3y:number:orders monetary_3y:money usual_gap_days:number:days gap_upper_days:number:days
    gap_low_days:number:days gap_spread:number gap_own_share:number:share
    orders_90d:number:orders orders_180d:number:orders revenue_90d:money revenue_180d:money
    order_days:number:days gaps:number:gaps gap_log_mean:number gap_log_sd:number repeat_spend:money
    margin_12m:money margin_prev_12m:money
    margin_rate_12m:number:share margin_rate_prev_12m:number:share repeat_share:number:share top_category:text
    categories:number:categories
    touches:number:touches touches_12m:number:touches minutes_12m:number:minutes mailings_12m:number:mailings
    visits_12m:number:visits last_touch_on:day last_reply_on:day replies_12m:number:replies sent_12m:number:messages
    inquiries:number:inquiries quotes:number:quotes complaints_12m:number:complaints inquiry_quality:number:1-5
    sample_price_on:day sample_requested_on:day sample_sent_on:day sample_received_on:day demos:number:demos
    last_feedback:text
    deals:number:deals deals_open:number:deals deals_won:number:deals deals_lost:number:deals deal_stage:text
    deal_since:day deal_first_contact_on:day deal_days:number:days deal_amount:money deal_product:text
    deal_key_person:choice:first|second|third|none deal_levels_above:number:levels deal_has_need:flag
    deal_can_pay:flag deal_value_accepted:flag deal_spec_known:flag deal_quantity_known:flag
    deal_outcome:choice:won|lost|open
    invoices:number:invoices invoices_late:number:invoices paid_on_time_share:number:share days_late_mean:number
    overdue_invoices:number:invoices overdue_amount:money
    contacts:number:contacts decision_maker_known:flag"""
)

MODEL_COLUMNS = _columns(
    # what notebooks add to a customer: scores, models, regions
    """r_score:number:1-5 f_score:number:1-5 m_score:number:1-5 p_alive:number:share p_order:number:share
    p_repurchase:number:share churn_risk:number:share clv:money expected_revenue:money
    country_code:text country_found:text province_found:text city_found:text region:text"""
)


def customer_columns() -> dict[str, Column]:
    """Columns that the customers table can have by name: fields of the extract, measures, what notebooks add."""
    return {c.name: c for c in (Column("customer_id", "id"), *CUSTOMER_FIELDS, *CUSTOMER_MEASURES, *MODEL_COLUMNS)}


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "customers",
            "one per customer",
            (Column("customer_id", "id"), *CUSTOMER_FIELDS),
            (("customer_id",),),
            key="customer_id",
            known_at="created_at",
            unique=True,
            extra=True,
        ),
        Table(
            "contacts",
            "one per person",
            _columns(
                """contact_id:id customer_id:id name:text role:text decides:choice:first|second|third|none
                email:text phone:text birthday:day"""
            ),
            (("customer_id",),),
            key="customer_id",
        ),
        Table(
            "orders",
            "order line or order",
            _columns(
                """order_id:id customer_id:id ordered_at:moment amount:money quantity:number unit_price:money
                discount:number:share
                currency:text cost:money margin:money product:text product_category:text
                status:choice:completed|returned|cancelled is_sample:flag list_amount:money returned_amount:money"""
            ),
            (("customer_id",), ("ordered_at",), ("amount", "quantity"), ("amount", "unit_price")),
            key="customer_id",
            known_at="ordered_at",
        ),
        Table(
            "interactions",
            "one per touch",
            _columns(
                """interaction_id:id customer_id:id at:moment
                channel:choice:email|phone|visit|meeting|chat|demo direction:choice:in|out
                kind:choice:inquiry|quote|sample_price_confirmed|sample_requested|sample_sent|sample_received|demo_attended|follow_up|mailing|complaint|return|ticket|feedback
                product:text feedback:text inquiry_quality:number:1-5 minutes:number:minutes note:text owner:text"""
            ),
            (("customer_id",), ("at",)),
            key="customer_id",
            known_at="at",
        ),
        Table(
            "opportunities",
            "one per deal",
            _columns(
                """opportunity_id:id customer_id:id created_at:moment first_contact_at:moment stage:text
                stage_since:moment amount:money currency:text product:text
                key_person:choice:first|second|third|none levels_above:number:levels has_need:flag can_pay:flag
                value_accepted:flag spec_known:flag quantity_known:flag owner:text closed_at:moment
                outcome:choice:won|lost|open lost_reason:text"""
            ),
            (("customer_id",),),
            key="customer_id",
            known_at="created_at",
            known_else="first_contact_at",
        ),
        Table(
            "payments",
            "one per invoice",
            _columns("invoice_id:id customer_id:id due_on:day paid_on:day amount:money currency:text"),
            (("customer_id",), ("due_on",)),
            key="customer_id",
        ),
        Table(
            "owners",
            "one per salesperson",
            _columns(
                """owner:text email:text language:text time_zone:text team:text role:choice:hunter|farmer|director
                seniority:text products:text regions:text languages:text hometown:text hours_per_week:number:hours
                active:flag"""
            ),
            (("owner",),),
            key="owner",
            unique=True,
        ),
        Table(
            "targets",
            "per owner and period",
            _columns("owner:text period:text revenue:money new_customers:number:customers"),
            (("owner",), ("period",)),
            key="owner",
        ),
        Table(
            "costs",
            "per channel and period",
            _columns("source_channel:text period:text cost:money currency:text"),
            (("source_channel",), ("period",), ("cost",)),
            key="source_channel",
        ),
        Table(
            "fx",
            "one per day and currency",
            _columns("on:day currency:text rate:number"),
            (("on",), ("currency",), ("rate",)),
            key="currency",
        ),
    )
}

PERIOD = r"(\d{4})(?:[-/ ]?(?:(Q)([1-4])|(H)([12])|(\d{1,2})))?"
"""A period as targets and costs name it, in any case: 2026, 2026-Q2, 2026-H1, 2026-06."""

REASONS: dict[str, bool] = {
    # why a row of an extract is left out → does it count towards max_left_out
    "unreadable_line": True,  # the file's own format is broken on that line
    "filtered": False,  # by `where`
    "overlap": False,  # the same order stands in a later part
    "duplicate": False,  # an equal line within its part, where duplicates: drop
    "missing_id": False,  # no customer (or no owner, channel, currency) named
    "excluded_account": False,  # by accounts.exclude
    "unreadable_date": True,
    "missing_date": True,
    "impossible_date": True,  # before 1950, or after today where as-of is taken from the data
    "after_as_of": False,
    "cancelled": False,
    "sample": False,
    "missing_amount": True,
    "unreadable_amount": True,
    "no_exchange_rate": True,
    "zero_amount": False,
    "repeated_id": False,  # a second row for a key that must be unique
}
"""Reasons in the order in which they are looked for: a row has the first that fits."""
