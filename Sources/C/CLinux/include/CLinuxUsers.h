#pragma once

// What an ordinary user's process becomes root of: a user namespace with its own uid and gid as 0, and subordinate ones
// (subuid(5)) from 1 on.
struct clinux_user_map {
    const char *uid_program, *gid_program;  // newuidmap(1), newgidmap(1)
    unsigned first_uid, first_gid, count;
};

// Moves the calling process, which must have one thread only, into such a namespace: 0, or -1, after which the process
// may be in a namespace without any users.
int clinux_enter_user_namespace(const struct clinux_user_map *map);

// Whether that succeeds in a child: 1 or 0.
int clinux_can_enter_user_namespace(const struct clinux_user_map *map);
