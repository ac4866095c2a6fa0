"""Tables that a run has only where the extracts for them exist."""

TEXT, DAY, NUMBER, FLAG = "object", "datetime64[ns]", "float64", "boolean"
OPTIONAL = {
    "deals": {
        **dict.fromkeys(("opportunity_id", "customer_id", "owner"), TEXT),
        **dict.fromkeys(("created_on", "first_contact_on", "closed_on"), DAY),
        **dict.fromkeys(("outcome", "stage"), TEXT),
        **{"stage_since": DAY, "amount": NUMBER, "product": TEXT, "key_person": TEXT, "levels_above": NUMBER},
        **dict.fromkeys(("has_need", "can_pay", "value_accepted", "spec_known", "quantity_known"), FLAG),
        **{"lost_reason": TEXT, "days_to_close": NUMBER},
    },
    "touches": {
        **{"customer_id": TEXT, "month": DAY},
        **dict.fromkeys(("owner", "channel", "direction", "kind", "feedback"), TEXT),
        **{"touches": NUMBER, "minutes": NUMBER},
    },
    "interactions": {
        **{"customer_id": TEXT, "at": DAY, "on": DAY, "interaction_id": TEXT, "minutes": NUMBER},
        **dict.fromkeys(("owner", "channel", "direction", "kind"), TEXT),
    },
    "owners": {
        **dict.fromkeys(("owner", "email", "language", "time_zone", "team", "role", "seniority", "products"), TEXT),
        **dict.fromkeys(("regions", "languages", "hometown"), TEXT),
        **{"hours_per_week": NUMBER, "active": FLAG},
    },
    "targets": {"owner": TEXT, "period": TEXT, "revenue": NUMBER, "new_customers": NUMBER},
    "costs": {"source_channel": TEXT, "period": TEXT, "cost": NUMBER},
    "contacts": {
        **dict.fromkeys(("contact_id", "customer_id", "name", "role", "decides", "email", "phone"), TEXT),
        "birthday": DAY,
    },
    "rhythm": {"customer_id": TEXT, "next_order_on": DAY, "next_order_high_on": DAY, "overdue_days": NUMBER},
    "value": {"customer_id": TEXT, "expected_revenue": NUMBER},
    "churn": {"customer_id": TEXT, "churn_risk": NUMBER, "band": TEXT, "reasons": TEXT, "revenue_at_risk": NUMBER},
    "tasks": {
        **dict.fromkeys(("task_id", "customer_id", "owner", "kind", "due_local", "subject", "reason", "status"), TEXT),
        **{"due_at": DAY, "automated": FLAG, "fits": FLAG, "urgent": FLAG, "minutes": NUMBER, "value": NUMBER},
    },
    "alerts": {
        **dict.fromkeys(("alert_id", "customer_id", "owner", "kind", "severity"), TEXT),
        **{"money": NUMBER, "reason": TEXT, "first_told_on": DAY, "new": FLAG, "held_back": FLAG},
    },
    "told_alerts": {**dict.fromkeys(("alert_id", "customer_id", "kind"), TEXT), "first_told_on": DAY},
    "past_tiers": {"since": DAY, **dict.fromkeys(("scheme", "customer_id", "tier"), TEXT), "revenue": NUMBER, "source": TEXT},
    "task_status": {"task_id": TEXT, "status": TEXT, "until": DAY},
}
"""Tables that a run has only where the extracts for them exist, with their columns and kinds."""
