"""Processes that are surely ended, by their id, whatever ends the comparison."""
import contextlib
import signal
import subprocess

from .errors import PeerError

STOP_SECONDS = 20
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_in_order_when_signalled():
    """Turns the first signal that would end this program into an exception, so that every `finally` runs.

    Further ones are ignored, so that they do not interrupt the stopping, which is bounded in time.
    """
    def end(number, frame):
        for each in ENDING_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt
    for each in ENDING_SIGNALS:
        signal.signal(each, end)


def stop(process):
    """Ends one process: SIGTERM first, SIGKILL when it does not follow."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def running(command, log, **settings):
    """Runs a server while the block lasts. What it prints goes to the file `log`, unless `stdout` says otherwise.

    It gets a session of its own: Ctrl-C at the terminal reaches this program alone, which then ends the servers in
    order.
    """
    with open(log, "ab") as errors:
        settings.setdefault("stdout", errors)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=errors, start_new_session=True, **settings)
    try:
        yield process
    except PeerError as error:
        if process.poll() is None:
            raise
        raise PeerError(f"{error}\n{command_line(command)} had ended with {process.returncode}:\n"
                        f"{tail_of_file(log)}") from None
    finally:
        stop(process)
        if process.stdout is not None:
            process.stdout.close()


def output_of(command, allowed=(0,), **settings):
    """The standard output of a command that must end with an allowed code; it ends when this program is interrupted."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, start_new_session=True, **settings)
    try:
        output, errors = process.communicate()
    finally:
        stop(process)
    if process.returncode not in allowed:
        raise PeerError(f"{command_line(command)} ended with {process.returncode}:\n{tail(errors or output)}")
    return output


def command_line(command):
    """The command as one would type it, long arguments cut."""
    words = [str(word) for word in command]
    return " ".join(word if len(word) <= 120 else word[:20] + "…" for word in words)


def tail(text, lines=15):
    return "\n".join(text.rstrip().splitlines()[-lines:])


def tail_of_file(path):
    return tail(path.read_text(errors="replace")) if path.exists() else ""
