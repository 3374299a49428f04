"""Runs a command on a terminal of its own, closes the terminal once a file exists, and tells how the command ended.

usage: hang-up.py FILE COMMAND...
Prints a JSON object: {"status": N or null, "signal": N or null, "screen": "..."}.
"""
import json
import os
import pty
import select
import sys
import time

wanted, command = sys.argv[1], sys.argv[2:]
pid, master = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
screen = b""
deadline = time.monotonic() + 60
while not os.path.exists(wanted) and time.monotonic() < deadline:
    if select.select([master], [], [], 0.05)[0]:
        try:
            screen += os.read(master, 65536)
        except OSError:
            break
os.close(master)
_, ended = os.waitpid(pid, 0)
print(
    json.dumps(
        {
            "status": os.WEXITSTATUS(ended) if os.WIFEXITED(ended) else None,
            "signal": os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else None,
            "screen": screen.decode("utf8", "replace"),
        }
    )
)
