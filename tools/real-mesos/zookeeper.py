"""A ZooKeeper server of one node, from the Debian package."""

import socket
import urllib.parse

MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
CONFIGURATION = """\
tickTime=500
dataDir={folder}/zookeeper
clientPort={port}
clientPortAddress=127.0.0.1
admin.enableServer=false
4lw.commands.whitelist=*
"""


def start(folder, port, spawn):
    """Starts it by `spawn(name, command, settings)`; returns the URL under which masters meet."""
    file = folder / "zoo.cfg"
    file.write_text(CONFIGURATION.format(folder=folder, port=port))
    spawn("zookeeper", ["java", "-cp", "/usr/share/java/*", MAIN, file], {})
    return f"zk://127.0.0.1:{port}/mesos"


def answers(url):
    place = urllib.parse.urlsplit(url)
    try:
        with socket.create_connection((place.hostname, place.port), 1) as connection:
            connection.sendall(b"ruok")
            return connection.recv(4) == b"imok"
    except OSError:
        return False
