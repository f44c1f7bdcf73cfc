/// What can go wrong inside of a computation over columns; whoever evaluates the expression adds its place.
package enum KernelError: Error, Sendable, Equatable {
    /// A result that its type cannot hold.
    case overflow(String)
    case divisionByZero
    /// A value that is none of the type asked for.
    case badCast(String)
    /// An argument outside of a function's domain.
    case invalidArgument(String)
    /// More than 2 GiB of text or list elements in one batch.
    case tooLarge
}
