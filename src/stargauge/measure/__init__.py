"""Measurements of what stands on this machine: an accelerator, by small kernels."""
