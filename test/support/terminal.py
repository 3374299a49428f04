# Runs a program on a terminal of its own and tells, as JSON, what stood there and how it ended as a shell sees it.
# terminal.py WHEN KEY PROGRAM...: once WHEN stands on the terminal, KEY is typed ("close" takes the terminal away,
# nothing is typed for an empty one). TERMINAL_SIZE is its size, ROWSxCOLUMNS; else nobody tells.
import fcntl, json, os, pty, re, select, struct, sys, termios, time

when, key, program = sys.argv[1], sys.argv[2], sys.argv[3:]
pid, master = pty.fork()
if pid == 0:
    size = os.environ.pop('TERMINAL_SIZE', None)
    if size:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', *map(int, size.split('x')), 0, 0))
    os.execvp(program[0], program)
seen, typed, waiting, due, closed, deadline = b'', None, [], None, False, time.monotonic() + 50
while not closed and time.monotonic() < deadline:
    if select.select([master], [], [], 0.05)[0]:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    if typed is None and key and re.search(when.encode(), seen):
        typed = time.monotonic()
        if key == 'close':
            os.close(master)
            closed = True
        else:
            waiting = key.split()
            due = typed
    if typed is not None and waiting and time.monotonic() >= due:
        # A terminal throws away what was typed before Ctrl-C was taken up: a second later, and again, as less takes the
        # first key after a Ctrl-C that came before it read any for a wish to see its screen anew.
        try:
            os.write(master, {'ctrl-c': b'\x03', 'q': b'q'}[waiting[0]])
        except OSError:
            break
        due = time.monotonic() + 1
        waiting = waiting[1:] or (waiting if waiting[0] == 'q' else [])
if time.monotonic() >= deadline:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
code = os.waitstatus_to_exitcode(status)
ended = time.monotonic()
print(json.dumps({
    'screen': seen.decode('utf8', 'replace'),
    'status': code if code >= 0 else 128 - code,
    'seconds': None if typed is None else ended - typed,
}))
