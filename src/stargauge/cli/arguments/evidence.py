"""Arguments of `stargauge evidence` and of each of its commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stargauge.cli import evidence as log
from stargauge.cli import evidence_capture as capturing
from stargauge.cli import evidence_proof as proving
from stargauge.cli import evidence_watch as watching
from stargauge.cli.arguments.parser import AsWritten, Commands, Formatter, Parser
from stargauge.cli.arguments.run import spoken
from stargauge.quantity.spoken import language, say


def evidence(commands: Commands) -> None:
    """`stargauge evidence`."""
    group = commands.add_parser("evidence", help=say("keep what was said and when, so that others can check it"))
    parts = group.add_commands("part")
    for add in (_keeping, _proving, _mending, _capturing, _watching, _showing):
        add(parts)


def _command(parts: Commands, name: str, run: Callable[..., int], text: str, **more: Any) -> Parser:
    """A command that says above its arguments what the list of commands says of it."""
    made = parts.add_parser(name, **{"help": text, "description": f"{text[0].upper()}{text[1:]}.", "formatter_class": Formatter, **more})
    made.set_defaults(run=run)
    return made


def _common(*parsers: Parser, with_language: bool = True) -> None:
    """Where the evidence is kept, how the answer is printed, and in which language."""
    for made in parsers:
        made.add_argument(
            "--evidence", metavar=say("DIR"), help=say("where evidence is kept (default: $STARGAUGE_EVIDENCE, else ./evidence)")
        )
        made.add_argument("--json", action="store_true", help=say("print JSON (documented, stable)"))
        made.add_argument("--ascii", action="store_true", help=say("plain marks only"))
        if with_language:
            spoken(made)


def _entry(made: Parser) -> None:
    made.add_argument("entry", metavar=say("ENTRY"), help=say("such as C-17"))


def _trusted(made: Parser) -> None:
    made.add_argument(
        "--key", action="append", default=[], metavar=say("KEY|FILE"), help=say("public key to trust (default: the workspace's)")
    )
    made.add_argument(
        "--roots", action="append", default=[], metavar=say("FILE"), help=say("root certificates (PEM) of stamping authorities")
    )


def _keeping(parts: Commands) -> None:
    init = _command(parts, "init", log.init_, say("make a workspace: a folder with a log, payloads and keys"))
    _common(init)
    init.add_argument("folder", nargs="?", metavar=say("DIR"), help=say("a new or empty folder (default: as --evidence)"))
    init.add_argument(
        "--name", metavar="NAME", help=say("what the log is called, such as evidence.example.org/desk (default: one made up)")
    )

    add = _command(parts, "add", log.add_, say("add an entry"))
    _common(add)
    add.add_argument("kind", metavar=say("KIND"), help=say("capture, observation, state, statement, claim, verdict or heartbeat"))
    add.add_argument("target", metavar=say("TARGET"), help=say("what it is about: a URL, an at-uri or an id"))
    add.add_argument(
        "--about", metavar=say("JSON|@FILE"), default="{}", help=say("what it says, as a JSON object, or @ and a file with one")
    )
    add.add_argument("--payload", action="append", default=[], metavar=say("NAME=FILE"), help=say("a file kept with it (repeatable)"))

    listed = _command(parts, "list", log.list_, say("entries in order"))
    _common(listed)
    listed.add_argument("--kind", metavar=say("KIND"), help=say("only of this kind"))
    listed.add_argument("--target", metavar=say("TARGET"), help=say("only about this"))

    show = _command(parts, "show", log.show_, say("one entry: what it says, what it holds"))
    _common(show)
    _entry(show)
    show.add_argument("--write", metavar=say("DIR"), help=say("also write its payloads to this folder"))


def _proving(parts: Commands) -> None:
    verify = _command(
        parts, "verify", log.verify_, say("check entries, proofs in files, or a copy of a log; without a name: the workspace")
    )
    _common(verify)
    verify.add_argument(
        "what", nargs="*", metavar=say("WHAT"), help=say("an entry such as C-17, a bundle, a .tlog-proof file, a folder with a log")
    )
    _trusted(verify)

    proof = _command(parts, "proof", log.proof_, say("print the proof that an entry is in the log"))
    _common(proof)
    _entry(proof)
    proof.add_argument("--write", metavar=say("FILE"), help=say("write it to a file instead, such as C-17.tlog-proof"))

    checkpoint = _command(
        parts, "checkpoint", log.checkpoint_, say("print the signed size and root of the log, to publish or have stamped")
    )
    _common(checkpoint)
    checkpoint.add_argument("--since", type=int, metavar=say("SIZE"), help=say("also the proof that the log of that size is its beginning"))
    checkpoint.add_argument("--sign-with", metavar=say("FILE"), help=say("add the signature of a second key"))


def _mending(parts: Commands) -> None:
    fsck = _command(parts, "fsck", log.fsck_, say("look at everything: log, entries, payloads, keys"))
    _common(fsck)
    fsck.add_argument("--no-payloads", action="store_true", help=say("leave payloads unread"))
    fsck.add_argument("--mend", action="store_true", help=say("first write files of the log anew that are missing or damaged"))

    export = _command(parts, "export", log.export_, say("copy the log and its public keys, none of what is kept"))
    _common(export)
    export.add_argument("folder", metavar=say("DIR"), help=say("a new or empty folder"))

    erase = _command(parts, "erase", log.erase_, say("delete payloads for good; the entry and its proof stay"))
    _common(erase)
    _entry(erase)
    erase.add_argument("--ground", required=True, metavar="TEXT", help=say("why: it stays in the records"))
    erase.add_argument("--payload", action="append", metavar="NAME", help=say("only this one (repeatable; default: all)"))
    erase.add_argument("--about", action="store_true", help=say("also what the entry says"))

    _common(_command(parts, "rotate-key", log.rotate_key_, say("sign with a new key from here on")))


def _capturing(parts: Commands) -> None:
    examples = say(
        """examples:
  stargauge evidence capture https://news.example/article
  stargauge evidence capture saved.mhtml --shows https://x.com/a/status/1
  stargauge evidence capture https://social.example/@a/1 --method mastodon
  stargauge evidence capture at://name.example/app.bsky.feed.post/3lgcl3aaaa"""
    )
    made = _command(
        parts, "capture", capturing.capture_, say("take pages, posts or files as evidence"), epilog=examples, formatter_class=AsWritten
    )
    made.add_argument("what", nargs="+", metavar=say("URL|FILE"), help=say("what to take; a file is kept as supplied by you"))
    made.add_argument(
        "--method", choices=capturing.METHODS, metavar=say("METHOD"),
        help=say("{methods} (default: as it looks)", methods=", ".join(capturing.METHODS)),
    )  # fmt: skip
    made.add_argument("--shows", metavar="URL", default="", help=say("what a supplied file shows, where it does not say so itself"))
    made.add_argument("--scroll", type=int, default=0, metavar="N", help=say("browser: scroll to the end up to so many times (at most 50)"))
    made.add_argument(
        "--header", action="append", default=[], metavar="'NAME: VALUE'", help=say("sent to that host alone, never kept (repeatable)")
    )
    made.add_argument("--logged-in", action="store_true", help=say("mark: seen as somebody logged in"))
    made.add_argument("--vantage", metavar="NAME", default="local", help=say("from where it is seen, in your words (default: local)"))
    made.add_argument("--allow-private", action="append", default=[], metavar="HOST", help=say("a host in your own network (repeatable)"))
    made.add_argument("--seconds", type=float, default=60.0, metavar="N", help=say("time for each answer (default 60)"))

    wacz = _command(
        parts, "wacz", capturing.wacz_, say("captures as one web archive, for replay"),
        description=say("Captures as one web archive (WACZ), for replay."),
    )  # fmt: skip
    wacz.add_argument("file", metavar=say("FILE"), help=say("the file to write, such as captures.wacz"))
    wacz.add_argument("entries", nargs="*", metavar=say("ENTRY"), help=say("captures such as C-17 (default: all)"))
    _common(made, wacz)


def _watching(parts: Commands) -> None:
    examples = say(
        """examples:
  stargauge evidence watch https://news.example/article
  stargauge evidence watch --targets watch.txt --every 6h --alert-file a.jsonl
  stargauge evidence watch --targets watch.txt --every 6h --network office
                           --also /shared/evidence-of-the-other-office"""
    )
    watch = _command(
        parts, "watch", watching.watch_, say("check whether things are still there, once or on a schedule"), epilog=examples,
        formatter_class=AsWritten,
    )  # fmt: skip
    _common(watch)
    watch.add_argument("what", nargs="*", metavar=say("TARGET"), help=say("a URL or an at-uri (repeatable)"))
    watch.add_argument("--targets", metavar=say("FILE"), help=say("targets, one a line, each with its controls (docs: watching)"))
    when = watch.add_mutually_exclusive_group()
    when.add_argument("--once", action="store_true", help=say("one round (default)"))
    when.add_argument("--every", metavar=say("TIME"), help=say("a round each 30m, 6h, 1d, until stopped"))
    watch.add_argument(
        "--method", action="append", choices=watching.METHODS, help=say("how to look (repeatable; default: web, of at:// bluesky)")
    )
    watch.add_argument(
        "--network", default="local", metavar="NAME", help=say("the network this machine is in, in your words (default: local)")
    )
    _also(watch)
    watch.add_argument("--alert-file", metavar=say("FILE"), help=say("append each change as a line of JSON"))
    watch.add_argument("--webhook", metavar="URL", help=say("POST each change as JSON"))
    watch.add_argument("--pause", type=float, default=2.0, metavar=say("SECONDS"), help=say("between requests to one host (default 2)"))
    watch.add_argument("--seconds", type=float, default=60.0, metavar="N", help=say("time for each answer (default 60)"))
    watch.add_argument("--allow-private", action="append", default=[], metavar="HOST[:PORT]", help=say("an address in your own network"))

    history = _command(
        parts, "history", watching.history_, say("everything kept about a target, and what may be said of it"), formatter_class=AsWritten
    )
    _common(history)
    history.add_argument("target", metavar=say("TARGET"), help=say("as it was watched or captured"))
    _also(history)

    stated = _command(
        parts, "stated", watching.stated_, say("keep what somebody states about a target: that it was withdrawn, or cannot be found"),
        formatter_class=AsWritten,
    )  # fmt: skip
    _common(stated)
    stated.add_argument("target", metavar=say("TARGET"), help=say("what it is about"))
    stated.add_argument(
        "--by", choices=tuple(watching.STATED), required=True, help=say("who states it; others: somebody reports that it is gone")
    )
    stated.add_argument("--says", required=True, metavar="TEXT", help=say("in which words"))
    stated.add_argument("--source", default="", metavar="URL", help=say("where that can be read"))

    spread = _command(
        parts, "amplification", watching.amplification_, say("who shared what about whom over time, in captured posts"),
        formatter_class=AsWritten,
    )  # fmt: skip
    _common(spread)
    spread.add_argument("--about", default="", metavar=say("ACCOUNT"), help=say("only posts about this account"))
    spread.add_argument("--link", default="", metavar="URL", help=say("only posts with this link"))
    spread.add_argument("--from", dest="start", metavar=say("DATE"), help=say("from this day on"))
    spread.add_argument("--to", dest="end", metavar=say("DATE"), help=say("up to this day"))


def _also(made: Parser) -> None:
    made.add_argument(
        "--also", action="append", default=[], metavar=say("DIR"), help=say("evidence of another place, whose checks count too")
    )


def _showing(parts: Commands) -> None:
    bundle = _command(
        parts, "bundle", proving.bundle_, say("one file that proves entries to others, offline, with the public key alone"),
        description=None,
    )  # fmt: skip
    bundle.add_argument("entry", nargs="+", metavar=say("ENTRY"), help=say("such as C-17"))
    bundle.add_argument("--write", metavar=say("FILE"), help=say("where to (default: ENTRY.zip)"))
    bundle.add_argument("--alone", action="store_true", help=say("without what was found later when it was looked for again"))

    receipt = _command(
        parts, "receipt", proving.receipt_, say("one page that says what a bundle shows and what not, in English or German"),
        description=None,
    )  # fmt: skip
    receipt.add_argument("bundle", metavar=say("BUNDLE"), help=say("a file made by `stargauge evidence bundle`"))
    receipt.add_argument("--language", default=language(), dest="spoken", metavar=say("LANGUAGE"), help=say("en or de (default: en)"))
    receipt.add_argument("--write", metavar=say("FILE"), help=say("a .html, .pdf or .txt file (default: printed as text)"))
    _trusted(receipt)

    stamp = _command(
        parts, "timestamp", proving.timestamp_, say("have the log stamped by a time-stamping authority (RFC 3161), or list its stamps"),
        description=None,
    )  # fmt: skip
    stamp.add_argument("--authority", metavar="URL", help=say("ask this authority now: it gets a hash, nothing else"))
    stamp.add_argument("--request", metavar=say("FILE"), help=say("write the request, to be sent by other means"))
    stamp.add_argument("--answer", metavar=say("FILE"), help=say("add an authority's answer to a request"))
    stamp.add_argument(
        "--roots", action="append", default=[], metavar=say("FILE"), help=say("only accept a stamp under these root certificates (PEM)")
    )
    _common(bundle, stamp)
    _common(receipt, with_language=False)
