"""How a model is best served: the layout, the batch and the load with the most tokens under limits on their time."""
