/* A disk that fails on demand, put before libc's calls by LD_PRELOAD.

   FAULTY_DISK_FOLDER names the folder that it is. What its file FAULT holds is what goes wrong:
   "EROFS", "EIO", "EDQUOT" or "ENOSPC" refuse every write and every fsync, "slow N" lets every
   fsync take N seconds, or until the disk is well again; without the file all is well. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static int concerned(int fd) {
    const char *folder = getenv("FAULTY_DISK_FOLDER");
    char link[64], path[PATH_MAX];
    if (folder == NULL) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

static void fault(char *text, size_t size) {
    char path[PATH_MAX];
    text[0] = 0;
    snprintf(path, sizeof path, "%s/FAULT", getenv("FAULTY_DISK_FOLDER"));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    ssize_t length = read(fd, text, size - 1);
    text[length < 0 ? 0 : length] = 0;
    close(fd);
}

static int refused(int fd) {
    char text[32];
    int saved = errno;
    if (!concerned(fd)) { errno = saved; return 0; }
    fault(text, sizeof text);
    errno = saved;
    if (strncmp(text, "EROFS", 5) == 0) { errno = EROFS; return 1; }
    if (strncmp(text, "EIO", 3) == 0) { errno = EIO; return 1; }
    if (strncmp(text, "EDQUOT", 6) == 0) { errno = EDQUOT; return 1; }
    if (strncmp(text, "ENOSPC", 6) == 0) { errno = ENOSPC; return 1; }
    return 0;
}

static void linger(int fd) {
    const struct timespec slice = {0, 50000000};
    struct timespec begun, now;
    char text[32];
    int saved = errno;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    while (concerned(fd)) {
        fault(text, sizeof text);
        clock_gettime(CLOCK_MONOTONIC, &now);
        double passed_s = now.tv_sec - begun.tv_sec + (now.tv_nsec - begun.tv_nsec) / 1e9;
        if (strncmp(text, "slow ", 5) != 0 || passed_s >= atof(text + 5)) break;
        nanosleep(&slice, NULL);
    }
    errno = saved;
}

#define ORIGINAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    return refused(fd) ? -1 : ORIGINAL(pwrite)(fd, data, size, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    return refused(fd) ? -1 : ORIGINAL(pwrite64)(fd, data, size, offset);
}
ssize_t write(int fd, const void *data, size_t size) {
    return refused(fd) ? -1 : ORIGINAL(write)(fd, data, size);
}
int ftruncate(int fd, off_t size) { return refused(fd) ? -1 : ORIGINAL(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { return refused(fd) ? -1 : ORIGINAL(ftruncate64)(fd, size); }
int fsync(int fd) {
    linger(fd);
    return refused(fd) ? -1 : ORIGINAL(fsync)(fd);
}
int fdatasync(int fd) {
    linger(fd);
    return refused(fd) ? -1 : ORIGINAL(fdatasync)(fd);
}
