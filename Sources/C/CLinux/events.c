#include "CLinuxEvents.h"

#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

void clinux_set_thread_name(const char *name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

int clinux_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int clinux_semaphore_wait(sem_t *semaphore, const struct timespec *moment) {
    return sem_clockwait(semaphore, CLOCK_MONOTONIC, moment);
}
