"""Zips whose records say what they should not (APPNOTE 4.3)."""

import struct
import zlib

CENTRAL, LOCAL, TRAILER = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"
FILE = 0o100644


class Forgery:
    """One entry; what its records say is taken from its content where it is not given."""

    def __init__(self, name=b"app.py", content=b"x = 1\n", *, mode=FILE, method=0, flags=0, made_by=3, checksum=None,
                 size=None, packed_size=None, local_name=None, local_size=None, offset=None, extra=b"",
                 name_length=None, extra_length=None, comment_length=0):
        self.name, self.content, self.mode, self.method, self.flags = name, content, mode, method, flags
        self.made_by, self.offset, self.extra = made_by, offset, extra
        self.checksum = zlib.crc32(content) if checksum is None else checksum
        self.size = len(content) if size is None else size
        self.packed_size = len(content) if packed_size is None else packed_size
        self.local_name = name if local_name is None else local_name
        self.local_size = self.size if local_size is None else local_size
        self.name_length = len(name) if name_length is None else name_length
        self.extra_length = len(extra) if extra_length is None else extra_length
        self.comment_length = comment_length

    def local(self):
        return struct.pack(
            "<4s5H3I2H", LOCAL, 20, self.flags, self.method, 0, 0x21, self.checksum, self.packed_size, self.local_size,
            len(self.local_name), 0) + self.local_name + self.content

    def central(self, offset):
        return struct.pack(
            "<4s6H3I5H2I", CENTRAL, self.made_by << 8 | 20, 20, self.flags, self.method, 0, 0x21, self.checksum,
            self.packed_size, self.size, self.name_length, self.extra_length, self.comment_length, 0, 0,
            self.mode << 16, offset if self.offset is None else self.offset) + self.name + self.extra


def forged(*entries, count=None, directory_size=None, directory_offset=None, before=b"", behind=b"", comment=b""):
    body, directory = before, b""
    for entry in entries:
        directory += entry.central(len(body))
        body += entry.local()
    number = len(entries) if count is None else count
    end = struct.pack(
        "<4s4H2IH", TRAILER, 0, 0, number, number, len(directory) if directory_size is None else directory_size,
        len(body) if directory_offset is None else directory_offset, len(comment))
    return body + directory + end + comment + behind


def link_to(name, target):
    """A symbolic link."""
    return Forgery(name, target, mode=0o120777)
