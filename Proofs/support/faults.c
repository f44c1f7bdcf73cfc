// Makes the calls of one process go wrong: preloaded, it counts the calls that have to do with one folder, and at one of
// them does what it was told.
//
//   FAULT_FOLDER   the folder, absolute
//   FAULT_KIND     kill        the process dies before the call            kill-after  … when the call has taken effect
//                  stop        it stops before each call, for whoever holds SIGCONT
//                  eio enospc  the call fails and has no effect            lost        it fails and has had its effect
//                  eintr       it is interrupted                           short       half of the bytes go through
//                  full        all writes fail from FAULT_AT bytes on, as on a full disk
//                  no-sync     nothing is ever synced              replace     a link takes the place of what bears its name:
//                              two machines that break their word; a proof that finds nothing on them proves nothing
//                  none        nothing; the calls are counted
//   FAULT_AT       the number of the call, from 1 on
//   FAULT_READS    1: calls that only read count too
//   FAULT_COUNT    a file that is given the number of calls when the process ends
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum kind { NONE, KILL, KILL_AFTER, STOP, EIO_, ENOSPC_, LOST, EINTR_, SHORT, FULL, NO_SYNC, REPLACE };
static const char *const names[] = {"none", "kill", "kill-after", "stop", "eio", "enospc", "lost", "eintr", "short", "full",
                                    "no-sync", "replace"};

static char folder[PATH_MAX];
static size_t folder_length;
static enum kind kind;
static long at;
static int counts_reads;
static atomic_long calls, bytes;
static atomic_char watched[4096];  // descriptors in the folder: 1 read, 2 written

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("FAULT_FOLDER");
    if (!text || strlen(text) >= sizeof folder) return;
    strcpy(folder, text);
    folder_length = strlen(folder);
    text = getenv("FAULT_KIND");
    for (int i = 0; text && i <= REPLACE; i++)
        if (!strcmp(text, names[i])) kind = i;
    text = getenv("FAULT_AT");
    at = text ? atol(text) : 0;
    text = getenv("FAULT_READS");
    counts_reads = text && *text == '1';
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("FAULT_COUNT");
    if (!path) return;
    FILE *file = fopen(path, "w");
    if (!file) return;
    fprintf(file, "%ld %ld\n", (long)calls, (long)bytes);
    fclose(file);
}

static int is_ours(const char *path) {
    return folder_length && path && !strncmp(path, folder, folder_length) &&
           (path[folder_length] == '/' || path[folder_length] == 0);
}

static int is_watched(int descriptor) { return descriptor >= 0 && descriptor < 4096 ? watched[descriptor] : 0; }

// Counts a call. 0: do it. 1: do it, then `after`. -1: errno is set, do nothing. 2: do half of it.
static int before(int is_mutating) {
    if (!is_mutating && !counts_reads) return 0;
    long number = ++calls;
    if (kind == STOP || kind == NO_SYNC) {
        raise(SIGSTOP);
        return 0;
    }
    if (kind == FULL || kind == REPLACE || number != at) return 0;
    switch (kind) {
    case KILL: kill(getpid(), SIGKILL); pause(); return 0;
    case KILL_AFTER: case LOST: return 1;
    case EIO_: errno = EIO; return -1;
    case ENOSPC_: errno = ENOSPC; return -1;
    case EINTR_: errno = EINTR; return -1;
    case SHORT: return 2;
    default: return 0;
    }
}

static void after(void) {
    if (kind == KILL_AFTER) { kill(getpid(), SIGKILL); pause(); }
    errno = EIO;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

// A call with an int for an answer, -1 where it fails.
#define PLAIN(name, parameters, arguments, ours, mutating) \
    int name parameters { \
        REAL(name); \
        if (!(ours)) return real arguments; \
        int order = before(mutating); \
        if (order < 0) return -1; \
        if (kind == NO_SYNC && strstr(#name, "sync")) return 0; \
        int result = real arguments; \
        if (order == 1) { after(); return -1; } \
        return result; \
    }

PLAIN(fsync, (int d), (d), is_watched(d), 1)
PLAIN(syncfs, (int d), (d), is_watched(d), 1)
PLAIN(fdatasync, (int d), (d), is_watched(d), 1)
PLAIN(ftruncate, (int d, off_t n), (d, n), is_watched(d), 1)
PLAIN(rename, (const char *a, const char *b), (a, b), is_ours(b), 1)
PLAIN(unlink, (const char *a), (a), is_ours(a), 1)
PLAIN(rmdir, (const char *a), (a), is_ours(a), 1)
PLAIN(mkdir, (const char *a, mode_t m), (a, m), is_ours(a), 1)
PLAIN(lstat, (const char *a, struct stat *s), (a, s), is_ours(a), 0)
PLAIN(fstat, (int d, struct stat *s), (d, s), is_watched(d), 0)

int link(const char *from, const char *name) {
    REAL(link);
    if (!is_ours(name)) return real(from, name);
    int order = before(1);
    if (order < 0) return -1;
    if (kind == REPLACE) unlink(name);
    int result = real(from, name);
    if (order == 1) { after(); return -1; }
    return result;
}

static int opened(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    if (!is_ours(path)) return real(path, flags, mode);
    int writes = (flags & O_ACCMODE) != O_RDONLY;
    int order = before((flags & O_CREAT) != 0);
    if (order < 0) return -1;
    int descriptor = real(path, flags, mode);
    if (order == 1) {
        if (descriptor >= 0) close(descriptor);
        after();
        return -1;
    }
    if (descriptor >= 0 && descriptor < 4096) watched[descriptor] = writes ? 2 : 1;
    return descriptor;
}

int open(const char *path, int flags, ...) {
    REAL(open);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return opened(real, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    REAL(open64);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return opened(real, path, flags, mode);
}

DIR *opendir(const char *path) {
    REAL(opendir);
    if (!is_ours(path)) return real(path);
    int order = before(0);
    if (order < 0) return NULL;
    DIR *result = real(path);
    if (order != 1) return result;
    if (result) closedir(result);
    after();
    return NULL;
}

ssize_t write(int descriptor, const void *from, size_t count) {
    REAL(write);
    if (!is_watched(descriptor)) return real(descriptor, from, count);
    int order = before(1);
    if (order < 0) return -1;
    if (kind == FULL) {
        long room = at - bytes;
        if (room <= 0) { errno = ENOSPC; return -1; }
        if ((long)count > room) count = room;
    }
    if (order == 2 && count > 1) count /= 2;
    ssize_t result = real(descriptor, from, count);
    if (result > 0) bytes += result;
    if (order == 1) { after(); return -1; }
    return result;
}

static ssize_t got(ssize_t (*real)(int, void *, size_t, off_t), int descriptor, void *to, size_t count, off_t from) {
    if (!is_watched(descriptor)) return real(descriptor, to, count, from);
    int order = before(0);
    if (order < 0) return -1;
    if (order == 2 && count > 1) count /= 2;
    ssize_t result = real(descriptor, to, count, from);
    if (order == 1) { after(); return -1; }
    return result;
}

ssize_t pread(int descriptor, void *to, size_t count, off_t from) { REAL(pread); return got(real, descriptor, to, count, from); }
ssize_t pread64(int descriptor, void *to, size_t count, off_t from) { REAL(pread64); return got(real, descriptor, to, count, from); }

int close(int descriptor) {
    REAL(close);
    int is_written = is_watched(descriptor) == 2;
    if (descriptor >= 0 && descriptor < 4096) watched[descriptor] = 0;
    if (!is_written) return real(descriptor);
    int order = before(1);
    // A failed close has closed all the same, as on Linux.
    int result = order < 0 ? (int)(errno) : 0;
    int done = real(descriptor);
    if (order < 0) { errno = result; return -1; }
    if (order == 1) { after(); return -1; }
    return done;
}
