"""Claims beyond their verdicts: why, by which definition, since when, and with which others."""
