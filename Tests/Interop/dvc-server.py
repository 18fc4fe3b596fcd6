"""Runs real DVC's commands for the tests, each in a process of its own that has DVC loaded already.

    dvc-server.py SOCKET DVC    listens until its parent ends; SOCKET.json says what its processes are like

Most of a command's time is Python loading DVC, and the tests run more than a thousand commands. `dvc-client.py`
takes the place of `dvc`: it hands over its words, environment, folder and streams, and a fork of this process, with
them and in the client's process group, does what `dvc` would do.
"""

import array
import atexit
import gc
import importlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading

from dvc.cli import main

# What the usual commands load.
WARM_UP = """
import os, sys
os.chdir(sys.argv[1])
from dvc.cli import main
for words in (["init", "-q", "--no-scm"], ["remote", "add", "-q", "-d", "r", sys.argv[1] + "/r"], ["add", "-q", "a"],
              ["status", "-q"], ["push", "-q"], ["checkout", "-q"], ["commit", "-q"], ["pull", "-q"], ["status", "-c", "-q"]):
    main(words)
print("\\n".join(sys.modules))
"""


def load_all():
    with tempfile.TemporaryDirectory() as folder:
        open(os.path.join(folder, "a"), "w").close()
        environment = dict(os.environ, HOME=folder, DVC_SITE_CACHE_DIR=os.path.join(folder, "site"), DVC_NO_ANALYTICS="1")
        names = subprocess.run([sys.executable, "-c", WARM_UP, folder], env=environment, capture_output=True, text=True, check=True)
    for name in names.stdout.splitlines():
        # Not what the warm-up itself made, nor the start of a program.
        if name.split(".")[0] != "__main__":
            try:
                importlib.import_module(name)
            except Exception:
                pass


def receive(connection):
    """The request and the four descriptors: standard input, output, error, folder."""
    descriptors = array.array("i")
    data = b""
    while not data.endswith(b"\n"):
        piece, ancillary, _, _ = connection.recvmsg(1 << 20, socket.CMSG_SPACE(4 * descriptors.itemsize))
        if not piece:
            os._exit(0)
        data += piece
        for _, kind, content in ancillary:
            if kind == socket.SCM_RIGHTS:
                descriptors.frombytes(content)
    return json.loads(data), descriptors


def serve(connection, program):
    request, descriptors = receive(connection)
    os.setpgid(0, request["group"])  # whoever kills the client's group kills this as well
    os.fchdir(descriptors[3])
    for number in range(3):
        os.dup2(descriptors[number], number)
    for descriptor in descriptors:
        os.close(descriptor)
    os.umask(request["umask"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = [program] + request["words"]
    random.seed()
    try:
        status = main(request["words"])
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else error.code is not None
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            status = 120  # as Python's own end
    connection.sendall(b"%d\n" % (int(status or 0) & 255))
    os._exit(0)


def listen(path, program):
    parent = os.getppid()
    load_all()
    gc.freeze()
    server = socket.socket(socket.AF_UNIX)
    server.bind(path + ".new")
    server.listen(128)
    server.settimeout(5)
    with open(path + ".json", "w") as file:
        json.dump(client.surroundings(), file)
    os.rename(path + ".new", path)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    while os.getppid() == parent:
        try:
            connection, _ = server.accept()
        except TimeoutError:
            continue
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            server.close()
            serve(connection, program)
        connection.close()


client = importlib.import_module("dvc-client")
listen(*sys.argv[1:])
