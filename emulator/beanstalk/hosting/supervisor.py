"""Runs commands in this process group, and ends the whole group when standard input closes or the main command ends.

Standard input is a pipe that only the account's server holds. The server closes it to end the group; the kernel
closes it when the server is killed. Linux's parent-death signal would not do: it follows the thread that started
the process, and macOS has none.

Arguments: the file descriptor that gets the exit status of the main command, or -1; then for each command the file for
its output, the number of its words, and its words. The first command is the main one: the group is for it, and its file
is empty, as it writes where this process does. The others are started again when they end.

Each instance has such a process. It imports little: json, subprocess and threading would double its memory.
"""

import _thread
import os
import signal
import sys
import time

GRACE_SECONDS = 2.0
RESTART_SECONDS = 1.0


def main(status: int, commands: list[tuple[str, list[str]]]) -> None:
    # A handler, not SIG_IGN: the commands would inherit SIG_IGN and ignore SIGTERM too.
    signal.signal(signal.SIGTERM, lambda *_: None)
    if status >= 0:
        os.set_inheritable(status, False)
    ended = _thread.allocate_lock()
    ended.acquire()
    _thread.start_new_thread(_end_group_after, (_start(*commands[0]), status, ended))
    for log, command in commands[1:]:
        _thread.start_new_thread(_keep_running, (log, command))
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGTERM)
    ended.acquire(timeout=GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


def _start(log: str, command: list[str]) -> int:
    """Start a command and return its process. It writes to the file `log`, or where this process does."""
    files: list[tuple[int, int, str, int, int] | tuple[int, int, int]]
    files = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)]
    if log:
        files.append((os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666))
        files.append((os.POSIX_SPAWN_DUP2, 1, 2))
    # Python ignores these two, and the command would, too.
    ignored = [signal.SIGPIPE, signal.SIGXFSZ]
    return os.posix_spawnp(command[0], command, os.environ, file_actions=files, setsigdef=ignored)


def _wait(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _end_group_after(process: int, status: int, ended: _thread.LockType) -> None:
    """End the processes that the application leaves behind."""
    code = _wait(process)
    if status >= 0:
        os.write(status, str(code).encode())
    ended.release()
    os.killpg(0, signal.SIGKILL)


def _keep_running(log: str, command: list[str]) -> None:
    while True:
        _wait(_start(log, command))
        time.sleep(RESTART_SECONDS)


def _commands(words: list[str]) -> list[tuple[str, list[str]]]:
    commands = []
    while words:
        end = 2 + int(words[1])
        commands.append((words[0], words[2:end]))
        words = words[end:]
    return commands


if __name__ == "__main__":
    main(int(sys.argv[1]), _commands(sys.argv[2:]))
