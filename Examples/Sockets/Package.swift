// swift-tools-version: 6.2
import PackageDescription

// The socket demonstrations of the lecture notes' chapter 2, a program each: a package of its own, so that a build of mboard
// never pays for them.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let plain = [
    "half-close-client",
    "half-close-server",
    "multicast-receive",
    "multicast-send",
    "tcp-accept",
    "tcp-bind",
    "tcp-connect",
    "tcp-create",
    "tcp-listen",
    "tcp-receive",
    "tcp-send",
    "udp-bind",
    "udp-create",
    "udp-receive",
    "udp-receive-big",
    "udp-receive-ordered",
    "udp-send",
    "udp-send-big",
    "udp-send-ordered",
    "udp-send-unbound",
]

let nio = [
    "nio-half-close-server",
    "nio-multicast",
    "nio-udp-echo",
]

let package = Package(
    name: "sockets",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2")
    ],
    targets: [.target(name: "PlainSockets", swiftSettings: settings)]
        + plain.map { .executableTarget(name: $0, dependencies: ["PlainSockets"], swiftSettings: settings) }
        + nio.map {
            .executableTarget(
                name: $0,
                dependencies: [
                    "PlainSockets", .product(name: "NIOCore", package: "swift-nio"),
                    .product(name: "NIOPosix", package: "swift-nio"),
                ],
                swiftSettings: settings)
        }
)
