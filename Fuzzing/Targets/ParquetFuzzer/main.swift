internal import Effects
internal import Foundation
internal import Parquet
internal import SystemPackage

/// libFuzzer's own loop, which its archive without a `main` has.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// What the bytes are given to: ALMANAC_FUZZ_TARGET names one of these.
private let targets: [String: @Sendable ([UInt8]) throws -> Void] = [
    "footer": Probe.footer,
    "header": Probe.header,
    "hybrid": Probe.hybrid,
    "values": Probe.values,
    "codec": Probe.codec,
    "file": { WholeFile.read($0) },
    "structure": { try structure($0) },
]

/// Sound files that `structure` changes: our own writer's, and those of the folder that ALMANAC_FUZZ_FILES names.
private let models: [FileModel] = {
    var files = OwnFiles.all
    precondition(files.count == 4, "our own files can't be written")
    if let folder = ProcessInfo.processInfo.environment["ALMANAC_FUZZ_FILES"] {
        let store = DiskFileStore()
        for name in (try? store.names(in: FilePath(folder))) ?? [] where name.hasSuffix(".parquet") {
            guard let file = try? store.open(FilePath(folder).appending(name)), file.size < 200_000 else { continue }
            if let bytes = try? file.read(at: 0, count: Int(file.size)), bytes.count >= 12 { files.append(bytes) }
        }
    }
    return files.compactMap { try? FileModel($0) }
}()

@Sendable private func structure(_ bytes: [UInt8]) throws {
    var choices = Choices(bytes)
    var model = models[choices.below(models.count)]
    model.change(&choices)
    let file = model.encoded(&choices)
    // A finding is kept as the file that it makes: ALMANAC_FUZZ_KEEP says where.
    if let path = ProcessInfo.processInfo.environment["ALMANAC_FUZZ_KEEP"] {
        try Data(file).write(to: URL(fileURLWithPath: path))
    }
    WholeFile.read(file)
}

private let target: @Sendable ([UInt8]) throws -> Void = {
    let name = ProcessInfo.processInfo.environment["ALMANAC_FUZZ_TARGET"] ?? ""
    guard let target = targets[name] else {
        FileHandle.standardError.write(
            Data("ALMANAC_FUZZ_TARGET is one of \(targets.keys.sorted().joined(separator: ", "))\n".utf8))
        exit(64)
    }
    return target
}()

var count = CommandLine.argc
unsafe withUnsafeMutablePointer(to: &count) { count in
    var arguments = unsafe CommandLine.unsafeArgv
    let status = unsafe withUnsafeMutablePointer(to: &arguments) { arguments in
        unsafe runDriver(count, arguments) { bytes, length in
            unsafe try? target(Array(UnsafeBufferPointer(start: bytes, count: length)))
            return 0
        }
    }
    exit(status)
}
