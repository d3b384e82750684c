"""Who pays for an order of build, each within its means."""
