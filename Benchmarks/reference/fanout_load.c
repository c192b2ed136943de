// Fan-out load for servers that send one publisher's messages to many subscribers, each on a connection of its own.
//
//   fanout_load PORT board|nats|mqtt [--subscribers N] [--inflight N] [--warm-up S] [--seconds S] [--size BYTES] [--idle]
//
// One thread and one epoll set for everything, and as little work a delivery as a client can do: on a small machine a
// heavy client would be what is measured, for every server alike. The publisher keeps INFLIGHT messages on their way: it
// sends the next when a message has come to the subscribers, on average. So no server is asked for more than it
// delivers, and none has a reason to drop anything.
//   board: the live protocol's push mode; a message is `1:` and base64, published without waiting for the answer.
//   nats:  CONNECT, SUB and PUB.   mqtt: version 3.1.1, QoS 0.
// With --inflight 1 the latency is from the publish to each subscriber's delivery. With --idle nothing is published: it
// waits for the end of its standard input, so that somebody else can look at what connections cost.
// Prints one JSON object.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST_MESSAGE = 4096, LARGEST_BATCH = 1 << 20, READ_BYTES = 1 << 18, STALL_MS = 10000, SOURCE_ADDRESSES = 64,
       LARGEST_LATENCIES = 4000000, EVENTS = 256 };

enum Protocol { BOARD, NATS, MQTT };

static struct {
    int port, subscribers, size, idle;
    long inflight;
    double seconds, warm_up;
    enum Protocol protocol;
} options = {.subscribers = 100, .size = 100, .inflight = 512, .seconds = 4, .warm_up = 1};

static char message[LARGEST_MESSAGE * 2];   // one publish, as it goes over the wire
static size_t message_length, delivery_length;
static char batch[LARGEST_BATCH], input[READ_BYTES];
static size_t batch_length, batch_sent;
static uint64_t *partial;                   // bytes of an unfinished delivery, a subscriber
static int epoll, publisher;
static uint64_t published, delivered, received_bytes, published_at;
static uint32_t *latencies;
static long latency_count;

static void fail(const char *what) {
    fprintf(stderr, "fanout_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int connect_to_server(void) {
    static unsigned turn;
    int on = 1, s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s < 0) fail("socket");
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + turn++ % SOURCE_ADDRESSES);
    setsockopt(s, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(s, (struct sockaddr *)&address, sizeof address) != 0) fail("bind to a source address");
    address.sin_port = htons((uint16_t)options.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(s, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct timeval patience = {.tv_sec = STALL_MS / 1000};
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return s;
}

static void send_all(int s, const void *bytes, size_t count) {
    if (send(s, bytes, count, MSG_NOSIGNAL) != (ssize_t)count) fail("send");
}

static void expect(int s, const char *end, size_t count) {
    char last[512];
    size_t have = 0;
    while (have < count || memcmp(last + have - count, end, count) != 0) {
        if (have == sizeof last) { memmove(last, last + 256, 256); have = 256; }
        if (recv(s, last + have, 1, 0) != 1) fail("the server's greeting");
        have++;
    }
}

static void greet_nats(int s) {
    static const char hello[] = "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nPING\r\n";
    send_all(s, hello, sizeof hello - 1);
    expect(s, "PONG\r\n", 6);
}

static void greet_mqtt(int s, unsigned number) {
    char packet[64], id[16];
    int length = snprintf(id, sizeof id, "c%u", number);
    int total = 0;
    packet[total++] = 0x10;
    packet[total++] = (char)(12 + length);
    memcpy(packet + total, "\0\4MQTT\4\2\0\0\0", 11);  // clean session, no keep-alive
    total += 11;
    packet[total++] = (char)length;
    memcpy(packet + total, id, (size_t)length);
    send_all(s, packet, (size_t)(total + length));
    expect(s, "\x20\x02\x00\x00", 4);
}

static int subscribe(unsigned number) {
    int s = connect_to_server();
    switch (options.protocol) {
    case BOARD:
        send_all(s, "5:1;", 4);
        expect(s, "0:;", 3);
        break;
    case NATS:
        greet_nats(s);
        send_all(s, "SUB board 1\r\nPING\r\n", 19);
        expect(s, "PONG\r\n", 6);
        break;
    case MQTT:
        greet_mqtt(s, number);
        send_all(s, "\x82\x0a\x00\x01\x00\x05" "board\x00", 12);
        expect(s, "\x90\x03\x00\x01\x00", 5);
        break;
    }
    return s;
}

static void prepare_message(void) {
    size_t size = (size_t)options.size;
    switch (options.protocol) {
    case BOARD:  // "xxx" three bytes at a time is "eHh4"; the rest is padded
        memcpy(message, "1:", 2);
        message_length = 2;
        for (size_t i = 0; i + 3 <= size; i += 3) { memcpy(message + message_length, "eHh4", 4); message_length += 4; }
        if (size % 3 == 1) { memcpy(message + message_length, "eA==", 4); message_length += 4; }
        if (size % 3 == 2) { memcpy(message + message_length, "eHg=", 4); message_length += 4; }
        message[message_length++] = ';';
        break;
    case NATS:
        message_length = (size_t)sprintf(message, "PUB board %zu\r\n", size);
        memset(message + message_length, 'x', size);
        memcpy(message + message_length + size, "\r\n", 2);
        message_length += size + 2;
        delivery_length = (size_t)snprintf(NULL, 0, "MSG board 1 %zu\r\n", size) + size + 2;
        break;
    case MQTT:
        if (size + 7 > 127) { fprintf(stderr, "fanout_load: mqtt: --size is at most 120\n"); exit(64); }
        message[0] = 0x30;
        message[1] = (char)(size + 7);
        memcpy(message + 2, "\0\5board", 7);
        memset(message + 9, 'x', size);
        message_length = delivery_length = size + 9;
        break;
    }
}

// How many messages are in what a subscriber got: of the board as many as colons (`1:` one, and one between two), of the
// others by their length, which is always the same.
static uint64_t count_deliveries(int subscriber, const char *bytes, size_t count) {
    if (options.protocol != BOARD) {
        partial[subscriber] += count;
        uint64_t whole = partial[subscriber] / delivery_length;
        partial[subscriber] %= delivery_length;
        return whole;
    }
    uint64_t colons = 0;
    for (const char *at = bytes, *end = bytes + count; (at = memchr(at, ':', (size_t)(end - at))) != NULL; at++) colons++;
    return colons;
}

static void watch(int socket, uint32_t events, uint64_t data, int operation) {
    struct epoll_event event = {.events = events, .data.u64 = data};
    if (epoll_ctl(epoll, operation, socket, &event) != 0) fail("epoll_ctl");
}

// Sends what is wanted beyond what was published; the rest of a batch waits until the socket takes it.
static void publish(void) {
    for (;;) {
        if (batch_sent == batch_length) {
            uint64_t done = delivered / (uint64_t)options.subscribers;
            uint64_t wanted = done + (uint64_t)options.inflight;
            batch_sent = batch_length = 0;
            while (published < wanted && batch_length + message_length <= LARGEST_BATCH) {
                memcpy(batch + batch_length, message, message_length);
                batch_length += message_length;
                published++;
            }
            if (batch_length == 0) return;
            published_at = now_ns();
        }
        ssize_t sent = send(publisher, batch + batch_sent, batch_length - batch_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            watch(publisher, EPOLLIN | EPOLLOUT, UINT64_MAX, EPOLL_CTL_MOD);
            return;
        }
        if (sent < 0) fail("publish");
        batch_sent += (size_t)sent;
        if (batch_sent == batch_length) watch(publisher, EPOLLIN, UINT64_MAX, EPOLL_CTL_MOD);
    }
}

static void take_delivery(int *sockets, int subscriber) {
    ssize_t count = recv(sockets[subscriber], input, sizeof input, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (count <= 0) fail("a subscriber's connection ended");
    uint64_t found = count_deliveries(subscriber, input, (size_t)count);
    delivered += found;
    received_bytes += (uint64_t)count;
    if (options.inflight == 1 && found > 0 && latency_count < LARGEST_LATENCIES)
        latencies[latency_count++] = (uint32_t)((now_ns() - published_at) / 1000);
}

static void run(int *sockets, double seconds) {
    struct epoll_event events[EVENTS];
    uint64_t end = now_ns() + (uint64_t)(seconds * 1e9);
    while (now_ns() < end) {
        publish();
        int count = epoll_wait(epoll, events, EVENTS, STALL_MS);
        if (count == 0) { errno = ETIMEDOUT; fail("no delivery"); }
        if (count < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < count; i++) {
            if (events[i].data.u64 != UINT64_MAX) take_delivery(sockets, (int)events[i].data.u64);
            else if (events[i].events & EPOLLIN && recv(publisher, input, sizeof input, MSG_DONTWAIT) == 0)
                fail("the publisher's connection ended");
        }
    }
}

static int by_size(const void *a, const void *b) {
    return (*(const uint32_t *)a > *(const uint32_t *)b) - (*(const uint32_t *)a < *(const uint32_t *)b);
}

static double percentile(double share) {
    return latency_count == 0 ? 0 : latencies[(long)((double)(latency_count - 1) * share)] / 1000.0;
}

static void measure(int *sockets) {
    run(sockets, options.warm_up);
    uint64_t before = delivered, bytes = received_bytes, start = now_ns();
    latency_count = 0;
    printf("{\"measuring\":true}\n");  // whoever takes the server's CPU time begins now
    fflush(stdout);
    run(sockets, options.seconds);
    double seconds = (double)(now_ns() - start) / 1e9;
    double deliveries = (double)(delivered - before);
    qsort(latencies, (size_t)latency_count, sizeof *latencies, by_size);
    printf("{\"deliveries\":%.0f,\"bytes\":%.0f,\"seconds\":%.6f,\"per_second\":%.1f,\"latency_ms\":{\"p50\":%.3f,\"p99\":%.3f,"
           "\"max\":%.3f}}\n", deliveries, (double)(received_bytes - bytes), seconds, deliveries / seconds, percentile(0.5), percentile(0.99), percentile(1));
}

static void usage(void) {
    fprintf(stderr, "usage: fanout_load PORT board|nats|mqtt [--subscribers N] [--inflight N] [--warm-up S] [--seconds S] "
                    "[--size BYTES] [--idle]\n");
    exit(64);
}

static void parse(int count, char **words) {
    static const char *names[] = {"board", "nats", "mqtt"};
    if (count < 3) usage();
    options.port = atoi(words[1]);
    int known = 0;
    for (int i = 0; i < 3; i++) if (strcmp(words[2], names[i]) == 0) { options.protocol = (enum Protocol)i; known = 1; }
    if (!known) usage();
    for (int i = 3; i < count; i++) {
        const char *name = words[i];
        if (strcmp(name, "--idle") == 0) { options.idle = 1; continue; }
        if (++i == count) usage();
        if (strcmp(name, "--subscribers") == 0) options.subscribers = atoi(words[i]);
        else if (strcmp(name, "--inflight") == 0) options.inflight = atol(words[i]);
        else if (strcmp(name, "--warm-up") == 0) options.warm_up = atof(words[i]);
        else if (strcmp(name, "--seconds") == 0) options.seconds = atof(words[i]);
        else if (strcmp(name, "--size") == 0) options.size = atoi(words[i]);
        else usage();
    }
    if (options.subscribers < 1 || options.inflight < 1 || options.size < 1 || options.size > LARGEST_MESSAGE) usage();
}

int main(int count, char **words) {
    parse(count, words);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    prepare_message();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    partial = calloc((size_t)options.subscribers, sizeof *partial);
    latencies = malloc(sizeof *latencies * LARGEST_LATENCIES);
    int *sockets = malloc(sizeof *sockets * (size_t)options.subscribers);
    for (int i = 0; i < options.subscribers; i++) {
        sockets[i] = subscribe((unsigned)i);
        watch(sockets[i], EPOLLIN, (uint64_t)i, EPOLL_CTL_ADD);
    }
    if (options.idle) {
        printf("{\"connected\":%d}\n", options.subscribers);
        fflush(stdout);
        while (read(0, input, sizeof input) > 0) {}
        return 0;
    }
    publisher = connect_to_server();
    if (options.protocol == NATS) greet_nats(publisher);
    if (options.protocol == MQTT) greet_mqtt(publisher, 999999);
    watch(publisher, EPOLLIN, UINT64_MAX, EPOLL_CTL_ADD);
    measure(sockets);
    return 0;
}
