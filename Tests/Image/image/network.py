"""The network of a compose file, without Docker."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from release.command import run

# Arguments: a new file for the namespace, the address of the bridge.
BRIDGE = """
touch "$1"
unshare --net="$1" sh -euc 'ip link set lo up
    ip link add bridge type bridge
    ip address add "$1" dev bridge
    ip link set bridge up' bridge "$2"
"""
# Arguments: the file of the bridge's namespace, a new file for the namespace of a container, its name and its address.
JOIN = """
touch "$2"
unshare --net="$2" ip link set lo up
nsenter --net="$1" ip link add "$3" type veth peer name eth0 netns "$2"
nsenter --net="$2" ip address add "$4" dev eth0
nsenter --net="$2" ip link set eth0 up
nsenter --net="$1" ip link set "$3" master bridge up
"""


@dataclass(frozen=True)
class Place:
    """Where a container is: the file of its network namespace, and its /etc/hosts if it is not that of its image."""

    namespace: Path
    hosts: Path | None


class Network:
    """A bridge in a network namespace of its own, and a network namespace for each container that is joined to it.

    A namespace is mounted on a file: no process holds it, and it is gone with the mount namespace of the tests.
    """

    def __init__(self, subnet: str, names: Iterable[str], folder: Path) -> None:
        """Make the bridge, with the first address of the subnet. The names of containers have the next ones."""
        folder.mkdir(exist_ok=True)
        self._folder = folder
        network = ipaddress.ip_network(subnet)
        self._bits = network.prefixlen
        gateway, *others = (str(address) for address in network.hosts())
        self.addresses = dict(zip(names, others, strict=False))
        self._hosts = folder / "hosts"
        lines = ("127.0.0.1 localhost", *(f"{address} {name}" for name, address in self.addresses.items()))
        self._hosts.write_text("".join(f"{line}\n" for line in lines))
        self.bridge = folder / "bridge"
        """The file of the namespace that has the bridge: from there all containers are reached by their addresses."""
        run("sh", "-euc", BRIDGE, "bridge", self.bridge, f"{gateway}/{self._bits}")
        self._mounted = [self.bridge]

    def join(self, name: str) -> Place:
        """Make the place of a container."""
        namespace = self._folder / f"{name}.net"
        run("sh", "-euc", JOIN, "join", self.bridge, namespace, name, f"{self.addresses[name]}/{self._bits}")
        self._mounted.append(namespace)
        return Place(namespace, self._hosts)

    def close(self) -> None:
        """Let go of all namespaces. Each ends when its last process has ended."""
        while self._mounted:
            run("umount", self._mounted.pop())
