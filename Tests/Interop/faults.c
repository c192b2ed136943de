// Disk faults on demand, for tests: preloaded into the server, it fails system calls on the board's database while the
// file named by FAULT_FILE holds a word: `sync` fails fsync and fdatasync with EIO, `full` fails writes with ENOSPC.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fault_is(const char *word) {
    const char *path = getenv("FAULT_FILE");
    char text[16] = {0};
    if (!path) return 0;
    int saved = errno;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        syscall(SYS_read, fd, text, sizeof text - 1);
        syscall(SYS_close, fd);
    }
    errno = saved;
    return strncmp(text, word, strlen(word)) == 0;
}

static int is_database(int fd) {
    char link[32], target[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, target, sizeof target - 1);
    if (length <= 0) return 0;
    target[length] = 0;
    return strstr(target, "board.sqlite") != NULL;
}

static int fails(int fd, const char *word, int code) {
    if (!fault_is(word) || !is_database(fd)) return 0;
    errno = code;
    return 1;
}

int fsync(int fd) {
    return fails(fd, "sync", EIO) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    return fails(fd, "sync", EIO) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return fails(fd, "full", ENOSPC) ? -1 : syscall(SYS_pwrite64, fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    return fails(fd, "full", ENOSPC) ? -1 : syscall(SYS_pwrite64, fd, bytes, count, offset);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    return fails(fd, "full", ENOSPC) ? -1 : syscall(SYS_write, fd, bytes, count);
}
