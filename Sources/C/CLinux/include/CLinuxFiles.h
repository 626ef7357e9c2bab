// File calls that Swift's Glibc module lacks. Each is the kernel's call with a prefixed name: same arguments, same
// result, errno on failure. LinuxSystem wraps them with types.
#pragma once

#include <stdint.h>
#include <sys/types.h>

/// openat2(2) with RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS and RESOLVE_NO_MAGICLINKS: the path must stay below `directory`
/// and pass through no symbolic link.
int clinux_open_beneath(int directory, const char *path, uint64_t flags, mode_t mode);

/// renameat2(2) with RENAME_NOREPLACE.
int clinux_rename_without_replacing(int from_directory, const char *from, int to_directory, const char *to);

/// renameat2(2) with RENAME_EXCHANGE.
int clinux_exchange_names(int one_directory, const char *one, int other_directory, const char *other);

/// syncfs(2).
int clinux_sync_filesystem(int descriptor);

/// sync_file_range(2) with SYNC_FILE_RANGE_WRITE for the whole file: starts writing to disk without waiting.
int clinux_start_writeback(int descriptor);
