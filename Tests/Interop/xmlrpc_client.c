// A client of the board on xmlrpc-c's own client library: what it was told is printed, a line a call.
//
//   xmlrpc_client URL board          publishes text, bytes and a text with a source, and reads them back
//   xmlrpc_client URL validator      calls the eight validator1 methods and compares what they give
//   xmlrpc_client URL introspection  prints every method with its signatures and its help's length
//   xmlrpc_client URL faults         calls what must fail and prints the code of each fault
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmlrpc-c/base.h>
#include <xmlrpc-c/client.h>

static xmlrpc_env env;
static xmlrpc_client *client;
static const char *url;

static void stop_when_failed(const char *what) {
    if (!env.fault_occurred) return;
    printf("%s: fault %d: %s\n", what, env.fault_code, env.fault_string);
    exit(1);
}

static void check(const char *what, int right) {
    printf("%s %s\n", what, right ? "is right" : "is WRONG");
    if (!right) exit(1);
}

// Calls with parameters that are an array already, and takes them.
static xmlrpc_value *call(const char *method, xmlrpc_value *parameters) {
    static xmlrpc_server_info *server;
    xmlrpc_value *result = NULL;
    stop_when_failed("parameters");
    if (server == NULL) server = xmlrpc_server_info_new(&env, url);
    xmlrpc_client_call2(&env, client, server, method, parameters, &result);
    xmlrpc_DECREF(parameters);
    return result;
}

#define PARAMETERS(...) xmlrpc_build_value(&env, __VA_ARGS__)

static int number_from(const char *method, xmlrpc_value *parameters) {
    int number = 0;
    xmlrpc_value *result = call(method, parameters);
    stop_when_failed(method);
    xmlrpc_read_int(&env, result, &number);
    stop_when_failed(method);
    xmlrpc_DECREF(result);
    return number;
}

// The board.

static void print_message(int id) {
    double time;
    const char *ip;
    int port;
    xmlrpc_value *body, *message = call("get", PARAMETERS("(i)", id));
    stop_when_failed("get");
    xmlrpc_decompose_value(&env, message, "(dsiV)", &time, &ip, &port, &body);
    stop_when_failed("get's array");
    printf("message %d at %.6f from %s:%d: ", id, time, ip, port);
    size_t length;
    if (xmlrpc_value_type(body) == XMLRPC_TYPE_STRING) {
        const char *text;
        xmlrpc_read_string_lp(&env, body, &length, &text);
        printf("text %.*s\n", (int)length, text);
    } else {
        const unsigned char *bytes;
        xmlrpc_read_base64(&env, body, &length, &bytes);
        printf("bytes ");
        for (size_t i = 0; i < length; i++) printf("%02x", bytes[i]);
        printf("\n");
    }
    stop_when_failed("get's body");
}

static void use_board(void) {
    static const unsigned char bytes[] = {0, 255, 254, 10};
    int ids[] = {
        number_from("publish", PARAMETERS("(s)", "hello from C & <friends>")),
        number_from("publish", PARAMETERS("(6)", bytes, sizeof bytes)),
        number_from("publish", PARAMETERS("(s(si))", "with a source", "192.0.2.7", 1234)),
        number_from("publish_to", PARAMETERS("(ss{s:s,s:{s:s}})", "news", "by the fuller call", "author", "anna",
                                             "attributes", "title", "t")),
    };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) print_message(ids[i]);
    xmlrpc_value *last = call("last", PARAMETERS("(i)", 2));
    stop_when_failed("last");
    int first, second;
    xmlrpc_decompose_value(&env, last, "(ii)", &first, &second);
    stop_when_failed("last's array");
    check("last", first == ids[1] && second == ids[2]);
    xmlrpc_value *message = call("message", PARAMETERS("(i)", ids[3]));
    const char *board, *author, *road;
    stop_when_failed("message");
    xmlrpc_decompose_value(&env, message, "{s:s,s:s,s:s,*}", "board", &board, "author", &author, "road", &road);
    stop_when_failed("message's struct");
    printf("board %s, author %s, road %s\n", board, author, road);
}

// The eight methods of the old validator, with the inputs of its description.

static void array_of_structs(void) {
    xmlrpc_value *all = xmlrpc_array_new(&env);
    int sum = 0;
    for (int i = 0; i < 5; i++) {
        xmlrpc_array_append_item(&env, all, PARAMETERS("{s:i,s:i,s:i}", "moe", i, "larry", 2 * i, "curly", 3 * i - 4));
        sum += 3 * i - 4;
    }
    check("validator1.arrayOfStructsTest", number_from("validator1.arrayOfStructsTest", PARAMETERS("(V)", all)) == sum);
}

static void entities(void) {
    xmlrpc_value *found = call("validator1.countTheEntities", PARAMETERS("(s)", "<<<>>&'''''\"\" & text <'>\""));
    int left, right, ampersands, apostrophes, quotes;
    stop_when_failed("validator1.countTheEntities");
    xmlrpc_decompose_value(&env, found, "{s:i,s:i,s:i,s:i,s:i,*}", "ctLeftAngleBrackets", &left, "ctRightAngleBrackets",
                           &right, "ctAmpersands", &ampersands, "ctApostrophes", &apostrophes, "ctQuotes", &quotes);
    stop_when_failed("validator1.countTheEntities");
    check("validator1.countTheEntities", left == 4 && right == 3 && ampersands == 2 && apostrophes == 6 && quotes == 3);
}

static void easy_struct(void) {
    xmlrpc_value *stooges = PARAMETERS("({s:i,s:i,s:i})", "moe", 1, "larry", -2, "curly", 30);
    check("validator1.easyStructTest", number_from("validator1.easyStructTest", stooges) == 29);
}

static void echo_struct(void) {
    xmlrpc_value *echo = call("validator1.echoStructTest",
                              PARAMETERS("({s:s,s:{s:i,s:b},s:(id)})", "text", "a<b&c", "inner", "one", 1, "yes", 1,
                                         "list", 7, 1.5));
    const char *text;
    int one, seven;
    xmlrpc_bool yes;
    double half;
    stop_when_failed("validator1.echoStructTest");
    xmlrpc_decompose_value(&env, echo, "{s:s,s:{s:i,s:b,*},s:(id),*}", "text", &text, "inner", "one", &one, "yes", &yes,
                           "list", &seven, &half);
    stop_when_failed("validator1.echoStructTest");
    check("validator1.echoStructTest", strcmp(text, "a<b&c") == 0 && one == 1 && yes && seven == 7 && half == 1.5);
}

static void many_types(void) {
    xmlrpc_value *echo = call("validator1.manyTypesTest", PARAMETERS("(ibsd86)", -2147483647 - 1, 0, "text", -1.25,
                                                                    "20000401T12:34:56", "\0\xff", (size_t)2));
    int number;
    xmlrpc_bool no;
    const char *text, *date;
    double fraction;
    const unsigned char *bytes;
    size_t length;
    stop_when_failed("validator1.manyTypesTest");
    xmlrpc_decompose_value(&env, echo, "(ibsd86)", &number, &no, &text, &fraction, &date, &bytes, &length);
    stop_when_failed("validator1.manyTypesTest");
    check("validator1.manyTypesTest", number == -2147483647 - 1 && !no && strcmp(text, "text") == 0 && fraction == -1.25
          && strcmp(date, "20000401T12:34:56") == 0 && length == 2 && bytes[0] == 0 && bytes[1] == 255);
}

static void moderate_array(void) {
    xmlrpc_value *all = xmlrpc_array_new(&env);
    for (int i = 0; i < 150; i++) xmlrpc_array_append_item(&env, all, xmlrpc_string_new_f(&env, "item %d", i));
    xmlrpc_value *ends = call("validator1.moderateSizeArrayCheck", PARAMETERS("(V)", all));
    const char *text;
    stop_when_failed("validator1.moderateSizeArrayCheck");
    xmlrpc_read_string(&env, ends, &text);
    stop_when_failed("validator1.moderateSizeArrayCheck");
    check("validator1.moderateSizeArrayCheck", strcmp(text, "item 0item 149") == 0);
}

static void nested_struct(void) {
    xmlrpc_value *calendar = PARAMETERS("({s:{s:{s:{s:i,s:i,s:i}}},s:{s:{s:{s:i,s:i,s:i}}}})",
                                        "1999", "04", "01", "moe", 99, "larry", 99, "curly", 99,
                                        "2000", "04", "01", "moe", 5, "larry", -7, "curly", 100);
    check("validator1.nestedStructTest", number_from("validator1.nestedStructTest", calendar) == 98);
}

static void simple_struct(void) {
    xmlrpc_value *times = call("validator1.simpleStructReturnTest", PARAMETERS("(i)", -13));
    int ten, hundred, thousand;
    stop_when_failed("validator1.simpleStructReturnTest");
    xmlrpc_decompose_value(&env, times, "{s:i,s:i,s:i,*}", "times10", &ten, "times100", &hundred, "times1000",
                           &thousand);
    stop_when_failed("validator1.simpleStructReturnTest");
    check("validator1.simpleStructReturnTest", ten == -130 && hundred == -1300 && thousand == -13000);
}

static void validate(void) {
    array_of_structs();
    entities();
    easy_struct();
    echo_struct();
    many_types();
    moderate_array();
    nested_struct();
    simple_struct();
}

// What it serves, and what it refuses.

static void introspect(void) {
    xmlrpc_value *names = call("system.listMethods", xmlrpc_array_new(&env));
    stop_when_failed("system.listMethods");
    for (int i = 0; i < xmlrpc_array_size(&env, names); i++) {
        const char *name, *help;
        xmlrpc_value *item;
        xmlrpc_array_read_item(&env, names, (unsigned)i, &item);
        xmlrpc_read_string(&env, item, &name);
        xmlrpc_value *signatures = call("system.methodSignature", PARAMETERS("(s)", name));
        stop_when_failed(name);
        xmlrpc_value *text = call("system.methodHelp", PARAMETERS("(s)", name));
        stop_when_failed(name);
        xmlrpc_read_string(&env, text, &help);
        printf("%s: %d signatures, %zu bytes of help\n", name, xmlrpc_array_size(&env, signatures), strlen(help));
        stop_when_failed(name);
    }
}

static void print_fault(const char *method, xmlrpc_value *parameters) {
    call(method, parameters);
    printf("%s: %s %d\n", method, env.fault_occurred ? "fault" : "NO fault", env.fault_code);
    xmlrpc_env_clean(&env);
    xmlrpc_env_init(&env);
}

static void fail_often(void) {
    print_fault("nosuch", xmlrpc_array_new(&env));
    print_fault("get", xmlrpc_array_new(&env));
    print_fault("get", PARAMETERS("(i)", 999999));
    print_fault("publish", PARAMETERS("(n)"));
    print_fault("get", PARAMETERS("(I)", (xmlrpc_int64)1 << 40));
}

int main(int count, char **words) {
    if (count != 3) {
        fprintf(stderr, "usage: xmlrpc_client URL board|validator|introspection|faults\n");
        return 64;
    }
    url = words[1];
    xmlrpc_env_init(&env);
    xmlrpc_client_setup_global_const(&env);
    xmlrpc_client_create(&env, XMLRPC_CLIENT_NO_FLAGS, "xmlrpc_client", "1", NULL, 0, &client);
    stop_when_failed("the client");
    switch (words[2][0]) {
    case 'b': use_board(); break;
    case 'v': validate(); break;
    case 'i': introspect(); break;
    default: fail_often();
    }
    xmlrpc_client_destroy(client);
    xmlrpc_client_teardown_global_const();
    return 0;
}
