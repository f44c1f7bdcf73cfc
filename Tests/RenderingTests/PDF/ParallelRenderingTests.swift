import Formatting
import Foundation
import Rendering
import Report
import Testing

/// Workers render at the same time, each on its own thread with its own fonts. Cairo 1.16 keeps its font caches for
/// all threads together; a lock in PDFCanvas lets in one at a time.
@Suite struct ParallelRenderingTests {
    @Test func workersOnThreadsOfTheirOwnMakeTheSameBytes() async throws {
        let names = ["rich", "negative", "arabic", "japanese", "one-row"]
        let documents = SampleDocuments.all.filter { names.contains($0.name) }.map(\.document)
        let expected = try documents.map(Self.render)
        let same = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try (0..<4).allSatisfy { _ in
                        try zip(documents, expected).allSatisfy { try Self.render($0) == $1 }
                    }
                }
            }
            return try await group.reduce(true) { $0 && $1 }
        }
        #expect(same)
    }

    private static func render(_ document: ReportDocument) throws -> [UInt8] {
        let formatter = ValueFormatter(
            locale: document.presentation.locale, currency: document.presentation.currency)
        return try PDFRenderer(fontConfiguration: nil).render(document, formatter: formatter)
    }
}
