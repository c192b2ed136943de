/* Preloaded into the server: makes writes to and syncs of its store go wrong, as the control block orders. */
#define _GNU_SOURCE
#include "control.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>

static struct control *control;

__attribute__((constructor)) static void attach(void) {
    if (!control) control = attach_control();
}

static void *next(const char *name) {
    attach();
    return dlsym(RTLD_NEXT, name);
}

static int matches(int descriptor) {
    char link[64], path[1024];
    attach();
    if (descriptor < 3 || control->prefix_length == 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path);
    return length >= control->prefix_length && memcmp(path, control->prefix, control->prefix_length) == 0;
}

static uint64_t random_below(uint64_t limit) {
    static uint64_t state;
    uint64_t value = __atomic_add_fetch(&state, 0x9E3779B97F4A7C15u, __ATOMIC_RELAXED) ^ (uint64_t)control->seed;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return limit ? (value ^ (value >> 31)) % limit : 0;
}

static int64_t take(int64_t *counter) {
    return __atomic_fetch_sub(counter, 1, __ATOMIC_SEQ_CST);
}

/* What is to happen to this write; may shorten it. */
static enum write_fault order(int descriptor, size_t *length) {
    if (!matches(descriptor)) return WRITE_OK;
    __atomic_add_fetch(&control->writes, 1, __ATOMIC_SEQ_CST);
    enum write_fault fault = control->write_fault;
    if (fault == WRITE_OK || take(&control->write_after) > 0) return WRITE_OK;
    if ((int64_t)random_below(1000) >= control->write_share) return WRITE_OK;
    if (control->write_count >= 0 && take(&control->write_count) <= 0) return WRITE_OK;
    if (fault == WRITE_SHORT) {
        if (*length < 2) return WRITE_OK;
        *length = 1 + random_below(*length - 1);
    }
    if (fault == WRITE_TORN_THEN_KILL) *length = random_below(*length);
    __atomic_add_fetch(&control->injected, 1, __ATOMIC_SEQ_CST);
    return fault;
}

static int refused(enum write_fault fault) {
    if (fault == WRITE_EIO) errno = EIO;
    if (fault == WRITE_NO_SPACE) errno = ENOSPC;
    return fault == WRITE_EIO || fault == WRITE_NO_SPACE;
}

static ssize_t done(enum write_fault fault, ssize_t result) {
    if (fault == WRITE_TORN_THEN_KILL) kill(getpid(), SIGKILL);
    return result;
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = next("write");
    enum write_fault fault = order(descriptor, &length);
    return refused(fault) ? -1 : done(fault, real(descriptor, bytes, length));
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (!real) real = next("pwrite64");
    enum write_fault fault = order(descriptor, &length);
    return refused(fault) ? -1 : done(fault, real(descriptor, bytes, length, offset));
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
    return pwrite64(descriptor, bytes, length, offset);
}

/* A vector that is to be cut short is cut inside its first part. */
ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    static ssize_t (*real)(int, const struct iovec *, int);
    if (!real) real = next("writev");
    size_t length = count > 0 ? parts[0].iov_len : 0;
    enum write_fault fault = order(descriptor, &length);
    if (refused(fault)) return -1;
    if (fault == WRITE_OK) return real(descriptor, parts, count);
    struct iovec first = {parts[0].iov_base, length};
    return done(fault, real(descriptor, &first, 1));
}

ssize_t pwritev64(int descriptor, const struct iovec *parts, int count, off64_t offset) {
    static ssize_t (*real)(int, const struct iovec *, int, off64_t);
    if (!real) real = next("pwritev64");
    size_t length = count > 0 ? parts[0].iov_len : 0;
    enum write_fault fault = order(descriptor, &length);
    if (refused(fault)) return -1;
    if (fault == WRITE_OK) return real(descriptor, parts, count, offset);
    struct iovec first = {parts[0].iov_base, length};
    return done(fault, real(descriptor, &first, 1, offset));
}

ssize_t pwritev(int descriptor, const struct iovec *parts, int count, off_t offset) {
    return pwritev64(descriptor, parts, count, offset);
}

/* Taking room is a write too, when the disk is full. */
static int no_room(int descriptor) {
    return control->write_fault == WRITE_NO_SPACE && matches(descriptor);
}

int fallocate64(int descriptor, int mode, off64_t offset, off64_t length) {
    static int (*real)(int, int, off64_t, off64_t);
    if (!real) real = next("fallocate64");
    if (!no_room(descriptor)) return real(descriptor, mode, offset, length);
    errno = ENOSPC;
    return -1;
}

int fallocate(int descriptor, int mode, off_t offset, off_t length) {
    return fallocate64(descriptor, mode, offset, length);
}

int posix_fallocate64(int descriptor, off64_t offset, off64_t length) {
    static int (*real)(int, off64_t, off64_t);
    if (!real) real = next("posix_fallocate64");
    return no_room(descriptor) ? ENOSPC : real(descriptor, offset, length);
}

int posix_fallocate(int descriptor, off_t offset, off_t length) {
    return posix_fallocate64(descriptor, offset, length);
}

static int64_t monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * (int64_t)1000000000 + now.tv_nsec;
}

static int synced(int descriptor, int (*real)(int)) {
    if (!matches(descriptor)) return real(descriptor);
    __atomic_add_fetch(&control->syncs, 1, __ATOMIC_SEQ_CST);
    if (control->sync_fault == SYNC_OK || take(&control->sync_after) > 0) return real(descriptor);
    __atomic_add_fetch(&control->injected, 1, __ATOMIC_SEQ_CST);
    if (control->sync_fault == SYNC_LIES) return 0;
    if (control->sync_fault == SYNC_KILLS_FIRST) kill(getpid(), SIGKILL);
    int64_t unset = 0;
    __atomic_compare_exchange_n(&control->failed_sync_at, &unset, monotonic_nanoseconds(), 0, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    errno = EIO;
    return -1;
}

int fsync(int descriptor) {
    static int (*real)(int);
    if (!real) real = next("fsync");
    return synced(descriptor, real);
}

int fdatasync(int descriptor) {
    static int (*real)(int);
    if (!real) real = next("fdatasync");
    return synced(descriptor, real);
}

int syncfs(int descriptor) {
    static int (*real)(int);
    if (!real) real = next("syncfs");
    return synced(descriptor, real);
}

int sync_file_range(int descriptor, off64_t offset, off64_t length, unsigned flags) {
    static int (*real)(int, off64_t, off64_t, unsigned);
    if (!real) real = next("sync_file_range");
    if (control->sync_fault == SYNC_LIES && matches(descriptor)) return 0;
    return real(descriptor, offset, length, flags);
}
