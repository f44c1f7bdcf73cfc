extension String {
    /// The text without what would not print or would disturb its surroundings: control characters become spaces;
    /// explicit bidirectional overrides and isolates, which could turn a neighbour's digits around, are left out.
    ///
    /// Joiners stay: Persian, Devanagari and emoji need them.
    package var printable: String {
        var isClean = true
        for scalar in unicodeScalars where scalar.isControl || scalar.isDirectionControl {
            isClean = false
            break
        }
        if isClean { return self }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars where !scalar.isDirectionControl {
            result.append(scalar.isControl ? " " : scalar)
        }
        return String(result)
    }
}

extension Unicode.Scalar {
    /// C0 and C1 controls, the line and paragraph separators, the byte order mark and noncharacters.
    fileprivate var isControl: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFDD0...0xFDEF: true
        default: value & 0xFFFE == 0xFFFE
        }
    }

    /// Embeddings, overrides and isolates.
    fileprivate var isDirectionControl: Bool {
        switch value {
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
