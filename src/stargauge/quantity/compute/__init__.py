"""What computing machines can do: transformers, machines, layouts, and the time and memory of training and serving on them."""
