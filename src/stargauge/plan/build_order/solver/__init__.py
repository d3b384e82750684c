"""The best order of build of a case, with a proven bound."""
