"""Posts of Bluesky and any record of the AT Protocol, with proof from the account's signed repository that it is there, or that it is not.

A target is `at://ACCOUNT/COLLECTION/RKEY` or `https://bsky.app/profile/ACCOUNT/post/RKEY`. Four steps, each kept with its bytes: the
account's identity (its host and key), the record with its proof from that host, the account's status there, and the conversation as a
public view shows it. `api` becomes `signed_present` or `signed_absent` only where the proof holds; an answer "not found" without a proof
stays `not_found`.

For did:plc the identity's own signed history is checked too (`identity`), so that the directory cannot make up a key; it could only leave
out the newest changes. Left over: the host holds the key as a rule. A status such as `takendown` is a statement of that host alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit

from stargauge.evidence.capture.atproto.cbor import Cid, Malformed
from stargauge.evidence.capture.atproto.plc import history
from stargauge.evidence.capture.atproto.repository import PATH, Proof, prove
from stargauge.evidence.capture.atproto.signing import key_bytes
from stargauge.evidence.capture.capture import LONGEST, Options, Taken, as_bytes, as_method, from_fetched
from stargauge.evidence.capture.fetched import Api, Fetched
from stargauge.evidence.capture.items import Gap, Item, Thread, linked, time_or_none
from stargauge.evidence.capture.mastodon import answer_of
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

#: Where identities of the kind did:plc and public views are asked; `settings` may name others.
DIRECTORY, VIEW = "https://plc.directory", "https://public.api.bsky.app"
DID = re.compile(r"did:(?:plc:[a-z2-7]{24}|web:[a-z0-9.-]+(?:%3A\d+)?)")
HANDLE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
#: Errors by which a host says that an account or a record is not shown.
STATED: dict[str, Api] = {
    "RecordNotFound": "not_found", "RepoNotFound": "not_found", "RepoTakendown": "restricted", "RepoSuspended": "restricted",
    "RepoDeactivated": "restricted",
}  # fmt: skip
MOST = 5_000
HOLDS = "the key follows from the identity's own signed history"
NO_CHAIN = "the key is as the identity's own host states it"


@dataclass(frozen=True)
class Identity:
    """An account, the host of its repository, and its keys."""

    did: str
    host: str
    keys: tuple[bytes, ...]
    handle: str = ""
    names: tuple[str, ...] = ()


def record_of(target: str) -> tuple[str, str]:
    """Account and path of a record. Raises InputError for what is none."""
    if found := re.fullmatch(r"at://([^/]+)/([^/?#]+/[^/?#]+)", target):
        account, path = found.groups()
    elif (split := urlsplit(target)).scheme in ("http", "https") and (
        found := re.fullmatch(r"/profile/([^/]+)/post/([^/]+)/?", split.path)
    ):  # fmt: skip
        account, path = found[1], f"app.bsky.feed.post/{found[2]}"
    else:
        raise InputError(
            say('got "{target}"; expected at://ACCOUNT/COLLECTION/RKEY or https://bsky.app/profile/ACCOUNT/post/RKEY', target=target)
        )
    if not (DID.fullmatch(account) or HANDLE.fullmatch(account)):
        raise InputError(say('got the account "{account}"; expected a handle such as name.bsky.social or a did:plc:...', account=account))
    if not PATH.fullmatch(path):
        raise InputError(say('got the path "{path}"; expected a collection and a key such as app.bsky.feed.post/3lgcl3aaaaa2a', path=path))
    return account, path


def take(target: str, options: Options) -> Taken:
    """The record with its proof, and what the host and the public view say about it."""
    account, path = record_of(target)
    attempts: list[Fetched] = []
    identity = identity_of(account, options, attempts)
    if isinstance(identity, str):
        return _without(target, identity, attempts)
    chain = chain_of(identity, options, attempts)
    collection, _, rkey = path.partition("/")
    asked = f"{identity.host}/xrpc/com.atproto.sync.getRecord?did={quote(identity.did)}&collection={collection}&rkey={quote(rkey)}"
    main = as_method(options.fetch(asked), "bluesky", url=target)
    main, proof, fault = judged(main, identity, path)
    status = as_method(options.fetch(f"{identity.host}/xrpc/com.atproto.sync.getRepoStatus?did={quote(identity.did)}"), "bluesky")
    others = [*attempts, status]
    thread = None
    view = options.settings.get("view", VIEW)
    if collection == "app.bsky.feed.post" and view:
        uri = quote(f"at://{identity.did}/{path}", safe="")
        shown = as_method(options.fetch(f"{view}/xrpc/app.bsky.feed.getPostThread?uri={uri}&depth=100&parentHeight=100"), "bluesky")
        thread = thread_of(answer_of(shown))
        others.append(shown)
    text = str(proof.record.get("text", "")) if proof and isinstance(proof.record, Mapping) else ""
    payloads = {"proof": main.body} if proof else {}
    if proof and proof.cid:
        payloads["record"] = as_bytes(as_json(proof.record))
    notes = tuple(note for note in (fault, "" if chain in (HOLDS, NO_CHAIN) else f"the identity's history: {chain}") if note)
    made = from_fetched(main, *others, terms="api", text=text, thread=thread, **payloads)
    return replace(made, about={**made.about, **_about(identity, path, proof, fault, answer_of(status)), "identity": chain}, notes=notes)


def _without(target: str, fault: str, attempts: list[Fetched]) -> Taken:
    """What is kept where the account's identity could not be found out."""
    made = from_fetched(as_method(attempts[-1], "bluesky", url=target), *attempts[:-1], terms="api")
    return replace(made, about={**made.about, "proof": fault}, notes=(fault,))


def _about(identity: Identity, path: str, proof: Proof | None, fault: str, status: Any) -> dict[str, Any]:
    about: dict[str, Any] = {"did": identity.did, "host": identity.host, "uri": f"at://{identity.did}/{path}", "handle": identity.handle}
    about["proof"] = fault or "holds"
    if proof:
        about["commit"] = str(proof.commit)
        about["cid"] = str(proof.cid or "")
    if isinstance(status, Mapping) and isinstance(status.get("active"), bool):
        about["account_active"] = status["active"]
        about["account_status"] = str(status.get("status", ""))[:LONGEST]  # a statement of the host alone
    return about


def judged(fetched: Fetched, identity: Identity, path: str) -> tuple[Fetched, Proof | None, str]:
    """The outcome with what its proof shows, the proof, and why there is none."""
    if fetched.error:
        return fetched, None, fetched.message
    if fetched.status != 200:
        answer = answer_of(fetched)
        said = str(answer.get("error", "")) if isinstance(answer, Mapping) else ""
        message = str(answer.get("message", ""))[:LONGEST] if isinstance(answer, Mapping) else ""
        return (
            replace(fetched, api=STATED.get(said, ""), tombstone=message if said in STATED else ""),
            None,
            f"no proof: {said or fetched.status}",
        )
    try:
        proof = prove(fetched.body, identity.did, path, list(identity.keys))
    except Malformed as wrong:
        return fetched, None, f"the proof does not hold: {wrong}"
    return replace(fetched, api="signed_present" if proof.cid else "signed_absent", revision=proof.revision), proof, ""


def identity_of(account: str, options: Options, attempts: list[Fetched]) -> Identity | str:
    """Host and keys of an account, or what is wrong. What was asked is added to the attempts."""

    def asked(url: str) -> Any:
        attempts.append(as_method(options.fetch(url), "bluesky"))
        return attempts[-1].body if attempts[-1].status == 200 and not attempts[-1].error else b""

    did = account
    if not DID.fullmatch(account):
        scheme = options.settings.get("handles", "https://{handle}").format(handle=account)
        did = asked(f"{scheme}/.well-known/atproto-did").decode("utf-8", "replace").strip()
        if not DID.fullmatch(did):
            view = options.settings.get("view", VIEW)
            answer = _json(asked(f"{view}/xrpc/com.atproto.identity.resolveHandle?handle={quote(account)}"))
            did = str(answer.get("did", "")) if isinstance(answer, Mapping) else ""
        if not DID.fullmatch(did):
            return f'the account "{account}" has no identity that could be found'
    made = _identity(_json(asked(document_url(did, options))), did)
    if isinstance(made, Identity) and did != account and account.lower() not in made.names:
        return f'the identity {did} does not name "{account}" as its handle'
    return made


def chain_of(identity: Identity, options: Options, attempts: list[Fetched]) -> str:
    """Whether the identity's own history leads to the key, or what is wrong: with it, the directory need not be trusted for the key."""
    if not identity.did.startswith("did:plc:"):
        return NO_CHAIN
    attempts.append(as_method(options.fetch(f"{document_url(identity.did, options)}/log/audit"), "bluesky"))
    log = answer_of(attempts[-1])
    if log is None:
        return f"could not be had: {attempts[-1].message or attempts[-1].status}"
    try:
        last = history(log, identity.did)
        if key_bytes(last.signing) != identity.keys[0]:
            return "names another key than the directory"
    except Malformed as wrong:
        return f"does not hold: {wrong}"
    return HOLDS


def document_url(did: str, options: Options) -> str:
    """Where an identity's document stands."""
    if did.startswith("did:web:"):
        return f"https://{did.removeprefix('did:web:').replace('%3A', ':')}/.well-known/did.json"
    return f"{options.settings.get('directory', DIRECTORY)}/{did}"


def _json(data: bytes) -> Any:
    try:
        return json.loads(data) if data else None
    except (ValueError, RecursionError):
        return None


def _identity(document: Any, did: str) -> Identity | str:
    if not isinstance(document, Mapping) or document.get("id") != did:
        return f"the document of {did} could not be had or is not its own"
    keys = []
    for one in _objects(document.get("verificationMethod")):
        if str(one.get("id", "")).endswith("#atproto"):
            try:
                keys.append(key_bytes(str(one.get("publicKeyMultibase", "")), str(one.get("type", ""))))
            except Malformed as wrong:
                return f"the document of {did} names a key that cannot be used: {wrong}"
    hosts = [
        str(one.get("serviceEndpoint", "")) for one in _objects(document.get("service")) if str(one.get("id", "")).endswith("#atproto_pds")
    ]
    if not keys or not hosts or urlsplit(hosts[0]).scheme not in ("http", "https"):
        return f"the document of {did} names no key or no host"
    known = document.get("alsoKnownAs")
    names = [str(one)[5:] for one in known if str(one).startswith("at://")] if isinstance(known, list) else []
    return Identity(did, hosts[0].rstrip("/"), tuple(keys[:1]), names[0] if names else "", tuple(name.lower() for name in names))


def _objects(listed: Any) -> list[Mapping[str, Any]]:
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def thread_of(answer: Any) -> Thread | None:
    """The conversation as a public view shows it: what came before, the post, the answers in their order. Without recursion."""
    top = answer.get("thread") if isinstance(answer, Mapping) else None
    if not isinstance(top, Mapping) or not isinstance(top.get("post"), Mapping):
        return None
    before: list[Mapping[str, Any]] = []
    at = top.get("parent")
    while isinstance(at, Mapping) and len(before) < MOST:
        before.append(at)
        at = at.get("parent")
    items: list[Item] = []
    gaps: list[Gap] = []
    for one in reversed(before):
        _add(one, items, gaps)
    waiting: list[Mapping[str, Any]] = [top]
    while waiting and len(items) < MOST:
        one = waiting.pop()
        _add(one, items, gaps)
        waiting += reversed(_objects(one.get("replies")))
    if waiting:
        gaps.append(Gap("limit", note=f"more than {MOST:,} posts"))
    made, missing = linked(items)
    gaps += _hidden(top, made)
    shown = _whole(top["post"].get("replyCount"))
    return Thread(made[0].id if made else "", made, shown, tuple(gaps), missing, "partial" if gaps or missing else "unknown")


def _hidden(top: Mapping[str, Any], items: tuple[Item, ...]) -> list[Gap]:
    id, shown = str(top["post"].get("uri", "")), _whole(top["post"].get("replyCount"))
    direct = sum(item.reply_to == id for item in items)
    if shown is None or shown <= direct:
        return []
    return [Gap("hidden", shown - direct, id, "answers counted by the view but not shown")]


def _add(view: Mapping[str, Any], items: list[Item], gaps: list[Gap]) -> None:
    """One post of a view; what stands in the place of a post (not found, blocked) is a gap."""
    post = view.get("post")
    if isinstance(post, Mapping) and isinstance(post.get("uri"), str):
        items.append(_item(post, len(items)))
        return
    blocked = view.get("blocked") is True
    note = "a block between accounts, as the view says" if blocked else "the view says: not found"
    gaps.append(Gap("blocked" if blocked else "hidden", 1, items[-1].id if items else "", f"{note}: {str(view.get('uri', ''))[:LONGEST]}"))


def _item(post: Mapping[str, Any], position: int) -> Item:
    by = post.get("author") if isinstance(post.get("author"), Mapping) else {}
    record = post.get("record") if isinstance(post.get("record"), Mapping) else {}
    assert isinstance(by, Mapping) and isinstance(record, Mapping)
    languages = record.get("langs")
    uri = str(post["uri"])
    handle = str(by.get("handle", ""))
    return Item(
        uri, str(by.get("did", "")), str(record.get("text", "")), position,
        f"https://bsky.app/profile/{handle}/post/{uri.rpartition('/')[2]}",
        str(by.get("displayName") or handle), time_or_none(record.get("createdAt")), reply_to=_uri(record, "reply", "parent"),
        shares=_uri(record, "embed", "record") or _uri(record, "embed", "record", "record"),
        language=str(languages[0]) if isinstance(languages, list) and languages else "",
    )  # fmt: skip


def _uri(record: Any, *path: str) -> str:
    for name in path:
        record = record.get(name) if isinstance(record, Mapping) else None
    uri = record.get("uri") if isinstance(record, Mapping) else None
    return uri if isinstance(uri, str) else ""


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_json(value: Any) -> Any:
    """A value of the protocol as its JSON: links and bytes as objects."""
    import base64

    if isinstance(value, Cid):
        return {"$link": str(value)}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode().rstrip("=")}
    if isinstance(value, dict):
        return {name: as_json(one) for name, one in value.items()}
    return [as_json(one) for one in value] if isinstance(value, list) else value
