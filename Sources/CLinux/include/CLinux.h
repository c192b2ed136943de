// Calls of Linux that its headers show to GNU sources only, and Swift's Glibc module therefore does not know.
#pragma once
#include <spawn.h>
#include <stddef.h>
#include <sys/socket.h>

// accept4(2) with SOCK_CLOEXEC: no process that is started meanwhile inherits the connection.
int linux_accept(int listener, struct sockaddr *address, socklen_t *size);

// posix_spawn_file_actions_addclosefrom_np(3): the process that is started has no descriptor from `first` on.
int linux_close_from_at_spawn(posix_spawn_file_actions_t *actions, int first);

// pthread_setname_np(3) and pthread_getname_np(3) of the thread that calls; at most 15 bytes.
int linux_set_thread_name(const char *name);
int linux_get_thread_name(char *name, size_t size);
