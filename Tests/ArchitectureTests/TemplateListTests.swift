import Foundation
import Testing

@Suite struct TemplateListTests {
    /// `.embedInCode` takes files, not a folder: the manifest's list must be the folder's content.
    @Test func everyTemplateIsEmbedded() throws {
        let manifest = try Repository.text("Package.swift")
        let list = try #require(manifest.firstMatch(of: /let providerTemplates = \[([^\]]*)\]/)).1
        let names = list.split(separator: ",").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " \n\"")) }
            .filter { !$0.isEmpty }
        let files = try FileManager.default.contentsOfDirectory(
            atPath: Repository.root.appending(path: "providers").path())
        #expect(Set(names) == Set(files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }))
    }
}
