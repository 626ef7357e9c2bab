#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CLinux.h"

static int await_success(pid_t child) {
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

// Has newuidmap(1) or newgidmap(1) map the caller's own id to 0, and a range to 1 and following. Its messages are for
// people who started it.
static int map_ids(const char *program, pid_t process, unsigned own, unsigned first, unsigned count) {
    char texts[4][16];
    snprintf(texts[0], sizeof texts[0], "%d", process);
    snprintf(texts[1], sizeof texts[1], "%u", own);
    snprintf(texts[2], sizeof texts[2], "%u", first);
    snprintf(texts[3], sizeof texts[3], "%u", count);
    pid_t child = fork();
    if (child < 0) return -1;
    if (child == 0) {
        int silent = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(silent, STDERR_FILENO);
        execl(program, program, texts[0], "0", texts[1], "1", "1", texts[2], texts[3], (char *)NULL);
        _exit(127);
    }
    return await_success(child);
}

int clinux_enter_user_namespace(const struct clinux_user_map *map) {
    int told[2];
    unsigned uid = geteuid(), gid = getegid();
    pid_t self = getpid();
    if (pipe2(told, O_CLOEXEC) != 0) return -1;
    // A process that stays outside: inside, programs gain nothing by their set-user-id bit.
    pid_t mapper = fork();
    if (mapper == 0) {
        char byte;
        close(told[1]);
        if (read(told[0], &byte, 1) != 1) _exit(1);
        _exit(map_ids(map->uid_program, self, uid, map->first_uid, map->count) == 0 &&
                      map_ids(map->gid_program, self, gid, map->first_gid, map->count) == 0
                  ? 0
                  : 1);
    }
    close(told[0]);
    int result = mapper < 0 ? -1 : unshare(CLONE_NEWUSER);
    if (result == 0 && write(told[1], "", 1) != 1) result = -1;
    close(told[1]);
    return mapper > 0 && await_success(mapper) == 0 ? result : -1;
}

int clinux_can_enter_user_namespace(const struct clinux_user_map *map) {
    pid_t child = fork();
    if (child == 0) _exit(clinux_enter_user_namespace(map) == 0 ? 0 : 1);
    return child > 0 && await_success(child) == 0;
}
