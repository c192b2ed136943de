// Load for servers that answer requests one after the other on kept connections.
//
//   line_load PORT echo [--connections K] [--seconds S]
//   line_load PORT factor --numbers FILE [--connections K] [--seconds S]
//
// One thread and one epoll set keep one request in flight on each of K connections for S seconds. It is written in C
// and spends as little as a client can, because on a small machine a heavy client would be what is measured.
// echo sends 36 bytes, other ones each time, and an answer is right when it is the same bytes. factor sends the
// integers of FILE (one a line) in turn, and an answer is right when it names the integer and its factors multiply
// to it.
// A wrong answer is an error; so is a connection that ends, which is not opened again. A request that is not answered
// when the time is over is none: of a server that serves one client at a time, `served` tells how many it came to.
// Prints one JSON object: times in microseconds, and how much of one core the client itself used.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
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

enum { ECHO_SIZE = 36, MOST_DIGITS = 80, LARGEST_REQUEST = MOST_DIGITS + 1, LARGEST_ANSWER = 1024,
       MOST_CONNECTIONS = 20000, MOST_NUMBERS = 65536, MOST_REQUESTS = 1 << 25, MOST_SECONDS = 3600,
       TICK_NS = 100 };  // latencies are kept in ticks, which fit 32 bits for seven minutes

typedef struct {
    int socket, request_length, received;
    long answered;
    uint64_t started;
    char request[LARGEST_REQUEST + 1], answer[LARGEST_ANSWER + 1];
} Connection;

static struct {
    int port, factor, connections;
    double seconds;
    const char *numbers;
} options = {.connections = 16, .seconds = 5};

static Connection *connections;
static char (*numbers)[LARGEST_REQUEST + 1];
static long number_count, next_number, finished_count, error_count, open_count;
static uint32_t *latencies;
static uint64_t request_id;
static int epoll;

static void fail(const char *what) {
    fprintf(stderr, "line_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void refuse(const char *what, const char *value) {
    fprintf(stderr, "line_load: %s: %s\n", value, what);
    exit(64);
}

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// The integers to send, each with its newline.
static void read_numbers(const char *path) {
    char line[LARGEST_REQUEST + 2];
    FILE *file = fopen(path, "r");
    if (file == NULL) fail(path);
    numbers = calloc(MOST_NUMBERS, sizeof *numbers);
    if (numbers == NULL) fail("numbers");
    while (fgets(line, sizeof line, file) != NULL) {
        size_t digits = strspn(line, "0123456789");
        if (digits == 0 || digits > MOST_DIGITS || line[digits] != '\n')
            refuse("a line is not an integer of at most 80 digits and a newline", path);
        if (number_count == MOST_NUMBERS) refuse("there are more than 65536 integers", path);
        strcpy(numbers[number_count++], line);
    }
    fclose(file);
    if (number_count == 0) refuse("there are no integers", path);
}

// Twelve hexadecimal digits at the end of a UUID that differ from request to request.
static void write_echo_request(char *request) {
    static const char digits[] = "0123456789abcdef";
    uint64_t id = request_id++;
    for (int i = ECHO_SIZE - 1; i >= ECHO_SIZE - 12; i--, id >>= 4) request[i] = digits[id & 15];
}

static void give_up(Connection *c) {
    close(c->socket);
    c->socket = -1;
    error_count++;
    open_count--;
}

// Requests are small against a socket's buffer: one write takes all of it, or the connection has failed.
static void send_request(Connection *c) {
    if (options.factor) {
        strcpy(c->request, numbers[next_number]);
        c->request_length = (int)strlen(c->request);
        next_number = (next_number + 1) % number_count;
    } else {
        write_echo_request(c->request);
    }
    c->received = 0;
    c->started = now_ns();
    if (send(c->socket, c->request, (size_t)c->request_length, MSG_NOSIGNAL) != c->request_length) give_up(c);
}

// Connecting may take as long as it does: the server's queue takes it, or the kernel says why not.
static void open_connection(Connection *c) {
    int on = 1;
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (c->socket < 0) fail("socket");
    if (connect(c->socket, (struct sockaddr *)&server, sizeof server) != 0) fail("connect");
    setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->socket, &event) != 0) fail("epoll_ctl");
    memcpy(c->request, "00000000-0000-4000-8000-000000000000", ECHO_SIZE);
    c->request_length = ECHO_SIZE;
    open_count++;
}

static unsigned __int128 parsed(const char **text) {
    unsigned __int128 value = 0;
    while (isdigit((unsigned char)**text)) value = value * 10 + (unsigned)(*(*text)++ - '0');
    return value;
}

// `12: 2 2 3`: the product and the integer are compared modulo 2^128.
static int is_right_line(const Connection *c) {
    const char *request = c->request, *answer = c->answer;
    unsigned __int128 number = parsed(&request), product = 1;
    if (!isdigit((unsigned char)*answer) || parsed(&answer) != number || *answer++ != ':') return 0;
    while (*answer == ' ') {
        if (!isdigit((unsigned char)*++answer)) return 0;
        product *= parsed(&answer);
    }
    return *answer == '\n' && product == number;
}

// 1 for a whole and right answer, 0 while some is missing, -1 for what is none.
static int looked_at(Connection *c) {
    if (!options.factor) {
        if (c->received < ECHO_SIZE) return 0;
        return c->received == ECHO_SIZE && memcmp(c->answer, c->request, ECHO_SIZE) == 0 ? 1 : -1;
    }
    c->answer[c->received] = 0;
    const char *end = strchr(c->answer, '\n');
    if (end == NULL) return c->received < LARGEST_ANSWER ? 0 : -1;
    return end + 1 == c->answer + c->received && is_right_line(c) ? 1 : -1;
}

static void receive_answer(Connection *c) {
    ssize_t n = recv(c->socket, c->answer + c->received, (size_t)(LARGEST_ANSWER - c->received), MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
        give_up(c);
        return;
    }
    c->received += (int)n;
    int answer = looked_at(c);
    if (answer == 0) return;
    if (answer < 0) {
        give_up(c);
        return;
    }
    latencies[finished_count++] = (uint32_t)((now_ns() - c->started) / TICK_NS);
    c->answered++;
    send_request(c);
}

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double latency_us(double quantile) {
    if (finished_count == 0) return 0;
    return (double)latencies[(long)(quantile * (double)(finished_count - 1))] * (double)TICK_NS / 1e3;
}

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void report(double seconds, double cpu) {
    int served = 0;
    for (int i = 0; i < options.connections; i++) served += connections[i].answered > 0;
    qsort(latencies, (size_t)finished_count, sizeof *latencies, ascending);
    printf("{\"mode\":\"%s\",\"connections\":%d,\"served\":%d,\"requests\":%ld,\"errors\":%ld,\"seconds\":%.3f,"
           "\"rate\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f,\"client_cpu\":%.2f}\n",
           options.factor ? "factor" : "echo", options.connections, served, finished_count, error_count, seconds,
           (double)finished_count / seconds, latency_us(0.5), latency_us(0.99), latency_us(1), cpu / seconds);
}

static void usage(void) {
    fprintf(stderr, "usage: line_load PORT echo|factor [--connections K] [--seconds S] [--numbers FILE]\n");
    exit(64);
}

static void parse(int count, char **words) {
    if (count < 3 || count % 2 == 0) usage();
    options.port = atoi(words[1]);
    options.factor = strcmp(words[2], "factor") == 0;
    if (!options.factor && strcmp(words[2], "echo") != 0) usage();
    for (int i = 3; i < count; i += 2) {
        if (strcmp(words[i], "--connections") == 0) options.connections = atoi(words[i + 1]);
        else if (strcmp(words[i], "--seconds") == 0) options.seconds = atof(words[i + 1]);
        else if (strcmp(words[i], "--numbers") == 0) options.numbers = words[i + 1];
        else refuse("there is no such option", words[i]);
    }
    if (options.port < 1 || options.port > 65535) refuse("it is no port", words[1]);
    if (options.connections < 1 || options.connections > MOST_CONNECTIONS)
        refuse("it is from 1 to 20000", "--connections");
    if (!(options.seconds > 0 && options.seconds <= (double)MOST_SECONDS))
        refuse("it is above 0, up to 3600", "--seconds");
    if (options.factor != (options.numbers != NULL)) refuse("factor needs it, and echo has none", "--numbers");
}

int main(int count, char **words) {
    parse(count, words);
    struct rlimit descriptors;
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    if (options.factor) read_numbers(options.numbers);
    connections = calloc((size_t)options.connections, sizeof *connections);
    latencies = calloc(MOST_REQUESTS, sizeof *latencies);
    epoll = epoll_create1(0);
    if (connections == NULL || latencies == NULL || epoll < 0) fail("set up");
    for (int i = 0; i < options.connections; i++) open_connection(&connections[i]);
    double cpu = cpu_seconds();
    uint64_t began = now_ns(), end = began + (uint64_t)(options.seconds * 1e9), now = began;
    for (int i = 0; i < options.connections; i++) send_request(&connections[i]);
    while ((now = now_ns()) < end && open_count > 0) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll, events, 256, (int)((end - now) / 1000000) + 1);
        if (n < 0 && errno != EINTR) fail("epoll_wait");
        if (finished_count + 256 > MOST_REQUESTS) break;
        for (int i = 0; i < n; i++) receive_answer(events[i].data.ptr);
    }
    report((double)(now_ns() - began) / 1e9, cpu_seconds() - cpu);
    return 0;
}
