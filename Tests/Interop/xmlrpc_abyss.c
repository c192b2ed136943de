// The lecture notes' board on xmlrpc-c's own web server, Abyss: a foreign server for our client, and a peer to measure.
//
//   xmlrpc_abyss [REQUESTS]      prints the port it listens on (any free one, on loopback), then serves /RPC2
//
// REQUESTS is how many a connection may carry (30 unless said, as the library has it). Messages stay in memory.
// A thread a connection is the library's way; the lock round the messages is ours.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <xmlrpc-c/base.h>
#include <xmlrpc-c/server.h>
#include <xmlrpc-c/server_abyss.h>

enum { MOST_CONNECTIONS = 256, NO_SUCH_MESSAGE = 2 };

typedef struct {
    double time;
    const char *ip;
    int port, is_text;
    size_t length;
    const void *body;
} Message;

static struct {
    pthread_mutex_t lock;
    Message *messages;
    size_t count, room;
} board = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timeval t;
    gettimeofday(&t, NULL);
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

// The first parameter: text, or base64 for what is no text.
static void read_body(xmlrpc_env *env, xmlrpc_value *parameters, Message *message) {
    xmlrpc_value *first;
    xmlrpc_array_read_item(env, parameters, 0, &first);
    if (env->fault_occurred) return;
    message->is_text = xmlrpc_value_type(first) != XMLRPC_TYPE_BASE64;
    if (message->is_text)
        xmlrpc_read_string_lp(env, first, &message->length, (const char **)&message->body);
    else
        xmlrpc_read_base64(env, first, &message->length, (const unsigned char **)&message->body);
    xmlrpc_DECREF(first);
}

static int keep(Message message) {
    pthread_mutex_lock(&board.lock);
    if (board.count == board.room) {
        board.room = board.room == 0 ? 1024 : board.room * 2;
        board.messages = realloc(board.messages, board.room * sizeof *board.messages);
        if (board.messages == NULL) fail("xmlrpc_abyss: messages");
    }
    board.messages[board.count] = message;
    int id = (int)++board.count;
    pthread_mutex_unlock(&board.lock);
    return id;
}

static xmlrpc_value *publish(xmlrpc_env *env, xmlrpc_value *parameters, void *data, void *call) {
    (void)data, (void)call;
    Message message = {.time = now(), .ip = "", .port = -1};
    read_body(env, parameters, &message);
    if (!env->fault_occurred && xmlrpc_array_size(env, parameters) > 1)
        xmlrpc_decompose_value(env, parameters, "(V(si))", &(xmlrpc_value *){NULL}, &message.ip, &message.port);
    return env->fault_occurred ? NULL : xmlrpc_int_new(env, keep(message));
}

static xmlrpc_value *last(xmlrpc_env *env, xmlrpc_value *parameters, void *data, void *call) {
    (void)data, (void)call;
    int wanted = 0;
    if (xmlrpc_array_size(env, parameters) > 0) xmlrpc_decompose_value(env, parameters, "(i)", &wanted);
    if (env->fault_occurred) return NULL;
    xmlrpc_value *ids = xmlrpc_array_new(env);
    pthread_mutex_lock(&board.lock);
    int newest = (int)board.count;
    pthread_mutex_unlock(&board.lock);
    for (int id = wanted > 0 && wanted < newest ? newest - wanted + 1 : 1; id <= newest; id++) {
        xmlrpc_value *each = xmlrpc_int_new(env, id);
        xmlrpc_array_append_item(env, ids, each);
        xmlrpc_DECREF(each);
    }
    return ids;
}

static xmlrpc_value *get(xmlrpc_env *env, xmlrpc_value *parameters, void *data, void *call) {
    (void)data, (void)call;
    int id;
    Message found = {.time = 0};
    xmlrpc_decompose_value(env, parameters, "(i)", &id);
    if (env->fault_occurred) return NULL;
    pthread_mutex_lock(&board.lock);
    if (id >= 1 && (size_t)id <= board.count) found = board.messages[id - 1];
    pthread_mutex_unlock(&board.lock);
    if (found.body == NULL) {
        xmlrpc_env_set_fault_formatted(env, NO_SUCH_MESSAGE, "there is no message %d", id);
        return NULL;
    }
    return xmlrpc_build_value(env, found.is_text ? "(dsis#)" : "(dsi6)", found.time, found.ip, found.port,
                              found.body, found.length);
}

static void add(xmlrpc_env *env, xmlrpc_registry *registry, const char *name, xmlrpc_method2 function,
                const char *signature, const char *help) {
    struct xmlrpc_method_info3 method = {
        .methodName = name, .methodFunction = function, .signatureString = signature, .help = help};
    xmlrpc_registry_add_method3(env, registry, &method);
}

// A bound socket on a free port; the library makes it listen.
static int bound_socket(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int bound = socket(AF_INET, SOCK_STREAM, 0);
    if (bound < 0 || bind(bound, (struct sockaddr *)&address, length) != 0) fail("xmlrpc_abyss: bind");
    if (getsockname(bound, (struct sockaddr *)&address, &length) != 0) fail("xmlrpc_abyss: getsockname");
    printf("%d\n", ntohs(address.sin_port));
    return bound;
}

static void stop_when_failed(const xmlrpc_env *env) {
    if (!env->fault_occurred) return;
    fprintf(stderr, "xmlrpc_abyss: %s\n", env->fault_string);
    exit(1);
}

int main(int count, char **words) {
    xmlrpc_env env;
    xmlrpc_env_init(&env);
    xmlrpc_registry *registry = xmlrpc_registry_new(&env);
    add(&env, registry, "publish", publish, "i:s,i:6,i:sA,i:6A", "Publishes a message and gives its id.");
    add(&env, registry, "last", last, "A:,A:i", "The ids of the newest messages, oldest first; all for 0.");
    add(&env, registry, "get", get, "A:i", "A message: time, ip, port, text.");
    stop_when_failed(&env);
    xmlrpc_server_abyss_parms settings = {
        .registryP = registry, .socket_bound = 1, .socket_handle = bound_socket(), .uri_path = "/RPC2",
        .keepalive_max_conn = count > 1 ? (unsigned)atoi(words[1]) : 30, .max_conn = MOST_CONNECTIONS,
        .max_conn_backlog = MOST_CONNECTIONS};
    if (listen(settings.socket_handle, MOST_CONNECTIONS) != 0) fail("xmlrpc_abyss: listen");
    fflush(stdout);  // only now can a client connect
    xmlrpc_server_abyss(&env, &settings, XMLRPC_APSIZE(max_conn_backlog));
    stop_when_failed(&env);
    return 0;
}
