#pragma once

// Headers that Swift's Glibc module lacks.
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/sendfile.h>

/// Names the calling thread (prctl(2), PR_SET_NAME); the kernel keeps 15 bytes.
void clinux_set_thread_name(const char *name);

/// Accepts a connection as a non-blocking, close-on-exec descriptor (accept4(2)); -1 and errno when none is pending.
int clinux_accept(int listener);

/// Waits for a semaphore until a moment of CLOCK_MONOTONIC (sem_clockwait(3)); -1 and errno ETIMEDOUT or EINTR.
int clinux_semaphore_wait(sem_t *semaphore, const struct timespec *moment);
