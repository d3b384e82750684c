"""A parser of arguments that says everything in the language that is spoken when it is made, its faults like those of a file."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any, NoReturn, TypeAlias

from stargauge.quantity.spoken import language, say

#: Commands below one, to which more are added.
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"

#: The languages that can be asked for.
LANGUAGES = ("en", "de")
#: What argparse says of arguments at fault; `Parser.error` says it in the language that is spoken.
FAULTS = (
    "argument {name}: {fault}", "expected one argument", "expected at least one argument", "expected at most one argument",
    "expected {number} arguments", "invalid choice: {value} (choose from {choices})", "invalid int value: {value}",
    "invalid float value: {value}", "not allowed with argument {name}", "ignored explicit argument {value}",
    "the following arguments are required: {names}", "one of the arguments {names} is required",
)  # fmt: skip


class Formatter(argparse.HelpFormatter):
    """Help whose usage is headed in the language that is spoken."""

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """The usage, headed by `usage: ` where no other heading is given."""
        super().add_usage(usage, actions, groups, say("usage: ") if prefix is None else prefix)


class AsWritten(Formatter, argparse.RawDescriptionHelpFormatter):
    """The same, with the lines of description and examples as they are written."""


class Parser(argparse.ArgumentParser):
    """A parser whose faults read like those of a file: what was expected, what came, the nearest name, where to look."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, "formatter_class": Formatter, **kwargs, "add_help": False})
        self._positionals.title, self._optionals.title = say("positional arguments"), say("options", "of a command")
        self.add_argument("-h", "--help", action="help", default=argparse.SUPPRESS, help=say("show this help message and exit"))
        self.commands: dict[str, Parser] = {}

    def add_commands(self, dest: str) -> Commands:
        """Commands below this one. The language may stand before them, for all of them alike."""
        self.add_argument("--language", choices=LANGUAGES, default=language(), dest="spoken", help=argparse.SUPPRESS)
        made = self.add_subparsers(dest=dest, metavar=say("COMMAND"), required=True)
        self.commands = made.choices
        return made

    def error(self, message: str) -> NoReturn:
        """Print the fault and leave with exit code 2."""
        from stargauge.quantity.errors import did_you_mean

        command, every = re.escape(say("COMMAND")), ", ".join(self.commands)
        if wrong := re.match(rf"argument {command}: invalid choice: '(.*?)' \(", message):
            near = did_you_mean(wrong[1], self.commands)
            message = say('there is no command "{name}"{near} (all: {every})', name=wrong[1], near=near, every=every)
        elif unknown := re.match(r"unrecognized arguments: (.*)", message):
            message = self._unknown(unknown[1].strip())
        elif self.commands and message.endswith(f"required: {say('COMMAND')}"):
            message = say("expected a command: {every}", every=every)
        told = say("{program}: 1 error, nothing was run\n  {fault}\nHelp: {program} --help\n", program=self.prog, fault=fault_said(message))
        self.exit(2, told)

    def _unknown(self, given: str) -> str:
        """What is told of arguments that nothing takes."""
        from stargauge.quantity.errors import did_you_mean

        first, options = given.partition(" ")[0].partition("=")[0], self._options()
        if not given:
            return say("unknown: an empty argument{near}", near=did_you_mean(first, options))
        if first in options:
            return say("unknown: {given}; it is an option of other commands", given=given)
        return say("unknown: {given}{near}", given=given, near=did_you_mean(first, options))

    def _options(self) -> Iterable[str]:
        texts = [made.format_help() for made in (self, *self.commands.values())]
        return dict.fromkeys(option for text in texts for option in re.findall(r"--[a-z][a-z-]*", text))


def fault_said(message: str) -> str:
    """What argparse says of an argument at fault, in the language that is spoken; what it does not know stays as it is."""
    for text in FAULTS:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(text))
        if found := re.fullmatch(pattern, message, re.DOTALL):
            parts = found.groupdict()
            return say(text, **parts | ({"fault": fault_said(parts["fault"])} if "fault" in parts else {}))
    return message


def language_asked(arguments: Sequence[str]) -> str:
    """The language that a command line asks for, found before there is a parser that could say anything: the last one named.

    What follows `--` is no option, and what follows `draft` is the language of its article, unless its help is asked for.
    """
    words = list(takewhile(lambda word: word != "--", arguments))
    given = [(at, word) for at, word in enumerate(words) if word.partition("=")[0] == "--language"]
    values = {at: words[at + 1 : at + 2] if word == "--language" else [word.partition("=")[2]] for at, word in given}
    plain = (at for at, word in enumerate(words) if not word.startswith("-") and words[at - 1 : at] != ["--language"])
    command = next(plain, len(words))
    article = words[command : command + 1] == ["draft"] and not {"-h", "--help"} & set(words)
    known = [one for at, value in values.items() for one in value if one in LANGUAGES and not (article and at > command)]
    return known[-1] if known else "en"
