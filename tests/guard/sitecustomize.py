"""
Close the network: only loopback can be reached. Children of the tests load this module by its name.
"""

import ipaddress
import socket

_connect, _connect_ex = socket.socket.connect, socket.socket.connect_ex


def _check(family: int, address: object) -> None:
    if family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
        host = str(address[0])
        if host != "localhost" and not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
            raise ConnectionRefusedError(f"tests reach no other machine: {host}")


def _guarded_connect(self: socket.socket, address: object) -> None:
    _check(self.family, address)
    _connect(self, address)  # type: ignore[arg-type]


def _guarded_connect_ex(self: socket.socket, address: object) -> int:
    _check(self.family, address)
    return _connect_ex(self, address)  # type: ignore[arg-type]


def _guarded_lookup(host: object, *args: object, **kwargs: object) -> object:
    if host not in (None, "", "localhost", b"localhost", socket.gethostname()):
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host))
    return _lookup(host, *args, **kwargs)  # type: ignore[arg-type]


_lookup = socket.getaddrinfo
socket.socket.connect = _guarded_connect  # type: ignore[method-assign]
socket.socket.connect_ex = _guarded_connect_ex  # type: ignore[method-assign]
socket.getaddrinfo = _guarded_lookup  # type: ignore[assignment]
