internal import CShims

/// One thread at a time is inside of Cairo and Pango.
///
/// Cairo 1.16 keeps its font faces, scaled fonts and FreeType library for all threads together. Its own locks are not
/// enough: parallel runs have crashed inside of it. A page costs milliseconds, so waiting costs little; the lock may be
/// taken again by the thread that holds it.
enum DrawingLock {
    static func take() { almanac_drawing_lock() }
    static func release() { almanac_drawing_unlock() }
}
