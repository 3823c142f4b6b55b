"""Asks a port for something, on so many connections, and takes a byte a second of each answer: slow_readers.py <port> <count>

The request comes on the standard input. Window and segments are as small as the kernel allows, so that the answer waits in
the server and not in the kernels of both ends; only here can that be chosen, Node has no such options.
"""

import socket
import sys
import time

port, count = int(sys.argv[1]), int(sys.argv[2])
request = sys.stdin.buffer.read()
readers = []
for _ in range(count):
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    reader.connect(("127.0.0.1", port))
    reader.sendall(request)
    reader.setblocking(False)
    readers.append(reader)
print("reading", flush=True)
while True:
    time.sleep(1)
    for reader in readers:
        try:
            reader.recv(1)
        except OSError:
            # Nothing there yet, or shut out.
            pass
