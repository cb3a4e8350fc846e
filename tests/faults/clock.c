/* A library to be preloaded: it moves the wall clock of a process by SOAK_CLOCK_SECONDS. Clocks that only run on stay. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long seconds;

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("SOAK_CLOCK_SECONDS");
    seconds = text ? atol(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += seconds;
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec fine;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &fine);
    now->tv_sec = fine.tv_sec;
    now->tv_usec = fine.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *place) {
    struct timespec fine;
    clock_gettime(CLOCK_REALTIME, &fine);
    if (place) *place = fine.tv_sec;
    return fine.tv_sec;
}
