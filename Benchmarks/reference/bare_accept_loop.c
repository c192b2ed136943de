// The most that one TCP connection a request allows on a machine: accept, read to the end, answer `0`, close.
//
//   bare_accept_loop      prints the port it listens on, then serves until it is ended
//
// It looks at nothing and keeps nothing, so what it reaches under a client is what the kernel and the client leave
// for any server: no design can be faster than this by much, and a ratio between two servers has its ceiling here.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

static void fail(const char *what) {
    perror(what);
    exit(1);
}

int main(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    char block[4096];
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) != 0) fail("bare_accept_loop: bind");
    if (listen(listener, BACKLOG) != 0) fail("bare_accept_loop: listen");
    if (getsockname(listener, (struct sockaddr *)&address, &length) != 0) fail("bare_accept_loop: getsockname");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) continue;
        while (recv(client, block, sizeof block, 0) > 0) {}
        send(client, "0", 1, MSG_NOSIGNAL);
        close(client);
    }
}
