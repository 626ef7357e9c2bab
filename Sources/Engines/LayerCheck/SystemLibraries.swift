internal import Domain

/// The shared libraries that functions find on Lambda beside those of their layers.
enum SystemLibraries {
    /// Whether the system or the runtime has a library.
    ///
    /// AWS lists no libraries. These are in its base images, or so common there that their absence is unlikely; a
    /// missing library is a warning only, for this reason.
    static func have(_ library: String, for target: LayerTarget) -> Bool {
        if common.contains(library) || ofLanguage(target, library) { return true }
        return switch target.system {
        case .amazonLinux2: amazonLinux2.contains(library)
        case .amazonLinux2023: amazonLinux2023.contains(library)
        }
    }

    /// glibc and the compiler's own libraries, and those that both systems have in one version.
    private static let common: Set<String> = [
        "libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1", "libresolv.so.2",
        "libanl.so.1", "libnsl.so.1", "libthread_db.so.1", "libBrokenLocale.so.1", "libmvec.so.1",
        "libnss_dns.so.2", "libnss_files.so.2", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libgcc_s.so.1",
        "libstdc++.so.6", "libatomic.so.1", "libgomp.so.1",
        "libz.so.1", "libbz2.so.1", "liblzma.so.5", "libexpat.so.1", "libsqlite3.so.0", "libxml2.so.2",
        "libcurl.so.4", "libnghttp2.so.14", "libgssapi_krb5.so.2", "libkrb5.so.3", "libk5crypto.so.3",
        "libcom_err.so.2", "libkeyutils.so.1", "libuuid.so.1", "libblkid.so.1", "libcap.so.2", "libacl.so.1",
        "libattr.so.1", "libselinux.so.1", "libncursesw.so.6", "libncurses.so.6", "libtinfo.so.6", "libgmp.so.10",
    ]

    private static let amazonLinux2: Set<String> = [
        "libcrypt.so.1", "libffi.so.6", "libssl.so.10", "libcrypto.so.10", "libreadline.so.6", "libpcre.so.1",
        "libidn2.so.0",
    ]

    private static let amazonLinux2023: Set<String> = [
        "libcrypt.so.2", "libffi.so.8", "libssl.so.3", "libcrypto.so.3", "libreadline.so.8", "libpcre2-8.so.0",
        "libzstd.so.1", "libidn2.so.0", "libunistring.so.2",
    ]

    /// The library of the interpreter itself.
    private static func ofLanguage(_ target: LayerTarget, _ library: String) -> Bool {
        if let minor = target.pythonMinor {
            return library == "libpython3.\(minor).so.1.0" || library == "libpython3.so"
        }
        if target.language == .java { return ["libjvm.so", "libjava.so", "libjli.so"].contains(library) }
        if target.language == .ruby { return library.hasPrefix("libruby.so.") }
        guard target.runtime == nil else { return false }
        return library.hasPrefix("libpython3.") || library == "libjvm.so" || library.hasPrefix("libruby.so.")
    }
}
