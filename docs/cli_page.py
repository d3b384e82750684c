"""The page of the commands, made from the parsers of the command line: every command with every option."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator

from generated import code, entry, plain, table

from stargauge.cli.arguments.command_line import parser

HEAD = """# Commands

Every command with its options. `stargauge COMMAND --help` says the same in a terminal, `stargauge --language de COMMAND --help` in German.
This page is made from the parsers of the command line.

A command prints its answer on standard output and what it is doing on standard error; with `--json` the answer is JSON, the same that
Python's `to_dict()` and [the HTTP API](http-api.md) give, [each with its schema](answers.md). Colour is used on a terminal only, and never
where `NO_COLOR` is set.
"""
#: An option that so many commands have with the same words is described once.
COMMON = 6
ENVIRONMENT = {
    "STARGAUGE_EVIDENCE": "the evidence folder, where `--evidence` names none (else `evidence` in this folder)",
    "STARGAUGE_BROWSER": "the program of Chromium or Chrome that takes captures, where none is found or another is wanted",
    "STARGAUGE_DEBUG": "set to 1: a fault of ours is shown with where it happened",
    "NO_COLOR": "set to anything: no colour",
}


def commands() -> dict[str, argparse.ArgumentParser]:
    """Every command by its whole name, those of a group after it."""
    return dict(_below("", parser()))


def _below(name: str, made: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, inner in action.choices.items():
                yield f"{name} {word}".strip(), inner
                yield from _below(f"{name} {word}".strip(), inner)


def _says() -> dict[str, str]:
    """What each command does, in the words of the list of commands."""
    found: dict[str, str] = {}
    for name, made in {"": parser(), **commands()}.items():
        for action in made._actions:
            if isinstance(action, argparse._SubParsersAction):
                found |= {f"{name} {one.dest}".strip(): one.help or "" for one in action._choices_actions}
    return found


def options(made: argparse.ArgumentParser) -> list[tuple[str, str]]:
    """The arguments of a command as they are written, each with what it is; without the help and its own commands."""
    formatter = made._get_formatter()
    return [
        (_written(action), formatter._expand_help(action) if action.help else "")
        for action in made._actions
        if not isinstance(action, argparse._HelpAction | argparse._SubParsersAction | argparse._VersionAction)
    ]


def _written(action: argparse.Action) -> str:
    value = action.metavar or (f"{{{','.join(map(str, action.choices))}}}" if action.choices else action.dest.upper())
    value = " ".join(value) if isinstance(value, tuple) else value
    if not action.option_strings:
        return value
    return ", ".join(action.option_strings) + (f" {value}" if action.nargs != 0 else "")


def _common(made: dict[str, argparse.ArgumentParser]) -> list[tuple[str, str]]:
    counted = Counter(option for one in made.values() for option in options(one))
    return [option for option, times in counted.items() if times >= COMMON and option[0].startswith("-")]


def exit_codes() -> list[tuple[str, str]]:
    """The exit codes and what they say, in the words of `stargauge --help`."""
    told = " ".join((parser().epilog or "").partition("exit codes: ")[2].split())
    return re.findall(r"(\d) (.*?)(?:, (?=\d )|$)", told)


def _usage(made: argparse.ArgumentParser) -> str:
    """How a command is called, as wide whatever terminal it is written on."""
    formatter = argparse.HelpFormatter(made.prog, width=80)
    formatter.add_usage(made.usage, made._actions, made._mutually_exclusive_groups)
    return formatter.format_help().removeprefix("usage: ").replace("\n       ", "\n").rstrip()


def _section(name: str, made: argparse.ArgumentParser, says: str, common: list[tuple[str, str]]) -> str:
    level = "#" * (2 + name.count(" "))
    own = [option for option in options(made) if option not in common]
    shared = [option for option in options(made) if option in common]
    parts = [f"{level} {name}\n", f"{plain(says[:1].upper() + says[1:])}.\n", f"```text\n{_usage(made)}\n```\n"]
    parts += [entry(code(written), plain(text) or "…") for written, text in own]
    if shared:
        flags = ", ".join(code(written.partition(" ")[0]) for written, _ in shared)
        parts.append(f"Also [common options](#common-options): {flags}.\n")
    if made.epilog:
        parts.append(f"```text\n{made.epilog}\n```\n")
    return "\n".join(parts)


def page() -> str:
    """The whole page."""
    made, says = commands(), _says()
    common = _common(made)
    first = [name for name in made if " " not in name]
    listed = table(("command", "what it answers"), ([f"[{name}](#{name})", plain(says[name])] for name in first))
    parts = [HEAD, listed, "## Exit codes\n", table(("code", "when"), ([code(number), plain(text)] for number, text in exit_codes()))]
    parts += ["## Environment\n", table(("variable", "what it does"), ([code(name), text] for name, text in ENVIRONMENT.items()))]
    parts += ["## Common options\n", *(entry(code(written), plain(text)) for written, text in common)]
    return "\n".join([*parts, *(_section(name, one, says[name], common) for name, one in made.items())])
