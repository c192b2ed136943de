import Lab
import Testing

struct ProcessFactsTests {
    private static func stat(_ name: String) -> String {
        "4242 (\(name)) S 17 4242 4242 0 -1 4194560 900 30 0 0 11 22 33 44 20 0 5 0 123456 1000000 250 18446744073709551615"
    }

    @Test(arguments: ["mboard", "a b", "x) R 1 (y", ")", "", "a\nb"])
    func `a process's parent and its children's time are found whatever its name is`(name: String) throws {
        let stat = try #require(ProcessFacts.Stat(Self.stat(name)))
        #expect(stat.parent == 17)
        #expect(stat.childrenTicks == 33 + 44)
    }

    @Test(arguments: [
        "", "4242", "4242 (mboard", "4242 (mboard) S 17 1", "4242 (m) S x " + String(repeating: "1 ", count: 20),
    ])
    func `a text that is cut is no process`(text: String) {
        #expect(ProcessFacts.Stat(text) == nil)
    }

    @Test func `threads, memory and switches are read from a status`() {
        let status = ProcessFacts.Status(
            """
            Name:\ta Threads:\t99
            State:\tS (sleeping)
            VmHWM:\t   20480 kB
            VmRSS:\t   10240 kB
            Threads:\t12
            voluntary_ctxt_switches:\t150
            nonvoluntary_ctxt_switches:\t545

            """)
        #expect(status.threads == 12)
        #expect(status.peakResidentBytes == 20 << 20)
        #expect(status.residentBytes == 10 << 20)
        #expect(status.switches == ContextSwitches(voluntary: 150, involuntary: 545))
    }

    @Test func `a process that is ending has no memory`() {
        let status = ProcessFacts.Status("Name:\tmboard\nState:\tZ (zombie)\nThreads:\t1\n")
        #expect(status.threads == 1)
        #expect(status.residentBytes == 0 && status.peakResidentBytes == 0)
    }

    @Test func `a tree is a process and all that descend from it, and nobody else`() {
        let parents: [Int32: Int32] = [2: 1, 10: 2, 11: 10, 12: 10, 13: 12, 20: 2, 30: 1]
        #expect(ProcessTree(root: 10, parents: parents).members == [10, 11, 12, 13])
        #expect(ProcessTree(root: 99, parents: parents).members == [99])
        #expect(ProcessTree(root: 5, parents: [5: 6, 6: 5]).members == [5, 6])
    }

    @Test(arguments: [
        ("processor\t: 0\nmodel name\t: AMD EPYC 7B13: x\nmodel name\t: other\n", "AMD EPYC 7B13: x"),
        ("processor\t: 0\nBogoMIPS\t: 50\n", nil), ("", nil),
    ])
    func `the processor's name is read where the kernel tells it`(text: String, name: String?) {
        #expect(Machine.processor(text) == name)
    }
}
