// Load for servers that take one TCP connection a request: connect, send, shut down writing, read to the end.
//
//   connection_load PORT publish|read [--inflight N] [--count N] [--size BYTES] [--ids N] [--echo]
//                   [--slow-one-in N --pause-ms MS]
//
// One thread and one epoll set keep N connections in flight. It is written in C and spends as little as a client
// can, because on a small machine a heavy client would be what is measured, for every server alike.
// publish sends `1:` and SIZE bytes, read sends `3:` and an id between 1 and IDS.
// With --slow-one-in, every Nth connection waits for --pause-ms before it sends its request, as a client behind a bad
// network does. An answer is right when it starts with `0`; with --echo, when it is as long as the request.
// Prints one JSON object.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST_REQUEST = 65536, LARGEST_INFLIGHT = 4096, SOURCE_ADDRESSES = 64, STALL_MS = 10000,
       NS_PER_MS = 1000000 };

typedef struct {
    int socket, slow, sent, answer_length, right, request_length;
    uint64_t started, due;
    char request[24];
} Connection;

static struct {
    int port, reading, inflight, size, echo, pause_ms;
    long count, ids, slow_one_in;
} options = {.inflight = 64, .count = 10000, .size = 100, .ids = 1};

static char publish_request[LARGEST_REQUEST];
static Connection connections[LARGEST_INFLIGHT];
// The connections that pause: all for the same time, so that they are due in the order they came.
static Connection *paused[LARGEST_INFLIGHT];
static unsigned long first_paused, past_paused;
static uint64_t *latencies, random_state = 0x9e3779b97f4a7c15;
static long started_count, finished_count, error_count;
static int epoll;

static void fail(const char *what) {
    fprintf(stderr, "connection_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t next_random(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

// The side that shuts down first keeps the port for a minute, and one address has 28,000 of them: take turns.
static void bind_to_next_source(int socket) {
    static unsigned turn;
    int on = 1;
    struct sockaddr_in source = {.sin_family = AF_INET};
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + turn++ % SOURCE_ADDRESSES);
    setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(socket, (struct sockaddr *)&source, sizeof source) != 0) fail("bind to a source address");
}

static void start(Connection *c) {
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memset(c, 0, sizeof *c);
    if (options.reading)
        c->request_length = sprintf(c->request, "3:%ld", 1 + (long)(next_random() % (uint64_t)options.ids));
    else
        c->request_length = options.size + 2;
    c->started = now_ns();
    c->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->socket < 0) fail("socket");
    bind_to_next_source(c->socket);
    if (connect(c->socket, (struct sockaddr *)&server, sizeof server) != 0 && errno != EINPROGRESS) fail("connect");
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->socket, &event) != 0) fail("epoll_ctl");
    started_count++;
    c->slow = options.slow_one_in > 0 && started_count % options.slow_one_in == 0;
}

static void finish(Connection *c, int right) {
    close(c->socket);
    latencies[finished_count++] = now_ns() - c->started;
    if (!right) error_count++;
    if (started_count < options.count) start(c);
}

// Requests are small against a socket's buffer: one write takes all of it, or the connection has failed.
static int send_request(Connection *c) {
    const char *bytes = options.reading ? c->request : publish_request;
    ssize_t n = send(c->socket, bytes, (size_t)c->request_length, MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) return 1;
    if (n != c->request_length) return 0;
    shutdown(c->socket, SHUT_WR);
    return c->sent = 1;
}

static void receive_answer(Connection *c) {
    char answer[LARGEST_REQUEST];
    for (;;) {
        ssize_t n = recv(c->socket, answer, sizeof answer, 0);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            finish(c, n == 0 && (options.echo ? c->answer_length == c->request_length : c->right));
            return;
        }
        if (c->answer_length == 0) c->right = answer[0] == '0';
        c->answer_length += (int)n;
    }
}

static void pause_connection(Connection *c) {
    if (c->due != 0) return;
    c->due = now_ns() + (uint64_t)options.pause_ms * NS_PER_MS;
    paused[past_paused++ % LARGEST_INFLIGHT] = c;
}

static void resume_due(void) {
    while (first_paused < past_paused && paused[first_paused % LARGEST_INFLIGHT]->due <= now_ns()) {
        Connection *c = paused[first_paused++ % LARGEST_INFLIGHT];
        c->slow = 0;
        if (!send_request(c)) finish(c, 0);
    }
}

static int wait_ms(void) {
    if (first_paused == past_paused) return STALL_MS;
    uint64_t now = now_ns(), due = paused[first_paused % LARGEST_INFLIGHT]->due;
    return due <= now ? 0 : (int)((due - now) / NS_PER_MS) + 1;
}

static void carry_on(Connection *c, uint32_t events) {
    if (c->slow) {  // failed ones too: sending tells
        pause_connection(c);
        return;
    }
    if (!c->sent) {
        if (events & EPOLLERR || !send_request(c)) finish(c, 0);
        return;
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive_answer(c);
}

static int ascending(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static double latency_ms(double quantile) {
    return (double)latencies[(long)(quantile * (double)(finished_count - 1))] / 1e6;
}

static void report(double seconds) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    qsort(latencies, (size_t)finished_count, sizeof *latencies, ascending);
    printf("{\"operation\":\"%s\",\"inflight\":%d,\"count\":%ld,\"errors\":%ld,\"seconds\":%.6f,\"per_second\":%.1f,"
           "\"latency_ms\":{\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f},\"client_cpu_us_per_operation\":%.2f}\n",
           options.reading ? "read" : "publish", options.inflight, finished_count, error_count, seconds,
           (double)finished_count / seconds, latency_ms(0.5), latency_ms(0.99), latency_ms(1),
           cpu / (double)finished_count);
}

static void parse(int count, char **words) {
    if (count < 3) {
        fprintf(stderr, "usage: connection_load PORT publish|read [--inflight N] [--count N] [--size BYTES] "
                        "[--ids N] [--echo] [--slow-one-in N --pause-ms MS]\n");
        exit(64);
    }
    options.port = atoi(words[1]);
    options.reading = strcmp(words[2], "read") == 0;
    for (int i = 3; i < count; i++) {
        long value = i + 1 < count ? atol(words[i + 1]) : 0;
        if (strcmp(words[i], "--echo") == 0) { options.echo = 1; continue; }
        if (strcmp(words[i], "--inflight") == 0) options.inflight = (int)value;
        else if (strcmp(words[i], "--count") == 0) options.count = value;
        else if (strcmp(words[i], "--size") == 0) options.size = (int)value;
        else if (strcmp(words[i], "--ids") == 0) options.ids = value;
        else if (strcmp(words[i], "--slow-one-in") == 0) options.slow_one_in = value;
        else if (strcmp(words[i], "--pause-ms") == 0) options.pause_ms = (int)value;
        else { fprintf(stderr, "connection_load: unknown option %s\n", words[i]); exit(64); }
        i++;
    }
    if (options.inflight < 1 || options.inflight > LARGEST_INFLIGHT || options.count < 1 || options.ids < 1
        || options.size < 0 || options.slow_one_in < 0 || options.pause_ms < 0 || options.pause_ms >= STALL_MS
        || options.size > LARGEST_REQUEST - 2) {
        fprintf(stderr, "connection_load: a number is out of range\n");
        exit(64);
    }
}

int main(int count, char **words) {
    parse(count, words);
    memset(publish_request, 'x', sizeof publish_request);
    memcpy(publish_request, "1:", 2);
    latencies = calloc((size_t)options.count, sizeof *latencies);
    epoll = epoll_create1(0);
    if (latencies == NULL || epoll < 0) fail("set up");
    uint64_t began = now_ns();
    for (int i = 0; i < options.inflight && started_count < options.count; i++) start(&connections[i]);
    while (finished_count < options.count) {
        struct epoll_event events[256];
        int timeout = wait_ms(), n = epoll_wait(epoll, events, 256, timeout);
        if (n < 0 && errno != EINTR) fail("epoll_wait");
        if (n == 0 && timeout == STALL_MS) { errno = ETIMEDOUT; fail("no connection moved for 10 s"); }
        for (int i = 0; i < n; i++) carry_on(events[i].data.ptr, events[i].events);
        resume_due();
    }
    report((double)(now_ns() - began) / 1e9);
    return 0;
}
