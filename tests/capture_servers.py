"""Servers for the tests of capturing: each path answers with exact bytes or by a function; TLS by an authority of our own."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

Answer = bytes | Callable[[socket.socket, bytes], None]


def page(body: bytes | str, status: str = "200 OK", kind: str = "text/html; charset=utf-8", *headers: str) -> bytes:
    """A whole answer with its length and a date."""
    data = body.encode() if isinstance(body, str) else body
    head = [f"HTTP/1.1 {status}", "Date: Wed, 22 Jan 2025 17:40:05 GMT", f"Content-Type: {kind}", f"Content-Length: {len(data)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + data


def redirect(to: str, status: int = 302) -> bytes:
    """An answer that leads elsewhere."""
    return page("moved", f"{status} Found", "text/plain", f"Location: {to}")


class Served:
    """Answers by path; keeps what it was asked."""

    def __init__(self, answers: dict[str, Answer], tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.answers, self.asked = answers, list[bytes]()
        self._tls, self._stop = tls, threading.Event()
        self._socket = socket.create_server((host, 0))
        self._socket.settimeout(0.05)
        self.port = self._socket.getsockname()[1]
        self.base = f"{'https' if tls else 'http'}://{'localhost' if tls else host}:{self.port}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                made, _ = self._socket.accept()
            except TimeoutError:
                continue
            made.settimeout(20)
            one = threading.Thread(target=self._answer, args=(made,))
            self._threads.append(one)
            one.start()

    def _answer(self, made: socket.socket) -> None:
        with contextlib.suppress(OSError, IndexError), contextlib.ExitStack() as stack:
            stack.callback(made.close)
            if self._tls:
                made = stack.enter_context(self._tls.wrap_socket(made, server_side=True))
            request = b""
            while b"\r\n\r\n" not in request:
                came = made.recv(65536)
                if not came:
                    return
                request += came
            self.asked.append(request)
            path = request.split(b" ", 2)[1].decode()
            answer = self.answers.get(path) or self.answers.get(path.partition("?")[0]) or page("no such page", "404 Not Found")
            if callable(answer):
                answer(made, request)
            else:
                made.sendall(answer)

    def close(self) -> None:
        """End the server and everything it does."""
        self._stop.set()
        for one in self._threads:
            one.join()
        self._socket.close()


@contextlib.contextmanager
def serving(answers: dict[str, Answer], tls: ssl.SSLContext | None = None) -> Iterator[Served]:
    """A server while the block runs."""
    made = Served(answers, tls)
    try:
        yield made
    finally:
        made.close()


def certified(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """An authority of our own: the context of a server of this name, and that of a client that trusts the authority."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def signed(subject: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, authority: bool) -> x509.Certificate:
        start = datetime.now(UTC) - timedelta(days=1)
        built = x509.CertificateBuilder(
            named("Test authority"), named(subject), key.public_key(), x509.random_serial_number(), start, start + timedelta(days=30)
        )
        built = built.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        built = built.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        built = built.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        uses = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
        )
        usage = x509.KeyUsage(digital_signature=True, key_cert_sign=authority, crl_sign=authority, **uses)
        built = built.add_extension(usage, critical=True)
        if not authority:
            built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
        return built.sign(by, hashes.SHA256())

    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority, leaf = signed("Test authority", root, root, True), signed(name, own, root, False)
    pem = serialization.Encoding.PEM
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(leaf.public_bytes(pem) + authority.public_bytes(pem))
    secret.write_bytes(own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, secret)
    client = ssl.create_default_context(cadata=authority.public_bytes(pem).decode())
    return server, client
