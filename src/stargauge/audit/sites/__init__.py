"""Where, when and behind whom in the queue? Sites, what delays them, their halls, and programmes as one system."""
