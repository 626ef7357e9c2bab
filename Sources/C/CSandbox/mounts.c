#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recipe.h"

// <sys/mount.h> clashes with <linux/mount.h> before glibc 2.37, so its two calls are declared here.
int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int umount2(const char *target, int flags);
#define DETACH 2  // MNT_DETACH
#define RECURSIVE 0x8000  // AT_RECURSIVE

#define STAGING "/tmp"             // any directory of the host: the new root covers it in our namespace only
#define EMPTY "/sys"

static int open_tree(int directory, const char *path, unsigned flags) {
    return (int)syscall(SYS_open_tree, directory, path, flags);
}

static int set_attributes(int tree, unsigned flags, uint64_t attributes) {
    struct mount_attr change = {.attr_set = attributes};
    return (int)syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | flags, &change, sizeof change);
}

// Opens a mount point in the new root, without following any link or leaving the root.
static int open_mount_point(const char *path) {
    struct open_how how = {.flags = O_PATH | O_CLOEXEC | O_NOFOLLOW,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

// Attaches a detached mount at `path` in the new root, and closes it.
static int attach(int tree, const char *path) {
    int point = open_mount_point(path);
    if (point < 0) return -1;
    long result = syscall(SYS_move_mount, tree, "", point, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
    int error = errno;
    close(point);
    close(tree);
    errno = error;
    return (int)result;
}

void stop_propagation(int control) {
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) fail(control, STRATA_STAGE_PROPAGATION, "/");
}

// Copies the host's mount at the source with all mounts below it: mounts that another user namespace has locked can
// only be copied together. The copy, and only the copy, is read-only, without setuid and without devices. A device can
// be written to all the same: its node cannot be changed.
static int open_bind(const struct plan_step *step, int control) {
    uint64_t attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    if (step->flags & PLAN_FLAG_DEVICE) attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
    int tree = open_tree(AT_FDCWD, step->first, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | RECURSIVE);
    if (tree < 0 || set_attributes(tree, RECURSIVE, attributes) != 0) fail(control, STRATA_STAGE_SOURCE, step->first);
    return tree;
}

// Writes the layers in the format of "lowerdir", the topmost first. They are named by descriptor, because a path of the
// host could contain the separator, a colon.
static void open_layers(const struct plan_step *step, int control, char *list, size_t bytes) {
    size_t used = 0;
    for (const char *source = step->rest; source < step->rest + step->rest_bytes; source += strlen(source) + 1) {
        int layer = open(source, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (layer < 0) fail(control, STRATA_STAGE_SOURCE, source);
        int length = snprintf(list + used, bytes - used, "%s/proc/self/fd/%d", used ? ":" : "", layer);
        if (length < 0 || (size_t)length >= bytes - used) fail_with(control, STRATA_STAGE_OVERLAY, E2BIG, source);
        used += (size_t)length;
    }
}

// Creates an overlay of layers, or returns -1. Without an upper directory it is read-only by itself.
static int make_overlay(const char *layers, bool in_user_namespace) {
    int tree = -1, context = (int)syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC);
    if (context < 0) return -1;
    if (syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "lowerdir", layers, 0) == 0 &&
        (!in_user_namespace || syscall(SYS_fsconfig, context, FSCONFIG_SET_FLAG, "userxattr", NULL, 0) == 0) &&
        syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
        tree = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC,
                            MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    int error = errno;
    close(context);
    errno = error;
    return tree;
}

static int open_overlay(const struct plan_step *step, int control) {
    char layers[512] = "";
    open_layers(step, control, layers, sizeof layers);
    int tree = make_overlay(layers, step->flags & PLAN_FLAG_USER_XATTR);
    if (tree < 0) fail(control, STRATA_STAGE_OVERLAY, step->rest);
    return tree;
}

// The second layer that an overlay without an upper directory must have: an empty directory, in a place of the host
// from which nothing is mounted. Opened once, or -1.
static int empty_layer(void) {
    static int layer = -1;
    if (layer < 0 && mount("strata", EMPTY, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0555,size=4k,nr_inodes=2") == 0)
        layer = open(EMPTY, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return layer;
}

// A directory with inodes of its own, so that watches show what happens in this sandbox only, and locks hold in this
// sandbox only. Where the kernel has no such overlay, a bind mount.
static int open_view(const struct plan_step *step, int control) {
    char layers[64];
    int layer = open(step->first, O_PATH | O_DIRECTORY | O_CLOEXEC), empty = empty_layer();
    if (layer < 0) fail(control, STRATA_STAGE_SOURCE, step->first);
    snprintf(layers, sizeof layers, "/proc/self/fd/%d:/proc/self/fd/%d", layer, empty);
    int tree = empty < 0 ? -1 : make_overlay(layers, step->flags & PLAN_FLAG_USER_XATTR);
    close(layer);
    return tree < 0 ? open_bind(step, control) : tree;
}

void open_sources(const struct plan *plan, int control) {
    for (size_t i = 0; i < plan->step_count; i++) {
        struct plan_step *step = (struct plan_step *)&plan->steps[i];
        if (step->kind == PLAN_BIND)
            step->mount = step->flags & PLAN_FLAG_VIEW ? open_view(step, control) : open_bind(step, control);
        if (step->kind == PLAN_OVERLAY) step->mount = open_overlay(step, control);
    }
}

void make_root(int control) {
    if (mount("strata", STAGING, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=4m,nr_inodes=1024") != 0)
        fail(control, STRATA_STAGE_ROOT, STAGING);
    if (chdir(STAGING) != 0) fail(control, STRATA_STAGE_ROOT, "chdir " STAGING);
}

static void write_file(const struct plan_step *step, int control) {
    int file = open(step->first, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, step->number);
    if (file < 0) fail(control, STRATA_STAGE_TREE, step->first);
    if (write(file, step->rest, step->rest_bytes) != (ssize_t)step->rest_bytes)
        fail(control, STRATA_STAGE_TREE, step->first);
    close(file);
}

// Empty files take no space in a tmpfs, but kernel memory: one file per 4 KB, and a minimum for small file systems.
#define BYTES_PER_FILE 4096
#define MINIMUM_FILES 1024

// Mounts a private file system in memory that belongs to the sandbox's user and has a fixed maximum size.
static void mount_tmpfs(const struct plan *plan, const struct plan_step *step, int control) {
    char options[128];
    unsigned uid = plan->distinct ? plan->host_uid : plan->inside_uid;
    unsigned gid = plan->distinct ? plan->host_gid : plan->inside_gid;
    unsigned long long files = step->value / BYTES_PER_FILE + MINIMUM_FILES;
    snprintf(options, sizeof options, "mode=%04o,size=%llu,nr_inodes=%llu,uid=%u,gid=%u", step->number,
             (unsigned long long)step->value, files, uid, gid);
    unsigned long flags = MS_NOSUID | MS_NODEV | (step->flags & PLAN_FLAG_NO_EXEC ? MS_NOEXEC : 0);
    if (mount("strata", step->first, "tmpfs", flags, options) != 0) fail(control, STRATA_STAGE_TMPFS, step->first);
}

// hidepid: processes of other users are not listed, nor is pid 1, which is not dumpable.
static void mount_proc(const struct plan_step *step, int control) {
    unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (mount("proc", step->first, "proc", flags, "hidepid=invisible") == 0) return;
    if (errno != EINVAL || mount("proc", step->first, "proc", flags, "hidepid=2") != 0)  // the name is since Linux 5.8
        fail(control, STRATA_STAGE_PROC, step->first);
}

static void make_read_only(const struct plan_step *step, int control) {
    int tree = open_tree(AT_FDCWD, step->first, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | RECURSIVE);
    if (tree < 0 && errno == ENOENT) return;  // this kernel does not have the file
    if (tree < 0 || set_attributes(tree, RECURSIVE, MOUNT_ATTR_RDONLY) != 0 || attach(tree, step->first) != 0)
        fail(control, STRATA_STAGE_MASK, step->first);
}

// Hides a file behind /dev/null, or a directory behind an empty one.
static void mask(const struct plan_step *step, int control) {
    struct stat status;
    if (lstat(step->first, &status) != 0) {
        if (errno == ENOENT) return;
        fail(control, STRATA_STAGE_MASK, step->first);
    }
    if (S_ISDIR(status.st_mode)) {
        unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
        if (mount("strata", step->first, "tmpfs", flags, "size=4k,nr_inodes=2,mode=0555") != 0)
            fail(control, STRATA_STAGE_MASK, step->first);
        return;
    }
    int null = open_tree(AT_FDCWD, "dev/null", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (null < 0 || attach(null, step->first) != 0) fail(control, STRATA_STAGE_MASK, step->first);
}

static void apply_step(const struct plan *plan, const struct plan_step *step, int control) {
    switch (step->kind) {
    case PLAN_DIRECTORY:
        if (mkdir(step->first, step->number) != 0) fail(control, STRATA_STAGE_TREE, step->first);
        break;
    case PLAN_LINK:
        if (symlink(step->first, step->rest) != 0) fail(control, STRATA_STAGE_TREE, step->rest);
        break;
    case PLAN_FILE: write_file(step, control); break;
    case PLAN_BIND:
        if (attach(step->mount, step->rest) != 0) fail(control, STRATA_STAGE_ATTACH, step->rest);
        break;
    case PLAN_OVERLAY:
        if (attach(step->mount, step->first) != 0) fail(control, STRATA_STAGE_ATTACH, step->first);
        break;
    case PLAN_TMPFS: mount_tmpfs(plan, step, control); break;
    case PLAN_PROC: mount_proc(step, control); break;
    case PLAN_READ_ONLY: make_read_only(step, control); break;
    case PLAN_MASK: mask(step, control); break;
    }
}

void build_tree(const struct plan *plan, int control) {
    for (size_t i = 0; i < plan->step_count; i++) apply_step(plan, &plan->steps[i], control);
}

void enter_root(int control) {
    // pivot_root(".", ".") stacks the old root on the new one, so that it needs no directory of its own
    // (pivot_root(2)).
    if (syscall(SYS_pivot_root, ".", ".") != 0) fail(control, STRATA_STAGE_PIVOT, "pivot_root");
    if (umount2(".", DETACH) != 0) fail(control, STRATA_STAGE_PIVOT, "umount the old root");
    if (chdir("/") != 0) fail(control, STRATA_STAGE_PIVOT, "chdir /");
    // Read-only once the tree is built, and not recursively: /tmp stays writable.
    int root = open("/", O_PATH | O_CLOEXEC);
    if (root < 0 || set_attributes(root, 0, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV) != 0)
        fail(control, STRATA_STAGE_PIVOT, "read-only root");
    close(root);
}
