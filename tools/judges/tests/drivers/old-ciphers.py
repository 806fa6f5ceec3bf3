"""Ends TLS as Mesos does by default, with TLS 1.2 and AES128-SHA alone, and passes on to a master without TLS.

old-ciphers.py CERTIFICATE KEY MASTER-HOST MASTER-PORT; prints its own port.
"""

import asyncio
import ssl
import sys

certificate, key, host, port = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
context.set_ciphers("AES128-SHA:@SECLEVEL=0")
context.load_cert_chain(certificate, key)


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def serve(reader, writer):
    master_reader, master_writer = await asyncio.open_connection(host, int(port))
    await asyncio.gather(pump(reader, master_writer), pump(master_reader, writer))


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
