// What SQLite alone allows on a disk: rows of the board's shape, K a transaction, each transaction synced.
//
//   raw_sqlite FILE [--rows-per-transaction K] [--total ROWS] [--seconds S] [--warm-up S] [--size BYTES]
//                   [--request-bytes BYTES]
//
// Write-ahead log, synchronous=FULL, prepared statements, a fresh FILE (it refuses one that exists). It stops at
// ROWS or after S seconds, whichever comes first. What is written during the warm-up does not count: it lets the log
// reach its full length, because syncing a file that grows costs far more than syncing one that does not, and the
// board runs with a log that is already there. With --request-bytes every row has a request id so long, which goes into
// the second index: ids made like the board's own client makes them, the time first and then random.
// Prints one JSON object.
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST_BODY = 1 << 20, LARGEST_REQUEST_ID = 256, TIME_BYTES = 6 };

static struct {
    const char *file;
    long rows_per_transaction, total, size, request_bytes;
    double seconds, warm_up;
} options = {.rows_per_transaction = 1, .total = 1000000000, .size = 100, .seconds = 4, .warm_up = 1};

static sqlite3 *database;
static sqlite3_stmt *begin, *insert, *commit;
static int64_t next_id = 1;
static char body[LARGEST_BODY];

static const char *schema =
    "CREATE TABLE message (id INTEGER PRIMARY KEY, board INTEGER NOT NULL, previous INTEGER NOT NULL,"
    " time INTEGER NOT NULL, address TEXT NOT NULL, port INTEGER NOT NULL, road TEXT NOT NULL, author TEXT,"
    " attributes BLOB, body BLOB NOT NULL, request BLOB, checksum INTEGER NOT NULL) STRICT;"
    "CREATE INDEX message_on_board ON message (board);"
    "CREATE INDEX message_on_request ON message (request) WHERE request IS NOT NULL;";

static void check(int code, const char *what) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    fprintf(stderr, "raw_sqlite: %s: %s\n", what, sqlite3_errmsg(database));
    exit(1);
}

static double seconds_of(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int64_t pragma(const char *text) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v2(database, text, -1, &statement, NULL), text);
    int64_t value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_finalize(statement);
    return value;
}

static sqlite3_stmt *prepare(const char *text) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v3(database, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL), text);
    return statement;
}

static void open_database(void) {
    if (access(options.file, F_OK) == 0) {
        fprintf(stderr, "raw_sqlite: %s is there already: give the name of a file to create\n", options.file);
        exit(73);
    }
    check(sqlite3_open(options.file, &database), "open");
    pragma("PRAGMA journal_mode=WAL");
    pragma("PRAGMA synchronous=FULL");
    if (pragma("PRAGMA synchronous") != 2) {
        fprintf(stderr, "raw_sqlite: synchronous is not FULL\n");
        exit(1);
    }
    check(sqlite3_exec(database, schema, NULL, NULL, NULL), "create the schema");
    begin = prepare("BEGIN IMMEDIATE");
    insert = prepare("INSERT INTO message VALUES (?,?,?,?,?,?,?,?,?,?,?,?)");
    commit = prepare("COMMIT");
}

static void run(sqlite3_stmt *statement) {
    check(sqlite3_step(statement), sqlite3_sql(statement));
    sqlite3_reset(statement);
}

static const unsigned char *next_request_id(uint64_t milliseconds) {
    static unsigned char id[LARGEST_REQUEST_ID];
    static uint64_t state = 0x9e3779b97f4a7c15;
    for (int i = 0; i < TIME_BYTES; i++) id[i] = (unsigned char)(milliseconds >> 8 * (TIME_BYTES - 1 - i));
    for (long i = TIME_BYTES; i < options.request_bytes; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        id[i] = (unsigned char)(state >> 32);
    }
    return id;
}

static void insert_row(void) {
    double now = seconds_of(CLOCK_REALTIME);
    sqlite3_bind_int64(insert, 1, next_id);
    sqlite3_bind_int64(insert, 2, 1);
    sqlite3_bind_int64(insert, 3, next_id - 1);
    sqlite3_bind_int64(insert, 4, (int64_t)(now * 1e6));
    sqlite3_bind_text(insert, 5, "127.0.0.1", -1, SQLITE_STATIC);
    sqlite3_bind_int(insert, 6, 40000);
    sqlite3_bind_text(insert, 7, "udp", -1, SQLITE_STATIC);
    sqlite3_bind_null(insert, 8);
    sqlite3_bind_null(insert, 9);
    sqlite3_bind_blob(insert, 10, body, (int)options.size, SQLITE_STATIC);
    if (options.request_bytes == 0) {
        sqlite3_bind_null(insert, 11);
    } else {
        const unsigned char *id = next_request_id((uint64_t)(now * 1e3));
        sqlite3_bind_blob(insert, 11, id, (int)options.request_bytes, SQLITE_STATIC);
    }
    sqlite3_bind_int64(insert, 12, next_id * 2654435761 & 0xffffffff);
    run(insert);
    next_id++;
}

// Writes transactions until the rows or the seconds are used up, and returns how many it wrote.
static long write_transactions(double seconds, long rows) {
    double end = seconds_of(CLOCK_MONOTONIC) + seconds;
    long transactions = 0;
    for (long written = 0; written < rows && seconds_of(CLOCK_MONOTONIC) < end; transactions++) {
        run(begin);
        for (long i = 0; i < options.rows_per_transaction && written < rows; i++, written++) insert_row();
        run(commit);
    }
    return transactions;
}

static void measure(void) {
    write_transactions(options.warm_up, options.total);
    int64_t first_id = next_id;
    double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID), wall = seconds_of(CLOCK_MONOTONIC);
    long transactions = write_transactions(options.seconds, options.total);
    wall = seconds_of(CLOCK_MONOTONIC) - wall;
    cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    double rows = (double)(next_id - first_id);
    printf("{\"rows_per_transaction\":%ld,\"transactions\":%ld,\"rows\":%.0f,\"seconds\":%.6f,"
           "\"commits_per_second\":%.1f,\"rows_per_second\":%.1f,\"cpu_us_per_row\":%.3f,\"sqlite\":\"%s\"}\n",
           options.rows_per_transaction, transactions, rows, wall, (double)transactions / wall, rows / wall,
           cpu * 1e6 / rows, sqlite3_libversion());
}

static void parse(int count, char **words) {
    if (count < 2 || count % 2 != 0) {
        fprintf(stderr, "usage: raw_sqlite FILE [--rows-per-transaction K] [--total ROWS] [--seconds S] "
                        "[--warm-up S] [--size BYTES] [--request-bytes BYTES]\n");
        exit(64);
    }
    options.file = words[1];
    for (int i = 2; i < count; i += 2) {
        const char *name = words[i], *value = words[i + 1];
        if (strcmp(name, "--rows-per-transaction") == 0) options.rows_per_transaction = atol(value);
        else if (strcmp(name, "--total") == 0) options.total = atol(value);
        else if (strcmp(name, "--seconds") == 0) options.seconds = atof(value);
        else if (strcmp(name, "--warm-up") == 0) options.warm_up = atof(value);
        else if (strcmp(name, "--size") == 0) options.size = atol(value);
        else if (strcmp(name, "--request-bytes") == 0) options.request_bytes = atol(value);
        else { fprintf(stderr, "raw_sqlite: unknown option %s\n", name); exit(64); }
    }
    if (options.rows_per_transaction < 1 || options.total < 1 || options.size < 0 || options.size > LARGEST_BODY
        || options.request_bytes < 0 || options.request_bytes > LARGEST_REQUEST_ID) {
        fprintf(stderr, "raw_sqlite: a number is out of range\n");
        exit(64);
    }
}

int main(int count, char **words) {
    parse(count, words);
    memset(body, 'x', sizeof body);
    open_database();
    measure();
    sqlite3_finalize(begin);
    sqlite3_finalize(insert);
    sqlite3_finalize(commit);
    check(sqlite3_close(database), "close");
    return 0;
}
