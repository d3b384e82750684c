"""Who said what, when, and is it still there: captures, observations, and a log that a third party can check."""
