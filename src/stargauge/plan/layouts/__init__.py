"""All the ways to lay a training job over accelerators, and the fastest of them."""
