// swift-tools-version: 6.2
import PackageDescription

// The floors: a target may depend on those of its own floor's list above it in this file and on lower floors, never on a
// higher one. Tests/ArchitectureTests fails when an arrow points up.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioCompression = Target.Dependency.product(name: "NIOHTTPCompression", package: "swift-nio-extras")
let nioExtras = Target.Dependency.product(name: "NIOExtras", package: "swift-nio-extras")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "mboard",
    products: [
        .executable(name: "mboard", targets: ["mboard"]),
        .library(name: "MessageBoard", targets: ["MessageBoard"]),
        .library(name: "BoardConformance", targets: ["BoardConformance"]),
        .library(name: "BoardWire", targets: ["BoardWire"]),
        .library(name: "XMLRPC", targets: ["XMLRPC"]),
        .library(name: "PyroWire", targets: ["PyroWire"]),
        .library(name: "RemoteObjects", targets: ["RemoteObjects"]),
        .library(name: "ServerModels", targets: ["ServerModels"]),
        .library(name: "BoardStore", targets: ["BoardStore"]),
        .library(name: "BoardServer", targets: ["BoardServer"]),
        .library(name: "BoardClient", targets: ["BoardClient"]),
        .library(name: "XMLRPCClient", targets: ["XMLRPCClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Floor 0: values and bytes.
        .target(name: "MessageBoard", swiftSettings: settings),
        .target(name: "BoardConformance", dependencies: ["MessageBoard"], swiftSettings: settings),
        .target(name: "Base64", swiftSettings: settings),
        .target(name: "SeededRandom", swiftSettings: settings),
        .target(name: "BoardWire", dependencies: ["MessageBoard", "Base64"], swiftSettings: settings),
        .target(name: "XMLRPC", dependencies: ["Base64"], swiftSettings: settings),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "PyroWire", dependencies: ["Base64", "CZlib"], swiftSettings: settings),
        // Floor 1: disks and threads.
        .target(
            name: "BoardStore", dependencies: ["MessageBoard", deque, grdb, heap, lifecycle, logging, sqlite],
            swiftSettings: settings),
        .target(name: "Multicast", dependencies: [nioCore, nioPosix], swiftSettings: settings),
        .target(name: "CLinux"),
        .target(name: "CDistributedFunctions"),
        .target(
            name: "ServerModels", dependencies: ["CLinux", bigInt, deque, logging, nioCore, nioExtras, nioPosix],
            swiftSettings: settings),
        .target(
            name: "XMLRPCClient",
            dependencies: ["XMLRPC", asyncHTTPClient, nioCompression, nioCore, nioHTTP1, nioPosix, nioSSL],
            swiftSettings: settings),
        .target(
            name: "RemoteObjects",
            dependencies: [
                "CDistributedFunctions", "PyroWire", deque, grdb, lifecycle, logging, nioCore, nioPosix, nioSSL,
            ],
            swiftSettings: settings),
        // Floor 2: sockets.
        .target(
            name: "BoardServer",
            dependencies: [
                "MessageBoard", "BoardWire", "Multicast", "PyroWire", "RemoteObjects", "ServerModels", "XMLRPC",
                httpTypes, hummingbird, hummingbirdCore, lifecycle, logging, nioCompression, nioCore, nioHTTP1,
                nioHTTPTypes,
                nioHTTPTypesHTTP1, nioPosix,
            ],
            swiftSettings: settings),
        .target(
            name: "BoardClient",
            dependencies: [
                "MessageBoard", "BoardWire", "Multicast", "PyroWire", "RemoteObjects", "XMLRPC", "XMLRPCClient",
                nioCore,
                nioPosix,
            ],
            swiftSettings: settings),
        .target(
            name: "Downloads", dependencies: [asyncHTTPClient, nioCore, nioHTTP1, nioPosix], swiftSettings: settings),
        // Floor 3: people.
        .target(
            name: "Lab", dependencies: ["SeededRandom", "ServerModels", heap, histogram, logging, nioCore, nioPosix],
            swiftSettings: settings),
        .executableTarget(
            name: "mboard",
            dependencies: [
                "MessageBoard", "BoardWire", "BoardStore", "BoardServer", "BoardClient", "Downloads", "Lab",
                "PyroWire", "RemoteObjects", "ServerModels",
                argumentParser, histogram, lifecycle, logging, nioCore, nioPosix, signals, yams,
            ],
            swiftSettings: settings),
        // The example programs of Examples/XMLRPC: here, so that what they stand on is built once.
        .executableTarget(
            name: "XMLRPCExampleServer", dependencies: ["XMLRPC", argumentParser, hummingbird, logging, nioCore],
            path: "Examples/XMLRPC/Server", swiftSettings: settings),
        .executableTarget(
            name: "XMLRPCExampleClient", dependencies: ["XMLRPC", "XMLRPCClient", argumentParser],
            path: "Examples/XMLRPC/Client", swiftSettings: settings),
        // Those of Examples/RemoteObjects.
        .target(
            name: "RemoteObjectsExampleInterface", dependencies: ["RemoteObjects"],
            path: "Examples/RemoteObjects/Interface", swiftSettings: settings),
        .executableTarget(
            name: "RemoteObjectsExample", dependencies: ["PyroWire", "RemoteObjects", "RemoteObjectsExampleInterface"],
            path: "Examples/RemoteObjects/Program", swiftSettings: settings),
        .testTarget(name: "ArchitectureTests", swiftSettings: settings),
        .testTarget(
            name: "MessageBoardTests", dependencies: ["MessageBoard", "BoardConformance"], swiftSettings: settings),
        .testTarget(
            name: "BoardWireTests", dependencies: ["Base64", "BoardWire", "SeededRandom"], resources: [.copy("Corpus")],
            swiftSettings: settings),
        .testTarget(
            name: "XMLRPCTests", dependencies: ["XMLRPC", "SeededRandom"], resources: [.copy("Corpus")],
            swiftSettings: settings),
        .testTarget(
            name: "PyroWireTests", dependencies: ["PyroWire", "SeededRandom"], resources: [.copy("Corpus")],
            swiftSettings: settings),
        .testTarget(
            name: "XMLRPCClientTests", dependencies: ["XMLRPC", "XMLRPCClient", nioCore, nioPosix],
            resources: [.copy("tls_server.py")], swiftSettings: settings),
        // Writes again what Python's Pyro5 wrote: for Tests/Interop/test_pyro_wire.py.
        .executableTarget(
            name: "PyroDump", dependencies: ["PyroWire"], path: "Tests/PyroDump", swiftSettings: settings),
        // A process of its own for tests: what a crash, a limit or a stop leaves is seen from outside.
        .executableTarget(
            name: "ServerForTests", dependencies: ["ServerModels", logging], path: "Tests/ServerForTests",
            swiftSettings: settings),
        .testTarget(
            name: "ServerModelsTests",
            dependencies: ["ServerForTests", "ServerModels", "SeededRandom", bigInt, logging],
            swiftSettings: settings),
        // Objects for RemoteObjectsTests, and for Pyro5 in Tests/Interop. The compiler wants a protocol and who calls it in two modules.
        .target(
            name: "PyroPartnerInterface", dependencies: ["PyroWire", "RemoteObjects"],
            path: "Tests/PyroPartnerInterface",
            swiftSettings: settings),
        .executableTarget(
            name: "PyroPartner", dependencies: ["PyroPartnerInterface", "PyroWire", "RemoteObjects", nioSSL],
            path: "Tests/PyroPartner", swiftSettings: settings),
        .testTarget(
            name: "RemoteObjectsTests",
            dependencies: [
                "PyroPartner", "PyroPartnerInterface", "PyroWire", "RemoteObjects", lifecycle, logging, nioCore,
                nioPosix,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "BoardStoreTests", dependencies: ["BoardStore", "BoardConformance", grdb, logging],
            swiftSettings: settings),
        .testTarget(
            name: "BoardServerTests",
            dependencies: [
                "BoardServer", "BoardClient", "MessageBoard", "PyroWire", "RemoteObjects", "XMLRPC", logging, lifecycle,
                nioCore, nioEmbedded,
                nioHTTP1,
                nioPosix,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "BoardClientTests",
            dependencies: [
                "BoardClient", "BoardWire", "MessageBoard", "SeededRandom", "XMLRPC", "XMLRPCClient", nioCore,
                nioEmbedded,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "LabTests", dependencies: ["Lab", "ServerModels", logging, nioCore], swiftSettings: settings),
        .testTarget(
            name: "CommandTests", dependencies: ["mboard", "MessageBoard", "SeededRandom"], swiftSettings: settings),
        .testTarget(name: "DownloadsTests", dependencies: ["Downloads"], swiftSettings: settings),
        .testTarget(
            name: "DiscoveryTests",
            dependencies: [
                "BoardServer", "BoardClient", "BoardWire", "MessageBoard", "Multicast", lifecycle, logging, nioCore,
                nioEmbedded,
                nioPosix,
            ],
            swiftSettings: settings),
    ]
)
