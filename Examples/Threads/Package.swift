// swift-tools-version: 6.2
import PackageDescription

// The programs of the lecture notes' chapter 3, a program each: a package of its own, so that a build of mboard never pays for
// them, and with no dependency, so that it builds in seconds.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let programs = [
    "process-work",
    "thread-argument",
    "thread-condition",
    "thread-create",
    "thread-daemon",
    "thread-event",
    "thread-join",
    "thread-lock",
    "thread-log",
    "thread-names",
    "thread-start",
]

let package = Package(
    name: "threads",
    platforms: [.macOS(.v15)],
    targets: [.target(name: "NamedThreads", swiftSettings: settings)]
        + programs.map { .executableTarget(name: $0, dependencies: ["NamedThreads"], swiftSettings: settings) }
)
