"""Takes the place of `dvc` in the tests: has `dvc-server.py` run the command.

    dvc-client.py SOCKET DVC WORD...

Starts DVC itself where the server's process would not be like one of its own: in another file system
namespace, as another user, with other limits.
"""

import _socket
import array
import json
import os
import resource
import sys


def surroundings():
    limits = (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)
    return [os.readlink("/proc/self/ns/mnt"), os.geteuid(), os.getegid(), os.getsid(0)] + [
        list(resource.getrlimit(limit)) for limit in limits
    ]


def ask(path, words):
    """The status of the command; `None` when it ended without one."""
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    connection.connect(path)
    umask = os.umask(0)
    os.umask(umask)
    request = {"words": words, "environment": dict(os.environ), "umask": umask, "group": os.getpgrp()}
    streams = array.array("i", [0, 1, 2, os.open(".", os.O_RDONLY)])
    data = json.dumps(request).encode() + b"\n"
    sent = connection.sendmsg([data], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams.tobytes())])
    connection.sendall(data[sent:])
    answer = b""
    while piece := connection.recv(16):
        answer += piece
    return int(answer) if answer else None


if __name__ == "__main__":
    server, program, *words = sys.argv[1:]
    with open(server + ".json") as file:
        alike = json.load(file) == surroundings()
    if not alike:
        os.execv(program, [program] + words)
    status = ask(server, words)
    if status is None:
        sys.exit("dvc-client: the command ended without a status")
    os._exit(status)
