#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recipe.h"

// Enough for a program that keeps daemons. Without a CPU limit, a session is a share of the processors as large as the
// server's (sched(7), "The autogroup feature").
#define SESSIONS_MAX 32

// An entry of a folder, as getdents64(2) writes it; the C library's structure is its own.
struct folder_entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

// The programs that may make a session and have not yet: they count, though /proc does not show what they will do. One
// that fails to make it counts until it ends, or asks again.
static struct {
    int process, session;
} admitted[SESSIONS_MAX];
static int admitted_count;

// The session of a process or thread; 0 where it has ended.
static int session_of(int process) {
    char path[32], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 0;
    text[length] = 0;
    // The name, in parentheses, may have any characters.
    char *rest = strrchr(text, ')'), state;
    int parent, group, session = 0;
    if (rest) sscanf(rest + 1, " %c %d %d %d", &state, &parent, &group, &session);
    return session;
}

// How many sessions the sandbox has, or one more than it may.
static int count_sessions(void) {
    static _Alignas(struct folder_entry) char entries[8192];
    int sessions[SESSIONS_MAX], count = 0;
    int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    long length;
    while (folder >= 0 && (length = syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0) {
        for (long at = 0; at < length;) {
            struct folder_entry *entry = (struct folder_entry *)(entries + at);
            at += entry->length;
            if (entry->name[0] < '0' || entry->name[0] > '9') continue;
            int session = session_of(atoi(entry->name)), index = 0;
            while (index < count && sessions[index] != session) index++;
            if (session == 0 || index < count) continue;
            if (count == SESSIONS_MAX) {
                close(folder);
                return SESSIONS_MAX + 1;
            }
            sessions[count++] = session;
        }
    }
    if (folder >= 0) close(folder);
    return count;
}

// Forgets the programs that have made their session, or ended.
static void settle(void) {
    int count = 0;
    for (int i = 0; i < admitted_count; i++)
        if (session_of(admitted[i].process) == admitted[i].session) admitted[count++] = admitted[i];
    admitted_count = count;
}

bool may_make_session(int process) {
    static int at_most = 1;  // pid 1's; sessions that have ended count until the next look
    for (int i = 0; i < admitted_count; i++)
        if (admitted[i].process == process && session_of(process) == admitted[i].session) return true;
    if (at_most >= SESSIONS_MAX) {
        settle();
        at_most = count_sessions() + admitted_count;
    }
    if (at_most >= SESSIONS_MAX) return false;
    at_most++;
    admitted[admitted_count].process = process;
    admitted[admitted_count++].session = session_of(process);
    return true;
}
