/// The calls on a simulated file store, as they are counted and made to fail.
package enum SimulatedCall: String, Sendable, CaseIterable {
    case open, read, names, status, lock, freeBytes
    case create, write, sync, close, link, rename, remove, syncFolder, syncVolume, makeFolder, removeFolder

    /// Whether the call changes what is on the disk, or makes it durable: a crash is told apart there.
    package var isMutating: Bool {
        switch self {
        case .open, .read, .names, .status, .lock, .freeBytes: false
        case .create, .write, .sync, .close, .link, .rename, .remove, .syncFolder, .syncVolume, .makeFolder,
            .removeFolder:
            true
        }
    }
}

/// What happens at one call of a simulated file store.
package struct SimulatedFault: Sendable, Equatable {
    /// The ways in which a call can go wrong.
    package enum Kind: Sendable, Equatable {
        /// Nothing happens, and the system's error number is told.
        case error(Int32)
        /// The call takes effect, and yet this error number is told: a reply that got lost.
        case errorAfterEffect(Int32)
        /// A write leaves the first half of its bytes and then tells this error number; another call as `error`.
        case short(Int32)
        /// The process ends here: a write leaves half of its bytes, and no later call gets through.
        case crash
    }

    /// The number of the call, from 1 on.
    package let call: Int
    /// Whether only mutating calls are counted.
    package let amongMutating: Bool
    /// What goes wrong.
    package let kind: Kind

    /// - Parameters:
    ///   - kind: what goes wrong.
    ///   - call: the number of the call from now on, the first being 1.
    ///   - amongMutating: whether calls that only read are left out of the count.
    package init(_ kind: Kind, at call: Int, amongMutating: Bool = true) {
        self.kind = kind
        self.call = call
        self.amongMutating = amongMutating
    }
}

/// What a power cut leaves of the things that were not synced.
package enum PowerCut: Sendable, Equatable {
    /// Nothing: the least that a disk owes.
    case losingAll
    /// Everything: the disk was quicker than it had to be.
    case losingNothing
    /// For each file some first part of its new bytes, for each folder some of its changed names, by this seed.
    case losingSome(seed: UInt64)
}
