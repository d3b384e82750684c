"""Who pays, whether the money is there, and what things cost."""
