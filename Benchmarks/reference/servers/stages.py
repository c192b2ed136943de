"""The three stages that the combined models share: receive a request, handle it, send the answer.

A conversation is in one stage, or in one queue, at a time. After its answer is sent it goes back to be received from,
so that the queues hold no more than there are connections, and are bounded by `contract.MOST_CONNECTIONS`.
"""
import services


def begin(server, client):
    return services.Conversation(client, server.service)


def receive(server, conversation):
    """The next request; None when the conversation is over, which is closed then."""
    try:
        request = conversation.receive()
    except OSError:
        request = None
    if request is None:
        server.release(conversation.client)
    return request


def send(server, conversation, answer):
    """Whether the answer was sent; a conversation that cannot take it is over, and closed."""
    try:
        conversation.send(answer)
        return True
    except OSError:
        server.release(conversation.client)
        return False
