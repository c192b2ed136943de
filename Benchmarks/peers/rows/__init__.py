"""One module a row of the table; each has `lines(comparison)`."""
from . import (big_board, big_by_session, connection_a_request, echo_on_kept_connections, fan_out, publish_beside_redis,
               publish_beside_sqlite_1024, publish_beside_sqlite_one, publish_by_xmlrpc, read_beside_redis, remote_calls)

BY_LETTER = {
    "a": publish_beside_redis,
    "b": publish_beside_sqlite_1024,
    "c": publish_beside_sqlite_one,
    "d": read_beside_redis,
    "e": connection_a_request,
    "f": big_board,
    "g": fan_out,
    "h": big_by_session,
    "i": publish_by_xmlrpc,
    "j": echo_on_kept_connections,
    "k": remote_calls,
}
