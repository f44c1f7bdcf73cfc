/// A file beside a page.
package struct PageLink: Sendable, Equatable {
    /// Its name in the page's folder.
    package var name: String
    /// In bytes.
    package var size: Int64
    /// The folder in which it lies, seen from the page; nil where that is the page's own.
    package var folder: String?

    package init(name: String, size: Int64, folder: String? = nil) {
        self.name = name
        self.size = size
        self.folder = folder
    }

    /// Its format: `pdf`, `xlsx`, `csv`.
    var format: String { String(name.reversed().prefix { $0 != "." }.reversed()) }

    /// The name as a part of an address: RFC 3986, section 2.3, all else in hexadecimal.
    var address: String { (folder.map { $0.asPathSegment + "/" } ?? "") + name.asPathSegment }
}

extension String {
    /// As one segment of an address's path.
    var asPathSegment: String {
        var result = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}
