internal import Columnar

/// Texts of a part of an action.
struct TextPart {
    private var builder = BytesBuilder()

    mutating func append(_ text: String?) throws(LakeError) {
        guard let text else { return builder.appendNull() }
        guard builder.append(text) else {
            throw LakeError(.unsupported, "can't write a checkpoint: a part above 2 GiB")
        }
    }

    mutating func finish() -> Column {
        let (values, validity) = builder.finish()
        return Column(.text, validity: validity, .bytes(values))
    }
}

/// Integers of a part of an action.
struct IntegerPart {
    private var builder = FixedBuilder<Int64>(filler: 0)

    mutating func append(_ value: Int64?) { if let value { builder.append(value) } else { builder.appendNull() } }

    mutating func finish() -> Column {
        let (values, validity) = builder.finish()
        return Column(.int64, validity: validity, .int64(values))
    }
}

/// Maps of texts, sorted by key, so that the same table gives the same bytes.
struct MapPart {
    private var offsets: [Int32] = [0]
    private var keys = TextPart()
    private var values = TextPart()
    private var count: Int32 = 0

    mutating func append(_ map: [String: String?]) throws(LakeError) {
        for (key, value) in map.sorted(by: { $0.key < $1.key }) {
            try keys.append(key)
            try values.append(value)
            count += 1
        }
        offsets.append(count)
    }

    mutating func finish() -> Column {
        Column(
            CheckpointSchema.texts, .map(offsets: Buffer(offsets), keys: keys.finish(), values: values.finish()))
    }
}
