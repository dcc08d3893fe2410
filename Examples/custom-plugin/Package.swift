// swift-tools-version: 6.2
import PackageDescription

/// A Gatehouse with one more plugin, written outside its package.
let package = Package(
    name: "custom-plugin",
    platforms: [.macOS(.v26)],
    dependencies: [
        // In a package of your own: .package(url: "…/gatehouse.git", from: "0.1.0")
        .package(name: "gatehouse", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "gatehouse-hello",
            dependencies: [
                .product(name: "GatehouseKit", package: "gatehouse"),
                .product(name: "ServerPlugin", package: "gatehouse"),
            ])
    ]
)
