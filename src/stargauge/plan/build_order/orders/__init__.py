"""Orders of build reckoned in every draw, with the queues of the model, and made cheaper."""
