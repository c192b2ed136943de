/* The block of memory that the torture and a shim inside the server share: orders one way, counts the other.
   Its layout is repeated in Torture/shim.py. */
#ifndef TORTURE_CONTROL_H
#define TORTURE_CONTROL_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum write_fault { WRITE_OK, WRITE_SHORT, WRITE_EIO, WRITE_NO_SPACE, WRITE_TORN_THEN_KILL };
enum sync_fault { SYNC_OK, SYNC_EIO, SYNC_LIES, SYNC_KILLS_FIRST };

struct control {
    int64_t seed;
    int64_t write_fault;
    int64_t write_after;  /* this many more matching writes go well */
    int64_t write_count;  /* then this many go wrong; negative: all */
    int64_t write_share;  /* of those that may go wrong, per mille */
    int64_t sync_fault;
    int64_t sync_after;   /* this many more matching syncs go well, then none does */
    int64_t wall_offset;  /* seconds */
    int64_t writes, syncs, injected;
    int64_t failed_sync_at;  /* monotonic nanoseconds of the first sync that was made to fail */
    int64_t shifted;         /* readings of the wall clock that were answered with an offset */
    int64_t prefix_length;
    char prefix[512];        /* only files whose path starts like this are touched */
};

/* A server that runs without its orders would pass every test: end it instead. */
static struct control *attach_control(void) {
    const char *path = getenv("TORTURE_CONTROL");
    int descriptor = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *memory = MAP_FAILED;
    if (descriptor >= 0)
        memory = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (memory == MAP_FAILED) {
        fprintf(stderr, "torture shim: cannot map TORTURE_CONTROL=%s\n", path ? path : "(unset)");
        _exit(70);
    }
    close(descriptor);
    return memory;
}

#endif
