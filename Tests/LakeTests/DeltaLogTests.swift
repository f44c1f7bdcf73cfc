import Columnar
import Lake
import Testing

@Suite struct DeltaLogTests {
    private let metadata = DeltaMetadata(id: "i", schemaText: #"{"type":"struct","fields":[]}"#)

    private func file(_ path: String, size: Int64 = 1) -> AddedFile {
        AddedFile(path: path, size: size, modifiedMilliseconds: 5)
    }

    @Test func actionsComeBackFromTheirLines() throws {
        let actions: [DeltaAction] = [
            .commitInfo(.object(["timestamp": .integer(1), "x": .array([.null])])),
            .protocol(.ours),
            .protocol(DeltaProtocol(readerVersion: 3, writerVersion: 7, readerFeatures: ["a"], writerFeatures: ["b"])),
            .metadata(
                DeltaMetadata(
                    id: "i", name: "n", description: "d", schemaText: "s", partitionColumns: ["p"],
                    configuration: ["k": "v"], createdMilliseconds: 7)),
            .transaction(DeltaTransaction(application: "orders", version: .max, updatedMilliseconds: 9)),
            .add(
                AddedFile(
                    path: "a%20b", partitionValues: ["p": nil, "q": "1"], size: .max, modifiedMilliseconds: 3,
                    statisticsText: #"{"numRecords":1}"#, tags: ["almanac.rows": "1"])),
            .remove(
                RemovedFile(
                    path: "a", deletedMilliseconds: 4, partitionValues: ["p": "x"], size: 8, tags: ["k": "v"])),
        ]
        let bytes = DeltaLog.bytes(actions)
        #expect(try DeltaLog.actions(bytes, version: 0) == actions)
        #expect(DeltaLog.bytes(try DeltaLog.actions(bytes, version: 0)) == bytes)
    }

    @Test func theLinesAreCanonical() {
        let add = DeltaAction.add(
            AddedFile(path: "f", size: 10, modifiedMilliseconds: 20, statisticsText: "{}", tags: ["t": "u"]))
        #expect(
            String(decoding: DeltaLog.bytes([add, .protocol(.ours)]), as: UTF8.self) == """
                {"add":{"dataChange":true,"modificationTime":20,"partitionValues":{},"path":"f","size":10,"stats":"{}","tags":{"t":"u"}}}
                {"protocol":{"minReaderVersion":1,"minWriterVersion":2}}

                """)
    }

    @Test func unknownMembersAndActionsAreSkipped() throws {
        let text = """
            {"protocol":{"minReaderVersion":1,"minWriterVersion":2,"future":{"a":1}}}
            {"cdc":{"path":"x","size":1,"dataChange":false,"partitionValues":{}}}

            {"add":null,"txn":{"appId":"a","version":1,"more":[]}}
            """
        let actions = try DeltaLog.actions(Array(text.utf8), version: 3)
        #expect(actions == [.protocol(.ours), .transaction(DeltaTransaction(application: "a", version: 1))])
    }

    @Test(arguments: [
        #"{"add":{"path":"x"}}"#, #"{"add":{"path":1,"size":1,"modificationTime":1,"dataChange":true}}"#,
        #"{"add":{"path":"x","size":1.5,"modificationTime":1,"dataChange":true}}"#,
        #"{"add":{"path":"x","size":9223372036854775808,"modificationTime":1,"dataChange":true}}"#,
        #"{"txn":{"appId":"x"}}"#, #"{"metaData":{"id":"x"}}"#, #"{"protocol":{"minReaderVersion":"1"}}"#, "[]", "{",
        #"{"add":{"path":"x","size":1,"modificationTime":1,"dataChange":true,"partitionValues":{"a":1}}}"#,
    ])
    func aLineThatIsNoActionIsDamage(line: String) {
        let error = #expect(throws: LakeError.self) { try DeltaLog.actions(Array(line.utf8), version: 3) }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("version 3, line 1") == true)
    }

    @Test func aDeletionVectorIsRefusedByName() {
        let line = #"{"add":{"path":"x","size":1,"modificationTime":1,"dataChange":true,"deletionVector":{}}}"#
        let error = #expect(throws: LakeError.self) { try DeltaLog.actions(Array(line.utf8), version: 0) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("deletionVectors") == true)
    }

    @Test func replayIsAFold() throws {
        var replay = DeltaReplay()
        try replay.apply([.protocol(.ours), .metadata(metadata), .add(file("a")), .add(file("b"))], version: 0)
        try replay.apply([.add(file("c")), .transaction(.init(application: "x", version: 4))], version: 1)
        #expect(replay.activeFiles.map(\.path) == ["a", "b", "c"])
        // The order of lines within a version means nothing; a removed file may come back.
        try replay.apply(
            [.add(file("b", size: 9)), .remove(RemovedFile(file("a"))), .remove(RemovedFile(file("b")))], version: 2)
        #expect(replay.activeFiles.map(\.path) == ["b", "c"])
        #expect(replay.activeFiles.map(\.size) == [9, 1])
        #expect(replay.transactions["x"]?.version == 4)
        // A path is known by what it means, not by how it is written.
        try replay.apply([.remove(RemovedFile(file("%63")))], version: 3)
        #expect(replay.activeFiles.map(\.path) == ["b"])
    }

    @Test func aGapOrAFirstVersionWithoutMetadataIsDamage() throws {
        var replay = DeltaReplay()
        #expect(throws: LakeError.self) { try replay.apply([.add(file("a"))], version: 0) }
        replay = DeltaReplay()
        try replay.apply([.protocol(.ours), .metadata(metadata)], version: 0)
        #expect(throws: LakeError.self) { try replay.apply([], version: 2) }
        #expect(throws: LakeError.self) { try replay.apply([.add(file("a")), .add(file("a"))], version: 1) }
    }
}

extension RemovedFile {
    fileprivate init(_ file: AddedFile) { self.init(path: file.path, deletedMilliseconds: 1) }
}
