#define _GNU_SOURCE
#include "CLinux.h"

#include <pthread.h>

int linux_close_from_at_spawn(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int linux_accept(int listener, struct sockaddr *address, socklen_t *size) {
    return accept4(listener, address, size, SOCK_CLOEXEC);
}

int linux_set_thread_name(const char *name) {
    return pthread_setname_np(pthread_self(), name);
}

int linux_get_thread_name(char *name, size_t size) {
    return pthread_getname_np(pthread_self(), name, size);
}
