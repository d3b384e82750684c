"""What the project promises to be, measured: ratios to a peer or to a floor of this machine."""
