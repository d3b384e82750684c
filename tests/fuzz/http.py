"""The server: requests as bytes, with addresses, heads and bodies changed, sent to a running one over a user's folder."""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from random import Random
from urllib.parse import quote, urlsplit

from tests.fuzz.mutate import STRANGE, of_bytes, of_texts
from tests.fuzz.part import Part, bytes_of, expect
from tests.programme_files import SMALL

from stargauge.quantity.errors import InputError
from stargauge.web import guard

#: Statuses that the server may give; 500 is our fault, and nothing is answered with it.
STATUSES = frozenset({200, 303, 304, 307, 308, 400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 416, 421, 422, 429, 431, 501, 503, 505})
SECONDS = 300.0
_ASKED = "as_of=2025-06-01&draws=256&seed=3"
ADDRESSES = (
    "/api/programmes", "/api/programmes/small", f"/api/programmes/small/check?{_ASKED}", f"/api/programmes/small/claims/first-hall?{_ASKED}",
    f"/api/programmes/small/simulate?quantity=power_it%5Boperational,north%5D&{_ASKED}", f"/api/programmes/small/sites/north?{_ASKED}",
    f"/api/programmes/small/explain?address=power_it%5Boperational,north%5D&{_ASKED}", f"/api/programmes/small/schedule?set=overrun_factor=1&{_ASKED}",
    f"/api/programmes/small/jobs?given=not%20first-hall&{_ASKED}", "/api/catalogue", "/api/catalogue/accelerator/b200", "/api/schema", "/api/accuracy",
    f"/api/programmes/small/export?form=csv&{_ASKED}", "/api/system?pool=transformers%3D2%20GW/yr&by=gird", "/api/train?model=llama3-8b&cluster=64xh100&batch=x",
    "/api/programmes/small/power?site=north&load=5%20kg&gas=-1%20TWh", "/api/programmes/small/facility?site=nroth&design=liquid/dry-cooler&redundancy=2N",
    "/api/programmes/small/compute?model=llama&users=many&tokens=0", "/api/compare?a=small@2025-06-01&b=%2Bnix&draws=256", "/", "/health", "/metrics", "/static/app.js",
    f"/p/small?{_ASKED}", f"/p/small/claims?status=open&{_ASKED}", f"/p/small/sites/north?{_ASKED}&lang=de", "/p/small/edit?file=small.yaml", "/p/small/file?file=small.yaml",
    "/reading", "/chips", "/evidence", "/evidence/target?of=x", "/evidence/entry/C-1", "/evidence/diff?a=C-1&b=C-2", "/evidence/verify", "/schema", "/progress/0",
)  # fmt: skip
POSTED = (
    ("/reading", "text=We+will+spend+%24500+billion+by+2029&publisher=X&title=T&url=https%3A%2F%2Fx.example&day=2025-01-22"),
    ("/p/small/edit/run", "text=name%3A+Small%0Aprice_year%3A+2025&file=small.yaml"), ("/p/small/edit", "text=name%3A+X&file=small.yaml&mark=0"),
    ("/programmes/new", "name=mine"), ("/p/small/edit/copy", "name=other"),
)  # fmt: skip
UPLOADED = (
    "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.yaml\"\r\nContent-Type: text/plain\r\n\r\nname: X\n\r\n--b--\r\n",
    "--b\r\nContent-Disposition: form-data; name=\"bundle\"; filename=\"../../x.zip\"\r\n\r\nPK\x03\x04\r\n--b--\r\n",
)  # fmt: skip
_WORDS = (
    "?", "&", "=", "/", "//", "..", "%2e%2e", "%2f", "%00", "%0d%0a", "%ff", "+", ";", "set=", "given=", "scenario=", "as_of=", "draws=99999999", "draws=256",
    "lang=de", "lang=xx", "small", "stargate", "nix", "[", "]", "@", "progress=5", "token=x", "../../etc/passwd", "C-1", "?x", "#", "\\",
)  # fmt: skip
_HEADS = (
    "Host: evil.example", "Host:", "Origin: http://evil.example", "Sec-Fetch-Site: cross-site", "Content-Length: -1", "Content-Length: 99999999999", "Content-Length: 5",
    "Transfer-Encoding: chunked", "Cookie: stargauge_token=x", "Authorization: Bearer \u00e9", "Accept-Encoding: gzip", "HX-Request-Type: partial", "Range: bytes=0-1,5-",
    "Expect: 100-continue", "Upgrade: websocket", "Connection: Upgrade", "If-None-Match: *", "X: " + "a" * 20_000, "Content-Type: multipart/form-data",
    "Content-Type: multipart/form-data; boundary=" + "b" * 300, "Content-Type: application/json", "X-Forwarded-For: 1.2.3.4", "Accept-Language: \x00",
)  # fmt: skip
_PATHS = of_texts(ADDRESSES, _WORDS, 9000)
_FORMS = of_texts([body for _, body in POSTED], ("&", "=", "%", "%00", "text=", "file=", "mark="), 20_000)
_FILES = of_bytes(
    [body.encode("latin-1") for body in UPLOADED], (b"--b\r\n", b"--b--", b"\r\n\r\n", b"filename=", b"Content-Disposition: "), 20_000
)


def case(random: Random) -> bytes:
    """A request."""
    which = random.random()
    heads, body, method = ["Host: 127.0.0.1", "Connection: close"], b"", "GET"
    if which < 0.8:
        path = _PATHS.case(random)
        method = random.choice(("GET", "GET", "GET", "GET", "HEAD", "OPTIONS", "DELETE")) if which < 0.1 else "GET"
    elif which < 0.92:
        path, method, body = random.choice(POSTED)[0], "POST", bytes_of(_FORMS.case(random))
        heads.append("Content-Type: application/x-www-form-urlencoded")
    else:
        path, method, body = random.choice(("/programmes/upload", "/evidence/verify")), "POST", _FILES.case(random)
        heads.append("Content-Type: multipart/form-data; boundary=b")
    if body:
        heads.append(f"Content-Length: {len(body)}")
    for _ in range(int(random.expovariate(1.5))):
        heads.insert(random.randrange(len(heads) + 1), random.choice((*_HEADS, f"{random.choice(STRANGE)}: {random.choice(STRANGE)}")))
    target = quote(path.encode("utf-8", "surrogatepass"), safe="/?&=%+[]@;,:'!~*()#\\") if random.random() < 0.9 else path
    head = "\r\n".join([f"{method} {target} HTTP/1.1", *heads])
    return head.encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body


_RUNNING = ExitStack()


@lru_cache(maxsize=1)
def _served() -> tuple[str, Path]:
    """A running server's address, and the folder in which its folder lies."""
    from tests.web_server import serving

    from stargauge.evidence.workspace import Workspace

    home = Path(tempfile.mkdtemp(prefix="fuzz-http-"))
    folder = home / "programmes"
    folder.mkdir()
    (home / "outside.yaml").write_text("name: Outside\n", encoding="utf-8")
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    with Workspace.init(home / "evidence", name="orchard.example/desk") as made:
        made.add("capture", "https://x.example/1", {"method": "web", "status": 200}, {"text": b"pears"})
        made.add("capture", "https://x.example/1", {"method": "web", "status": 200}, {"text": b"plums"})
    guard.BODY_SECONDS = 0.5  # a body that is shorter than it states is waited for no longer
    _RUNNING.callback(shutil.rmtree, home, ignore_errors=True)
    address = _RUNNING.enter_context(serving(folder, home / "evidence", at_once=1e9, workers=1))
    return address, home


def read(request: bytes) -> object:
    """Send a request, and judge the answer. Refused: whatever is not answered with 200."""
    address, home = _served()
    answer = _answer(urlsplit(address).netloc, request)
    if not answer:
        raise InputError("the connection was closed")
    head, _, body = answer.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    status = int(first.split()[1])
    expect(status in STATUSES, f"status {status}: {body[:300]!r}")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    expect(b"content-security-policy" in headers or status in (400, 431), f"{status} without the policy for pages")
    expect(b"name: Outside" not in body and b"root:x:0" not in body, "a file outside of the folder was read")
    expect(sorted(one.name for one in home.iterdir()) == ["evidence", "outside.yaml", "programmes"], "something was written outside")
    expect(
        all(one.suffix in (".yaml", ".yml", ".lock") or one.name.startswith(".") for one in (home / "programmes").iterdir()),
        "a strange file",
    )
    if status >= 400 and headers.get(b"content-type", b"").startswith(b"application/json"):
        expect(bool(json.loads(body)["errors"]) if body else True, "no reason")
    if status >= 400:
        raise InputError(f"refused: {status}")
    return status


def _answer(netloc: str, request: bytes) -> bytes:
    host, _, port = netloc.partition(":")
    got = bytearray()
    with socket.create_connection((host, int(port)), timeout=SECONDS) as connection:
        try:
            connection.sendall(request)
            while piece := connection.recv(65536):
                got += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
    return bytes(got)


PARTS = (Part("http", case, read, 1, apart=True, end=_RUNNING.close),)
