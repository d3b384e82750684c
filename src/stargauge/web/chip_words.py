"""The words of the forms about chips, in the language that is spoken now."""

from __future__ import annotations

from stargauge.report.locale import say


def words() -> dict[str, str]:
    """Labels, hints and choices by the English ones."""
    return {
        "Model": say("Model"), "Accelerators × chip": say("Accelerators × chip"), "Sequences of a step": say("Sequences of a step"),
        "the model’s": say("the model’s"), "Tokens of a sequence": say("Tokens of a sequence"),
        "Type of matrix products": say("Type of matrix products"), "Tokens of the whole run": say("Tokens of the whole run"),
        "Day of the software": say("Day of the software"),
        "Parts of the layout that are given": say("Parts of the layout that are given"),
        "Network beyond so many accelerators": say("Network beyond so many accelerators"), "Chip": say("Chip"),
        "Tokens over experts": say("Tokens over experts"), "uneven, as by chance": say("uneven, as by chance"),
        "equal numbers": say("equal numbers"), "Most time to the first token": say("Most time to the first token"),
        "Most time per further token": say("Most time per further token"), "Tokens of a prompt": say("Tokens of a prompt"),
        "Tokens of an answer": say("Tokens of an answer"), "First token: of which requests": say("First token: of which requests"),
        "99 of 100": say("99 of 100"), "half": say("half"), "on average": say("on average"),
        "Accelerators there are": say("Accelerators there are"), "as many as are best": say("as many as are best"),
        "Type of weights": say("Type of weights"), "the model’s own, else 8 bits": say("the model’s own, else 8 bits"),
        "Requests that a rank takes at once, at most": say("Requests that a rank takes at once, at most"),
        "Users who ask again at once": say("Users who ask again at once"),
        "Requests per second, at random": say("Requests per second, at random"),
        "Share of prompts in a cache": say("Share of prompts in a cache"),
        "Tokens that a pass gives a request": say("Tokens that a pass gives a request"),
        "Prompts on accelerators of their own": say("Prompts on accelerators of their own"),
        "whichever is better": say("whichever is better"), "yes": say("yes"), "no": say("no"),
        "Rent of an accelerator-hour, USD": say("Rent of an accelerator-hour, USD"), "the catalogue’s": say("the catalogue’s"),
        "Share of the time in use": say("Share of the time in use"),
        "Model, for what a checkpoint writes": say("Model, for what a checkpoint writes"),
        "Stops per node and day": say("Stops per node and day"), "Work between checkpoints": say("Work between checkpoints"),
        "the best, or 20min": say("the best, or 20min"), "Days of a history": say("Days of a history"),
        "Histories event by event": say("Histories event by event"), "256 short ones": say("256 short ones"),
        "A checkpoint stops the job for": say("A checkpoint stops the job for"),
        "Writing a checkpoint, with a model": say("Writing a checkpoint, with a model"), "in the background": say("in the background"),
        "while the job stands": say("while the job stands"),
        "What the whole store takes, with a model": say("What the whole store takes, with a model"),
        "Detection and reload after a stop": say("Detection and reload after a stop"), "Nodes in reserve": say("Nodes in reserve"),
        "64, or 2%": say("64, or 2%"), "Until a swapped node is a spare again": say("Until a swapped node is a spare again"),
        "Share of time in planned stops": say("Share of time in planned stops"),
        "Speed lost to slow nodes": say("Speed lost to slow nodes"),
    }  # fmt: skip
