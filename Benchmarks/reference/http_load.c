// Load for XML-RPC servers: `publish` with a text of SIZE bytes, posted to /RPC2 over and over.
//
//   http_load PORT [--connections N] [--count N] [--size BYTES] [--close]
//
// One thread and one epoll set keep N calls in flight, one on each connection, which is kept for the next call; with
// --close each call has a connection of its own. It is written in C and spends as little as a client can, because on a
// small machine a heavy client would be what is measured, for every server alike.
// A server that writes its answer in many pieces costs the client one wake-up all the same: the kernel is told how long
// answers are once the first has come.
// An answer is right when it is a 200 with a whole methodResponse that is no fault. A server may close a connection
// after any answer, as some do after a number of them: the next call opens another, and the report counts them.
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

enum { LARGEST_TEXT = 65536, LARGEST_ANSWER = 16384, MOST_CONNECTIONS = 1024, SOURCE_ADDRESSES = 64, STALL_MS = 10000 };

typedef struct {
    int socket, sent, received, settled;
    uint64_t started;
    char answer[LARGEST_ANSWER + 1];
} Call;

static struct {
    int port, connections, size, close;
    long count;
} options = {.connections = 10, .count = 10000, .size = 100};

static char request[LARGEST_TEXT + 1024];
static int request_length;
static Call calls[MOST_CONNECTIONS];
static uint64_t *latencies;
static long started_count, finished_count, error_count, opened_count;
static int epoll, usual_length;

static void fail(const char *what) {
    fprintf(stderr, "http_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void write_request(void) {
    static char text[LARGEST_TEXT + 1], document[LARGEST_TEXT + 512];
    memset(text, 'x', (size_t)options.size);
    int length = snprintf(document, sizeof document,
                          "<?xml version='1.0'?>\n<methodCall>\n<methodName>publish</methodName>\n<params>\n<param>\n"
                          "<value><string>%s</string></value>\n</param>\n</params>\n</methodCall>\n", text);
    request_length = snprintf(request, sizeof request,
                              "POST /RPC2 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: text/xml\r\n%s"
                              "Content-Length: %d\r\n\r\n%s",
                              options.port, options.close ? "Connection: close\r\n" : "", length, document);
}

// The side that closes first keeps the port for a minute, and one address has 28,000 of them: take turns.
static void bind_to_next_source(int socket) {
    static unsigned turn;
    int on = 1;
    struct sockaddr_in source = {.sin_family = AF_INET};
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + turn++ % SOURCE_ADDRESSES);
    setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(socket, (struct sockaddr *)&source, sizeof source) != 0) fail("bind to a source address");
}

// The socket is readable when as much is there as an answer has, or at the end of the connection.
static void wake_for_whole_answers(int socket) {
    if (usual_length > 0) setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &usual_length, sizeof usual_length);
}

static void open_connection(Call *call) {
    int on = 1;
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    call->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (call->socket < 0) fail("socket");
    setsockopt(call->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    bind_to_next_source(call->socket);
    wake_for_whole_answers(call->socket);
    if (connect(call->socket, (struct sockaddr *)&server, sizeof server) != 0 && errno != EINPROGRESS) fail("connect");
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = call};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, call->socket, &event) != 0) fail("epoll_ctl");
    opened_count++;
}

static void close_connection(Call *call) {
    close(call->socket);
    call->socket = -1;
    call->settled = 0;
}

static void finish(Call *call, int right);

// Requests are small against a socket's buffer: one write takes all of it, or the connection has failed.
static void send_request(Call *call) {
    ssize_t n = send(call->socket, request, (size_t)request_length, MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) return;  // not connected yet
    call->sent = n == request_length;
    if (!call->sent) {
        close_connection(call);
        finish(call, 0);
    }
}

static void start(Call *call) {
    call->sent = call->received = 0;
    call->started = now_ns();
    started_count++;
    if (call->socket < 0)
        open_connection(call);
    else
        send_request(call);
}

static void finish(Call *call, int right) {
    latencies[finished_count++] = now_ns() - call->started;
    if (!right) error_count++;
    if (started_count < options.count) start(call);
}

// The bytes of a whole answer, 0 while some are missing, -1 for what is no answer with a length.
static int answer_length(const Call *call) {
    const char *end = strstr(call->answer, "\r\n\r\n");
    if (end == NULL) return call->received < LARGEST_ANSWER ? 0 : -1;
    const char *length = strcasestr(call->answer, "\r\nContent-Length:");
    if (length == NULL || length > end) return -1;
    long whole = end + 4 - call->answer + atol(length + strlen("\r\nContent-Length:"));
    if (whole > LARGEST_ANSWER) return -1;
    return call->received >= whole ? (int)whole : 0;
}

static int is_right(const Call *call) {
    const char *status = strchr(call->answer, ' ');
    return status != NULL && strncmp(status, " 200", 4) == 0 && strstr(call->answer, "</methodResponse>") != NULL
        && strstr(call->answer, "<fault>") == NULL;
}

static int asks_to_close(const Call *call) {
    return options.close || strncmp(call->answer, "HTTP/1.0", 8) == 0
        || strcasestr(call->answer, "\r\nConnection: close") != NULL;
}

static void receive_answer(Call *call) {
    ssize_t n = recv(call->socket, call->answer + call->received, (size_t)(LARGEST_ANSWER - call->received), 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n > 0) {
        call->received += (int)n;
        call->answer[call->received] = 0;
        int whole = answer_length(call);
        if (whole == 0) return;
        if (usual_length == 0) usual_length = whole;
        if (whole != call->received || asks_to_close(call)) close_connection(call);
        else if (!call->settled++) wake_for_whole_answers(call->socket);
        finish(call, whole == call->received && is_right(call));
        return;
    }
    close_connection(call);
    finish(call, 0);
}

static void carry_on(Call *call, uint32_t events) {
    if (call->socket < 0) return;
    if (!call->sent) send_request(call);
    if (call->sent && events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive_answer(call);
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
    printf("{\"connections\":%d,\"opened\":%ld,\"count\":%ld,\"errors\":%ld,\"seconds\":%.6f,\"per_second\":%.1f,"
           "\"latency_ms\":{\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f},\"client_cpu_us_per_operation\":%.2f}\n",
           options.connections, opened_count, finished_count, error_count, seconds,
           (double)finished_count / seconds, latency_ms(0.5), latency_ms(0.99), latency_ms(1),
           cpu / (double)finished_count);
}

static void parse(int count, char **words) {
    if (count < 2) {
        fprintf(stderr, "usage: http_load PORT [--connections N] [--count N] [--size BYTES] [--close]\n");
        exit(64);
    }
    options.port = atoi(words[1]);
    for (int i = 2; i < count; i++) {
        long value = i + 1 < count ? atol(words[i + 1]) : 0;
        if (strcmp(words[i], "--close") == 0) { options.close = 1; continue; }
        if (strcmp(words[i], "--connections") == 0) options.connections = (int)value;
        else if (strcmp(words[i], "--count") == 0) options.count = value;
        else if (strcmp(words[i], "--size") == 0) options.size = (int)value;
        else { fprintf(stderr, "http_load: unknown option %s\n", words[i]); exit(64); }
        i++;
    }
    if (options.connections < 1 || options.connections > MOST_CONNECTIONS || options.count < 1 || options.size < 0
        || options.size > LARGEST_TEXT) {
        fprintf(stderr, "http_load: a number is out of range\n");
        exit(64);
    }
}

int main(int count, char **words) {
    parse(count, words);
    write_request();
    latencies = calloc((size_t)options.count, sizeof *latencies);
    epoll = epoll_create1(0);
    if (latencies == NULL || epoll < 0) fail("set up");
    uint64_t began = now_ns();
    for (int i = 0; i < options.connections && started_count < options.count; i++) {
        calls[i].socket = -1;
        start(&calls[i]);
    }
    while (finished_count < options.count) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll, events, 256, STALL_MS);
        if (n < 0 && errno != EINTR) fail("epoll_wait");
        if (n == 0) { errno = ETIMEDOUT; fail("no connection moved for 10 s"); }
        for (int i = 0; i < n; i++) carry_on(events[i].data.ptr, events[i].events);
    }
    report((double)(now_ns() - began) / 1e9);
    return 0;
}
