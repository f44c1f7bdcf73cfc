import Columnar
import Effects
import Foundation
import SystemPackage

/// Readers and writers of Delta tables that we did not write: delta-rs, and Polars and DuckDB where they are there.
enum DeltaOracle {
    static let python = ProcessInfo.processInfo.environment["ALMANAC_ORACLE_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }
    static let hasPolars = has("polars")
    static let hasDuckDB = has("duckdb_extension_delta")
    static let hasSail = has("pysail.spark, pyspark.sql.connect.session")

    struct Failure: Error, CustomStringConvertible { let description: String }

    private static func has(_ module: String) -> Bool {
        guard let python else { return false }
        let command = ProcessCommand(python, ["-c", "\(asFile)import \(module)"])
        return (try? SystemProcessRunner().run(command))?.exitCode == 0
    }

    /// Spark's client takes a main program without a file for a doctest of its own, and ends it.
    private static let asFile = "__file__ = 'oracle'\n"

    /// Runs a program after the common part.
    static func run(_ program: String, _ arguments: [String]) throws -> String {
        let result = try SystemProcessRunner().run(
            ProcessCommand(python ?? "", ["-c", asFile + common + program + ending] + arguments))
        guard result.exitCode == 0 else { throw Failure(description: result.errors) }
        return result.output
    }

    /// Rows as the program printed them.
    static func rows(_ program: String, _ arguments: [String]) throws -> [[String?]] {
        try JSONDecoder().decode([[String?]].self, from: Data(try run(program, arguments).utf8))
    }

    /// One text for a value, whichever library read it; the twin of `text` below.
    private static let common = #"""
        import datetime, decimal, json, sys
        EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        def text(v):
            if v is None: return None
            if isinstance(v, bool): return "true" if v else "false"
            if isinstance(v, float): return "nan" if v != v else v.hex()
            if isinstance(v, bytes): return v.hex()
            if isinstance(v, decimal.Decimal): return format(v, "f")
            if isinstance(v, datetime.datetime):
                v = v if v.tzinfo else v.replace(tzinfo=datetime.timezone.utc)
                return str((v - EPOCH) // datetime.timedelta(microseconds=1))
            if isinstance(v, datetime.date): return str(v.toordinal() - datetime.date(1970, 1, 1).toordinal())
            if isinstance(v, dict): return "{" + ",".join(str(text(x)) for x in v.values()) + "}"
            if isinstance(v, list): return "[" + ",".join(
                text(x[0]) + "=" + str(text(x[1])) if isinstance(x, tuple) else str(text(x)) for x in v) + "]"
            return str(v)
        def show(rows): print(json.dumps([[text(v) for v in row] for row in rows]))

        """#

    /// A connection of DuckDB with its delta extension, as the wheel on PyPI brings it.
    static let duckDB = """
        import duckdb, duckdb_extension_delta, glob, os
        connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
        folder = os.path.dirname(duckdb_extension_delta.__file__)
        connection.execute("load '%s'" % glob.glob(folder + "/extensions/*/delta.duckdb_extension")[0])
        connection.execute("set timezone = 'UTC'")

        """

    /// A session of Sail, which speaks Spark Connect.
    static let sail = """
        import logging, os
        os.environ["RUST_LOG"] = "error"
        from pysail.spark import SparkConnectServer
        server = SparkConnectServer()
        server.start(background=True)
        from pyspark.sql import SparkSession
        spark = SparkSession.builder.remote("sc://localhost:%d" % server.listening_address[1]).getOrCreate()
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        os.environ["TZ"] = "UTC"
        import time
        time.tzset()

        """

    /// Ends at once: the threads of some engines abort now and then while Python takes itself down.
    private static let ending = "\nimport os\nsys.stdout.flush()\nos._exit(0)\n"

    static func text(_ value: Scalar) -> String? {
        switch value {
        case .null: nil
        case .bool(let value): value ? "true" : "false"
        case .int(let value), .timestamp(let value): String(value)
        case .unsigned(let value): String(value)
        case .date(let value): String(value)
        case .decimal(let value): value.description
        case .float(let value): hexadecimal(Double(value))
        case .double(let value): hexadecimal(value)
        case .text(let value): value
        case .binary(let bytes): bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        case .list(let values): "[" + values.map { text($0) ?? "None" }.joined(separator: ",") + "]"
        case .structure(let values): "{" + values.map { text($0) ?? "None" }.joined(separator: ",") + "}"
        case .map(let entries):
            "[" + entries.map { "\(text($0.key) ?? "")=\(text($0.value) ?? "None")" }.joined(separator: ",") + "]"
        }
    }

    /// Python's `float.hex`.
    private static func hexadecimal(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let sign = value.sign == .minus ? "-" : ""
        if value == 0 { return "\(sign)0x0.0p+0" }
        let bits = value.significandBitPattern
        let digits = String(bits, radix: 16)
        let padded = String(repeating: "0", count: 13 - digits.count) + digits
        let exponent = value.isNormal ? Int(value.exponent) : -1_022
        return "\(sign)0x\(value.isNormal ? 1 : 0).\(padded)p\(exponent < 0 ? "" : "+")\(exponent)"
    }
}
