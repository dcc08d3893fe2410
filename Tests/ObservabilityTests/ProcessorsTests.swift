import Testing

@testable import Observability

struct ProcessorsTests {
    @Test(arguments: [
        ("Name:\tgatehouse\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n", 2),
        ("Cpus_allowed:\tffffffff,00000001\n", 33),
        ("Cpus_allowed:\t0\n", nil),
        ("Name:\tgatehouse\n", nil),
    ])
    func countsWhatTheKernelAllows(_ status: String, _ expected: Int?) {
        #expect(Processors.allowed(inStatus: status) == expected)
    }

    @Test func atLeastOne() { #expect(Processors.usable >= 1) }
}
