"""What would follow? Pure functions of arrays, one module per discipline; they never import one another."""

#: The modules whose quantities make up the model.
MODULES = (
    "schedule", "slip", "tracker", "build", "feeding", "network", "fleet", "facility", "supply", "reliability", "training", "inference",
    "capex", "opex", "unit_cost", "revenue", "contract", "lease", "compute", "market", "running", "asset_cost", "asset_loan", "asset_tax",
    "asset_cash", "funding", "liquidity", "labour", "environment",
)  # fmt: skip
