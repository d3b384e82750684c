"""Why there is no order of build, and the ways out."""
