import AlmanacTesting
import Effects
import SystemPackage
import Testing

/// The twin's own promises: what a power cut takes, what a failed sync means, how calls are counted.
@Suite struct SimulatedFileStoreTests {
    private func write(_ store: SimulatedFileStore, _ path: FilePath, sync: Bool, syncFolder: Bool) throws {
        let file = try store.create(path)
        try file.write(Array("0123456789".utf8).span)
        if sync { try file.sync() }
        try file.close()
        if syncFolder { try store.syncFolder("/") }
    }

    @Test func aPowerCutTakesWhatWasNotSynced() throws {
        let store = SimulatedFileStore()
        try write(store, "/neither", sync: false, syncFolder: false)
        try write(store, "/file-alone", sync: true, syncFolder: false)
        let copy = store.copy()
        copy.powerCut()
        #expect(copy.paths() == [])
        try store.syncFolder("/")
        store.powerCut()
        #expect(store.paths() == ["/file-alone", "/neither"])
        #expect(try store.contents(of: "/file-alone").count == 10)
        #expect(try store.contents(of: "/neither").isEmpty)
    }

    @Test func aPowerCutThatLosesSomeLeavesEveryMixture() throws {
        var sizes: Set<Int> = []
        for seed in 0..<200 {
            let store = SimulatedFileStore()
            try write(store, "/a", sync: false, syncFolder: true)
            try store.rename("/a", to: "/b")
            store.powerCut(.losingSome(seed: UInt64(seed)))
            let path = try #require(store.paths().first)
            #expect(store.paths().count == 1, "a rename is kept or lost as a whole")
            sizes.insert(try store.contents(of: path).count)
        }
        #expect(sizes == Set(0...10))
    }

    @Test func bytesOfAFailedSyncAreNeverKept() throws {
        let store = SimulatedFileStore()
        store.plan([SimulatedFault(.error(5), at: 3)])
        let file = try store.create("/a")
        try file.write([1].span)
        #expect(throws: FileError.self) { try file.sync() }
        try file.sync()
        try store.syncFolder("/")
        store.powerCut()
        #expect(try store.contents(of: "/a").isEmpty)
    }

    @Test func aCrashEndsEveryCallAndARestartSeesWhatWasWritten() throws {
        let store = SimulatedFileStore()
        store.crash(at: 2)
        let file = try store.create("/a")
        #expect(throws: FileError.self) { try file.write([1, 2, 3, 4].span) }
        #expect(store.isDown)
        #expect(throws: FileError.self) { try store.names(in: "/") }
        store.restart()
        #expect(try store.contents(of: "/a") == [1, 2])
        #expect(throws: FileError.self) { try file.write([5].span) }
    }

    @Test func callsAreCounted() throws {
        let store = SimulatedFileStore()
        try store.makeFolder("/a/b")
        #expect(store.count(of: .makeFolder) == 2)
        #expect(store.count(of: .syncFolder) == 2)
        #expect(store.trace == ["makeFolder /a", "syncFolder /", "makeFolder /a/b", "syncFolder /a"])
        store.plan([SimulatedFault(.error(5), at: 2, amongMutating: false)])
        _ = try store.names(in: "/a")
        #expect(throws: FileError.self) { try store.names(in: "/a") }
    }

    @Test func openFilesAreCountedAndLimited() throws {
        let store = SimulatedFileStore()
        try write(store, "/a", sync: true, syncFolder: true)
        store.limit(openFiles: 1)
        do {
            let open = try store.open("/a")
            let error = #expect(throws: FileError.self) { try store.open("/a") }
            #expect(error?.code == .tooManyOpenFiles)
            #expect(open.size == 10)
        }
        #expect(store.openFileCount == 0)
        #expect(try store.open("/a").size == 10)
    }
}

@Suite struct SimulatedTimeTests {
    @Test func timePassesOnlyWhenSomebodySleeps() {
        let clock = SimulatedClock(microsecondsSinceEpoch: 1_000)
        clock.sleep(nanoseconds: 2_500)
        #expect(clock.microsecondsSinceEpoch() == 1_002)
        #expect(clock.monotonicNanoseconds() == 2_500)
        clock.set(microsecondsSinceEpoch: -5)
        #expect(clock.microsecondsSinceEpoch() == -5)
        #expect(clock.monotonicNanoseconds() == 2_500)
    }

    @Test func theSeedDecides() {
        let (one, same, other) = (SeededRandom(seed: 1), SeededRandom(seed: 1), SeededRandom(seed: 2))
        let bits = (0..<5).map { _ in one.nextBits() }
        #expect(bits == (0..<5).map { _ in same.nextBits() })
        #expect(bits != (0..<5).map { _ in other.nextBits() })
        // The reference implementation's first values for the seed 1234567.
        var generator = SeededGenerator(seed: 1_234_567)
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
    }

    @Test func aSimulatedProgramAnswersAndIsNoted() throws {
        let runner = SimulatedProcessRunner { command throws(ProcessError) in
            ProcessResult(exitCode: 0, output: command.arguments.joined(separator: " "), errors: "")
        }
        #expect(try runner.run(ProcessCommand("echo", ["a", "b"])).output == "a b")
        #expect(runner.commands.map(\.program) == ["echo"])
        #expect(throws: ProcessError.self) { try SimulatedProcessRunner().run(ProcessCommand("echo", [])) }
    }
}
