"""A ZooKeeper server of one node, from the Debian package."""

import socket

MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
CONFIGURATION = """\
tickTime=500
dataDir={folder}/zookeeper
clientPort={port}
clientPortAddress={host}
admin.enableServer=false
4lw.commands.whitelist=*
"""


def command(folder, host, port):
    file = folder / "zoo.cfg"
    file.write_text(CONFIGURATION.format(folder=folder, host=host, port=port))
    return ["java", "-cp", "/usr/share/java/*", MAIN, file]


def answers(host, port):
    try:
        with socket.create_connection((host, port), 1) as connection:
            connection.sendall(b"ruok")
            return connection.recv(4) == b"imok"
    except OSError:
        return False
