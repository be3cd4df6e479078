"""Ports on loopback."""

import random
import socket

from ops.services.trouble import Trouble

LOOPBACK = "127.0.0.1"
# Below the range from which Linux takes the local ends of outgoing connections (32768 on): a port in that range can be
# taken by any client while a killed server is being started again.
PRIVATE_PORTS = range(15000, 32000)


def is_free(port: int) -> bool:
    """Whether a server can listen on this port of loopback now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def answers(port: int, timeout_s: float = 0.2) -> bool:
    """Whether someone accepts connections on this port of loopback."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def free_port(preferred: int | None = None, *, avoid: set[int] | None = None) -> int:
    """`preferred` when it is free, else another free one."""
    taken = avoid or set()
    if preferred and preferred not in taken and is_free(preferred):
        return preferred
    chooser = random.SystemRandom()
    while True:
        port = chooser.choice(PRIVATE_PORTS)
        if port not in taken and is_free(port):
            return port


def port_for(server: str, port: int, *, keep: bool) -> int:
    """The port a server starts on: the same as before, or, when it need not keep it, another one that is free."""
    if keep and not is_free(port):
        raise Trouble(f"Port {port} of {server} was taken by another program; it is tried again until that one ends.")
    return port if keep else free_port(port)
