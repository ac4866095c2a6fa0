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
}
"""Tables that a run has only where the extracts for them exist, with their columns and kinds."""
