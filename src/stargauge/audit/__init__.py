"""Who is right? The claim language, truth per draw, verdicts, drivers and the words in which they are said."""
