"""Numbers with units, ranges and distributions; names, labels and dates of everything else."""
