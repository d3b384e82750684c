"""Who pays, and what does it cost? Means and gaps, finance of sites, unit costs, and what a workbook holds."""
