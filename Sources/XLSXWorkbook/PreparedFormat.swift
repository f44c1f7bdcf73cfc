internal import CXlsxWriter

/// A look of one file's cells, found once: comparing a look for each cell would take longer than writing it.
@safe
package struct PreparedFormat {
    let handle: UnsafeMutablePointer<lxw_format>?
    /// The file that owns it; sheets of others refuse it.
    let file: ObjectIdentifier

    init(handle: UnsafeMutablePointer<lxw_format>?, file: ObjectIdentifier) {
        unsafe self.handle = handle
        self.file = file
    }
}
