/* Preloaded into the server: shifts the wall clock by the seconds in the control block, and nothing else.
   Timers and the monotonic clock go on undisturbed, as they do when somebody sets the time of a real machine. */
#define _GNU_SOURCE
#include "control.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/time.h>
#include <time.h>

static struct control *control;

__attribute__((constructor)) static void attach(void) {
    if (!control) control = attach_control();
}

static int64_t offset(void) {
    attach();
    int64_t seconds = __atomic_load_n(&control->wall_offset, __ATOMIC_SEQ_CST);
    if (seconds) __atomic_add_fetch(&control->shifted, 1, __ATOMIC_RELAXED);
    return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += offset();
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *now, int base) {
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}
