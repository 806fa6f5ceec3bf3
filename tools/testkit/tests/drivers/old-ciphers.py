"""Ends TLS as Mesos does by default, with TLS 1.2 and AES128-SHA alone, and passes on to a master without TLS.

old-ciphers.py CERTIFICATE KEY MASTER-HOST MASTER-PORT; prints its own port.
"""

import select
import socket
import ssl
import sys
import threading

certificate, key, host, port = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
context.set_ciphers("AES128-SHA:@SECLEVEL=0")
context.load_cert_chain(certificate, key)


def serve(connection):
    try:
        with context.wrap_socket(connection, server_side=True) as driver:
            with socket.create_connection((host, int(port))) as master:
                pump(driver, master)
    except OSError:
        pass


def pump(driver, master):
    while True:
        ready = [driver] if driver.pending() else select.select([driver, master], [], [])[0]
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            (master if source is driver else driver).sendall(data)


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
