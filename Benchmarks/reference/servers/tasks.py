#!/usr/bin/env python3
"""Tasks: a coroutine for each client on asyncio's streams, written as if it had a thread of its own."""
import asyncio
import contextlib

import contract
import services

STRAGGLERS = 0.05  # seconds for connections that were accepted just before the end to get their tasks


async def receive(reader, conversation, idle_timeout):
    """The next request, or None after the last."""
    while not conversation.requests:
        if conversation.rest is None:
            return None
        data = reader.read(services.RECEIVE_BLOCK)
        data = await (asyncio.wait_for(data, idle_timeout) if idle_timeout else data)
        if not data:
            return None
        conversation.take(data)
    return conversation.requests.popleft()


async def send(writer, service, answer):
    writer.write(answer)
    if writer.transport.get_write_buffer_size():
        await asyncio.wait_for(writer.drain(), contract.SEND_TIMEOUT)
    if service.only_opening:
        writer.write_eof()


async def converse(server, reader, writer):
    """Serves one client from its first request to its last."""
    service = server.service
    conversation = services.Conversation(None, service)
    while (request := await receive(reader, conversation, server.idle_timeout)) is not None:
        if service.delay:
            await asyncio.sleep(service.delay)
        await send(writer, service, service.compute(request))


async def serve(server):
    running = set()

    async def serve_client(reader, writer):
        running.add(asyncio.current_task())
        client = server.adopt(writer.get_extra_info("socket"))
        # asyncio asks for 256 KiB at a time otherwise, and a block of that size for 36 bytes halves the rate.
        writer.transport.max_size = services.RECEIVE_BLOCK
        try:
            await converse(server, reader, writer)
        except (OSError, asyncio.TimeoutError):
            writer.transport.abort()  # gone, or silent for too long
        finally:
            server.forget(client)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            running.discard(asyncio.current_task())

    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    server.watch_signals(end=lambda: loop.call_soon_threadsafe(stopped.set))
    listening = await asyncio.start_server(serve_client, sock=server.listener, backlog=server.backlog)
    await stopped.wait()
    listening.close()
    server.stop()
    await asyncio.sleep(STRAGGLERS)
    if running:
        await asyncio.wait(running)


def run(server):
    server.listener.setblocking(False)
    asyncio.run(serve(server))


if __name__ == "__main__":
    contract.main("tasks", run)
