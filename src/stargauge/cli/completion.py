"""`stargauge completion`: a few lines for a shell, which asks us for the words that fit; so they are always those of this version."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say

BASH = """_stargauge() {
    local word
    COMPREPLY=()
    while IFS= read -r word; do COMPREPLY+=("$(printf '%q' "$word")"); done \\
        < <(stargauge completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o bashdefault -o default -F _stargauge stargauge
"""
ZSH = """#compdef stargauge
_stargauge() {
    local -a found
    found=("${(@f)$(stargauge completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if (( ${#found} && ${#found[1]} )); then compadd -- "${found[@]}"; else _files; fi
}
compdef _stargauge stargauge
"""
FISH = """function __stargauge_words
    set -l before (commandline -opc)
    set -l found (stargauge completion words -- $before[2..-1] (commandline -ct) 2>/dev/null)
    if test (count $found) -gt 0; printf '%s\\n' $found; else; __fish_complete_path (commandline -ct); end
end
complete -c stargauge -f -a '(__stargauge_words)'
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
#: What the last of these begins is what is wanted; it is what the scripts ask.
WORDS = "words"

_PROGRAMMES = ("PROGRAMME", "A", "B")
_ENDINGS = (".yaml", ".yml")
#: Values of arguments that take one of a few words without saying so to argparse, by command and name.
_FEW = {
    ("export", "form"): ("claimreview", "csv", "markdown"), ("import", "kind"): ("csv", "epoch"),
    ("calibrate", "what"): ("gpu", "schedule"),
    ("validate", "kind"): ("build", "finance", "goodput", "inference", "pue", "reading", "schedule", "training"),
    ("export", "language"): ("de", "en"), ("odds", "every"): ("month", "quarter"),
}  # fmt: skip


def completion(asked: argparse.Namespace) -> int:
    """`stargauge completion`."""
    if asked.shell == WORDS:
        sys.stdout.write("".join(f"{word}\n" for word in words(asked.words[1:] if asked.words[:1] == ["--"] else asked.words)))
        return 0
    if asked.shell not in SCRIPTS:
        raise InputError(
            say(
                'there is no shell "{named}"{near} (one of {scripts})',
                named=asked.shell,
                near=did_you_mean(asked.shell, SCRIPTS),
                scripts=", ".join(SCRIPTS),
            )
        )
    sys.stdout.write(SCRIPTS[asked.shell])
    return 0


def words(line: Sequence[str]) -> list[str]:
    """The words that fit what is typed last, given those before it; none where the shell's own files fit."""
    from stargauge.cli.arguments.command_line import parser

    typed = [word for word in line if word != "="]  # bash takes --set=x apart
    *before, begun = typed if line and line[-1] != "=" else [*typed, ""]
    begun = begun.replace("\\", "").lstrip("'\"")  # as it stands on the line: a space in a name is quoted there
    at: argparse.ArgumentParser = parser()
    command, past = "", list[str]()
    for word in before:
        inside = _commands(at)
        if word in inside and isinstance(_next(at, _options(at), past), argparse._SubParsersAction):
            at, command, past = inside[word], word, []
        else:
            past.append(word)
    return sorted({word for word in _fitting(at, command, past, begun) if word.startswith(begun)})


def _commands(at: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    group = next((action for action in at._actions if isinstance(action, argparse._SubParsersAction)), None)
    return dict(group.choices) if group else {}


def _options(at: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    return {name: action for action in at._actions for name in action.option_strings}


def _fitting(at: argparse.ArgumentParser, command: str, past: Sequence[str], begun: str) -> Iterable[str]:
    """Everything that can stand next: commands, the value of the option before, options, or the next value of the command."""
    options = _options(at)
    if past and (wanted := options.get(past[-1])) is not None and wanted.nargs != 0:
        return _values(wanted, command, past)
    if inside := _commands(at):
        return inside
    if begun.startswith("-"):
        return [name for name in options if name.startswith("--")]
    return _values(_next(at, options, past), command, past)


def _next(at: argparse.ArgumentParser, options: dict[str, argparse.Action], past: Sequence[str]) -> argparse.Action | None:
    """The argument without a name that comes next: the values of options do not count."""
    plain, takes = 0, False
    for word in past:
        action = options.get(word)
        plain += action is None and not takes
        takes = action is not None and action.nargs != 0
    ranked = [action for action in at._actions if not action.option_strings]
    many = [action for action in ranked[-1:] if action.nargs in ("*", "+")]
    return next(iter([*ranked[plain:], *many]), None)


def _values(action: argparse.Action | None, command: str, past: Sequence[str]) -> Iterable[str]:
    """What an argument takes, as far as it can be known without running anything; none for files."""
    if action is None:
        return ()
    if few := action.choices or _FEW.get((command, action.dest)):
        return list(few)
    if command == "completion":
        return SCRIPTS
    said = str(action.metavar)
    if action.dest in ("programme", "programmes") or said in _PROGRAMMES:
        return _programmes()
    if action.dest == "site":
        return _names("sites", past)
    if action.dest == "claim" or said.startswith("CLAIM["):
        return _claims(past, "READING" in said)
    if action.dest == "scenario":
        return _names("scenarios", past)
    if (command, action.dest) == ("catalogue", "kind"):
        return _kinds()
    return ()


# --- names ------------------------------------------------------------------------------------------------------------------------


def _programmes() -> list[str]:
    """Shipped names, and the programme files and folders that are here."""
    from stargauge.programme.load import shipped

    here = [f"{path.name}{'/' if path.is_dir() else ''}" for path in Path().iterdir() if path.suffix in _ENDINGS or path.is_dir()]
    return [*shipped(), *(name for name in here if not name.startswith("."))]


def _kinds() -> list[str]:
    from stargauge.catalogue.load import load_catalogue

    return list(load_catalogue().kinds())


def _claims(past: Sequence[str], readings: bool) -> list[str]:
    found = _section("claims", past)
    made = [f"{name}/{reading}" for name, claim in found.items() for reading in _inside(claim, "readings")] if readings else []
    return [*found, *made]


def _names(section: str, past: Sequence[str]) -> list[str]:
    return list(_section(section, past))


def _section(section: str, past: Sequence[str]) -> dict[str, object]:
    """A section of the programme that the line names, else of the one that is meant without a name; read as text, checked by nobody."""
    from stargauge.programme.load import shipped
    from stargauge.programme.positions import read_document
    from stargauge.quantity.errors import InputError

    known = shipped()
    named = next((word for word in past if word in known or Path(word).suffix in _ENDINGS), "stargate")
    path = known.get(named, Path(named))
    try:
        whole, inside = (path / f"{section}.yaml", ()) if path.is_dir() else (path, (section,))
        data = read_document(whole).data
    except InputError:
        return {}
    for name in inside:
        data = _inside(data, name)
    return {str(name): one for name, one in data.items()} if isinstance(data, dict) else {}


def _inside(data: object, name: str) -> dict[object, object]:
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}
