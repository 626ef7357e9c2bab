import Testing

@testable import Sandbox

@Suite struct HostEmulatorsTests {
    private static let entry = """
        enabled
        interpreter /usr/bin/qemu-aarch64-static
        flags: OCF
        offset 0
        magic 7f454c460201010000000000000000000200b700
        mask ffffffffffffff00fffffffffffffffffeffffff

        """

    @Test func `an emulator for 64-bit Arm is recognised by its magic`() {
        #expect(HostEmulators.machine(of: Self.entry) == 183)
    }

    @Test(arguments: [
        ("enabled", "disabled"), ("offset 0", "offset 4"), ("7f454c46", "4d5a0000"), ("magic ", "extension "),
        ("flags: OCF", "nothing"), ("interpreter /usr/bin", "nothing"), ("0200b700", "0200"), ("b700", "zz00"),
    ])
    func `disabled entries and entries of other formats do not count`(part: (String, String)) {
        #expect(HostEmulators.machine(of: Self.entry.replacing(part.0, with: part.1)) == nil)
    }

    @Test func `an emulator that a sandbox cannot reach does not count unless the kernel holds it open`() {
        let elsewhere = Self.entry.replacing("/usr/bin", with: "/opt/qemu")
        #expect(HostEmulators.machine(of: elsewhere) == 183)
        #expect(HostEmulators.machine(of: elsewhere.replacing("OCF", with: "OC")) == nil)
    }

    @Test func `a host without a registry emulates nothing`() {
        #expect(HostEmulators.machines(registry: "/nowhere") == [])
        #expect(HostEmulators.support(ofMachine: 183, processor: "aarch64", registry: "/nowhere") == .noRegistry)
    }
}
