"""`nc`, as the README shows it: a client that knows nothing of the protocol."""

import subprocess


def shell(line: str, server) -> str:
    """Runs a line of shell with `$UDP` and `$TCP` set to the server's host and port."""
    host, udp_port = server.address("udp")
    environment = {"PATH": "/usr/bin:/bin", "UDP": f"{host} {udp_port}", "TCP": "{} {}".format(*server.address("tcp"))}
    ended = subprocess.run(["sh", "-c", line], env=environment, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_publish_over_udp_and_read_over_tcp(server):
    """The two lines that everybody tries first."""
    assert shell("printf '1:hello' | nc -u -w1 $UDP", server) == "0"
    answer = shell("printf '4:0' | nc -N $TCP", server)
    assert answer.startswith("0:") and answer.endswith(" hello")


def test_publish_over_tcp_and_read_over_udp(server):
    """The same the other way round."""
    assert shell("printf '1:hello over tcp' | nc -N $TCP", server) == "0"
    answer = shell("printf '3:1' | nc -u -w1 $UDP", server)
    assert answer.startswith("0:") and answer.endswith(":hello over tcp")


def test_echo_adds_a_line_end_and_numbers_still_read(server):
    """`echo` instead of `printf`."""
    shell("echo '1:with a line end' | nc -N $TCP", server)
    assert shell("echo '2:10' | nc -u -w1 $UDP", server) == "0:1"
    assert shell("echo '4:10' | nc -N $TCP", server).endswith(" with a line end\n"), "the body is untouched"


def test_a_file_goes_through_unchanged(server, tmp_path):
    """A megabyte of any bytes in by `nc`, out by `nc`."""
    sent = tmp_path / "sent"
    sent.write_bytes(bytes(range(256)) * 4096)
    assert shell(f"(printf '1:'; cat {sent}) | nc -N $TCP", server) == "0"
    received = tmp_path / "received"
    shell(f"printf '3:1' | nc -N $TCP > {received}", server)
    assert received.read_bytes().split(b":", 4)[4] == sent.read_bytes()
