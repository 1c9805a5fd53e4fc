/* The wall clock of the soak's daemons: the system's, plus the seconds that a file holds.

   Loaded before the C library (LD_PRELOAD), for the process and its children. The monotonic
   clock stays, as it does when somebody sets the system's clock. Waits for a wall-clock time
   (sem_timedwait, which multiprocessing's locks use) follow the clock while they last. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const long STEP_NS = 100000000; /* How often the file is read, and a wait looks up. */

static void now(clockid_t which, struct timespec *found) {
    syscall(SYS_clock_gettime, which, found);
}

static time_t skew(void) {
    static __thread time_t kept;
    static __thread struct timespec read_at;
    struct timespec t;
    now(CLOCK_MONOTONIC, &t);
    long age = (t.tv_sec - read_at.tv_sec) * 1000000000L + t.tv_nsec - read_at.tv_nsec;
    if (read_at.tv_sec && age < STEP_NS) return kept;
    read_at = t;
    const char *name = getenv("SOAK_CLOCK");
    int before = errno, file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0) {
        char text[32];
        ssize_t size = read(file, text, sizeof text - 1);
        if (size > 0) {
            text[size] = 0;
            kept = atol(text);
        }
        close(file);
    }
    errno = before;
    return kept;
}

int clock_gettime(clockid_t which, struct timespec *found) {
    int result = (int)syscall(SYS_clock_gettime, which, found);
    if (result == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
        found->tv_sec += skew();
    return result;
}

int gettimeofday(struct timeval *found, void *zone) {
    int result = (int)syscall(SYS_gettimeofday, found, zone);
    if (result == 0) found->tv_sec += skew();
    return result;
}

time_t time(time_t *place) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (place) *place = t.tv_sec;
    return t.tv_sec;
}

int sem_timedwait(sem_t *semaphore, const struct timespec *until) {
    static int (*real)(sem_t *, const struct timespec *);
    if (!real) real = (int (*)(sem_t *, const struct timespec *))dlsym(RTLD_NEXT, "sem_timedwait");
    for (;;) {
        struct timespec t, soon;
        now(CLOCK_REALTIME, &t);
        soon = *until;
        soon.tv_sec -= skew();
        long left = (soon.tv_sec - t.tv_sec) * 1000000000L + soon.tv_nsec - t.tv_nsec;
        if (left > STEP_NS) {
            soon = t;
            soon.tv_nsec += STEP_NS;
            if (soon.tv_nsec >= 1000000000L) soon.tv_sec++, soon.tv_nsec -= 1000000000L;
        }
        int result = real(semaphore, &soon);
        if (result == 0 || errno != ETIMEDOUT || left <= STEP_NS) return result;
    }
}
