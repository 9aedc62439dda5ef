"""The dimensions that the views of several areas share."""

TIME = ("day", "week", "month", "quarter")
CLAIM = (
    "payer_id",
    "payer_name",
    "claim_type",
    "facility",
    "rendering_npi",
    "place_of_service",
    "diagnosis_chapter",
    "coder_id",
    "biller_id",
    "teams",
)
