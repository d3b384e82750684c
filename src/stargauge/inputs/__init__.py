"""What goes in? From statements to the model's inputs: picks and labels, never computes."""

#: The modules whose functions make the model's inputs.
MODULES = (
    "schedule", "slip", "tracker", "build", "fleet", "facility", "supply", "reliability", "training", "inference", "capex", "opex",
    "revenue", "contract", "lease", "compute", "market", "running", "asset", "tax", "debt", "funding", "liquidity", "labour",
    "environment",
)  # fmt: skip

#: The weightiest inputs of the whole programme (by their share of the spread of the headline quantities); they share a Sobol set.
LEADING = (
    "slip_programme", "training_share", "inference_share", "cooling_water_other", "added_jobs_per_builder", "equipment_unit_cost",
    "overrun_factor", "node_failure_rate", "equipment_price_drift", "training_job_accelerators", "construction_workers_per_power",
    "restart_time", "building_spacing_chance", "construction_labour_share", "equipment_payment_lead", "checkpoint_stall",
)  # fmt: skip
