"""What goes in? From statements to the model's inputs: picks and labels, never computes."""

#: The modules whose functions make the model's inputs.
MODULES = (
    "schedule", "slip", "fleet", "facility", "supply", "reliability", "training", "inference", "capex", "opex", "revenue", "debt",
    "funding", "labour", "environment",
)  # fmt: skip
