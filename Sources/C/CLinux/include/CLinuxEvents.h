#pragma once

// Headers that Swift's Glibc module leaves out.
#include <sys/epoll.h>
#include <sys/eventfd.h>

/// Names the calling thread (prctl(2), PR_SET_NAME); the kernel keeps 15 bytes.
void clinux_set_thread_name(const char *name);

/// Accepts a connection as a non-blocking descriptor that exec closes (accept4(2)); -1 and errno when there is none.
int clinux_accept(int listener);
