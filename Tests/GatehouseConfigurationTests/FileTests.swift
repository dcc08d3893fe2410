import GatehouseConfiguration
import Testing

@Suite struct FileTests {
    @Test func severalFilesAreOneMap() throws {
        let files = MemoryFiles([
            "a.yaml": "public_url: https://a.example\nlimits: {header_list: 64KiB}",
            "more/10-limits.yaml": "limits: {idle: 1m}",
            "more/20-tenant.yaml": "tenant: {name: acme}",
        ])
        let settings = try files.load(["a.yaml", "more"]).settings
        #expect(settings.limits[.headerList] == 64 << 10)
        #expect(settings.limits[.idle] == 60)
        #expect(settings.tenant == "acme")
    }

    @Test func aKeySetTwiceNamesBothPlaces() {
        let files = MemoryFiles([
            "a.yaml": "public_url: https://a.example\nlimits: {header_list: 64KiB}",
            "b.yaml": "limits:\n  header_list: 32KiB\npublic_url: https://b.example",
        ])
        #expect(
            files.problems(["a.yaml", "b.yaml"]) == [
                "b.yaml:2:3: 'limits.header_list' is already set in a.yaml:2:10",
                "b.yaml:3:1: 'public_url' is already set in a.yaml:1:1",
            ])
    }

    @Test func pathsAreFromTheFileTheyAreWrittenIn() throws {
        let files = MemoryFiles([
            "/etc/gatehouse.yaml": "public_url: https://a.example",
            "/srv/db.yaml": "database: sqlite:./gate.db",
        ])
        let settings = try files.load(["/etc/gatehouse.yaml", "/srv/db.yaml"]).settings
        #expect(settings.database == .sqlite(path: "/srv/gate.db"))
        #expect(settings.keysFolder == "/etc/var/keys")
    }

    @Test func aMissingFileIsAProblemOfItsOwn() {
        #expect(MemoryFiles().problems(["none.yaml"]) == ["none.yaml: there is no such file"])
    }

    @Test func noConfigurationIsAProblem() {
        #expect(MemoryFiles().problems([]) == ["gatehouse.yaml: key 'public_url' is missing"])
    }

    @Test func problemsOfAllFilesComeAtOnce() {
        let files = MemoryFiles([
            "gatehouse.yaml": "public_url: https://a.example\nproviders: p\npolicies: q\ntenantt: {}",
            "p/a.yaml": "name: a\ntype: workload\nissuer: https://i.example\naudience: [x]\naudiences: [x]",
            "q/a.yaml": "policies: [{name: x, provider: a, when: 'true', grants: []}]",
        ])
        #expect(
            files.problems() == [
                "gatehouse.yaml:4:1: unknown key 'tenantt' (did you mean 'tenant'?)",
                "p/a.yaml:4:1: unknown key 'audience'",
                "q/a.yaml:1:12: key 'grant' is missing",
                "q/a.yaml:1:49: unknown key 'grants' (did you mean 'grant'?)",
            ])
    }

    @Test func theRealFileSystemIsRead() throws {
        #expect(throws: FileProblem.missing) { try ConfigurationFiles.system.read("/none/of/that/name", 10).get() }
        #expect(throws: FileProblem.notAFile) { try ConfigurationFiles.system.read("/", 10).get() }
        #expect(throws: FileProblem.tooLarge) { try ConfigurationFiles.system.read(#filePath, 10).get() }
        let content = try ConfigurationFiles.system.read(#filePath, 1 << 20).get()
        #expect(content.bytes.starts(with: "import GatehouseConfiguration".utf8))
        #expect(ConfigurationFiles.system.list(FilePath.folder(of: #filePath))?.contains("FileTests.swift") == true)
        #expect(ConfigurationFiles.system.list("/none/of/that/name") == nil)
    }

    @Test(arguments: [
        ("a", ".", "a"), ("./a/b", ".", "a/b"), ("./a", "etc", "etc/a"), ("/a", "etc", "/a"),
        ("../a", "etc", "etc/../a"),
        ("a", "/", "/a"), ("././a", "x", "x/a"),
    ])
    func pathsResolve(_ path: String, _ folder: String, _ result: String) {
        #expect(FilePath.resolve(path, in: folder) == result)
    }
}
