"""What does a claim say, and is it so? The claim language, truth in every draw, verdicts, definitions, and what can hold together."""
