package import Query

/// Engines that models may run on besides this one.
package enum OtherEngine: String, Sendable, CaseIterable {
    case postgres = "PostgreSQL"
    case duckdb = "DuckDB"
    case spark = "Spark"
}

/// What a model uses that another engine lacks, or answers otherwise. Only models without any are promised to other
/// engines; `:name` parameters are the caller's to fill in everywhere.
package struct PortabilityFinding: Sendable, Hashable {
    /// The model.
    package let model: String
    /// The engines.
    package let engines: [OtherEngine]
    /// What, and what to write instead.
    package let message: String
    /// Where it stands: `models/x.sql:9:15`.
    package let place: String
}

/// Looks through models for what PostgreSQL 15, DuckDB 2 or Spark 4 do not have.
package enum PortabilityCheck {
    /// The findings of a model, in the order of its text; a word that is used several times is told once.
    package static func findings(in model: ModelDefinition) -> [PortabilityFinding] {
        var seen: Set<String> = []
        return model.references.words.compactMap { word in
            guard let rule = rule(for: word), seen.insert(rule.message).inserted else { return nil }
            let place = model.query.place(of: word.range.start)
            return PortabilityFinding(
                model: model.name, engines: rule.engines, message: rule.message,
                place: "\(model.query.name):\(place.line):\(place.column)")
        }
    }

    private struct Rule {
        let engines: [OtherEngine]
        let message: String

        init(_ engines: [OtherEngine], _ message: String) {
            self.engines = engines
            self.message = message
        }
    }

    private static func rule(for word: QueryReferences.Word) -> Rule? {
        switch word.kind {
        case .function: functions[word.text]
        case .tableFunction:
            // Those that others have are few; all else is one of analytics.
            tables[word.text] ?? Rule(OtherEngine.allCases, "'\(word.text)' is an operator of Almanac's own")
        case .clause: clauses[word.text]
        case .operator: operators[word.text]
        case .join: joins[word.text]
        case .type: types[word.text]
        }
    }

    private static let own = "is a function of Almanac's own"

    private static let functions: [String: Rule] = {
        var rules: [String: Rule] = [
            "local_date": Rule(
                OtherEngine.allCases,
                "'local_date' \(own): CAST(x AT TIME ZONE tz AS date) is PostgreSQL's and DuckDB's"),
            "try_cast": Rule([.postgres], "TRY_CAST is not in PostgreSQL"),
            "to_char": Rule([.duckdb], "'to_char' is not in DuckDB: strftime there"),
            "date_bin": Rule([.duckdb, .spark], "'date_bin' is in PostgreSQL alone: date_trunc"),
            "initcap": Rule([.duckdb], "'initcap' is not in DuckDB"),
            "regexp_like": Rule([.duckdb], "'regexp_like' is not in DuckDB: regexp_matches there"),
            "arg_max": Rule([.postgres, .spark], "'arg_max' is DuckDB's: max_by in Spark, DISTINCT ON in PostgreSQL"),
            "arg_min": Rule([.postgres, .spark], "'arg_min' is DuckDB's: min_by in Spark, DISTINCT ON in PostgreSQL"),
            "string_agg": Rule([.spark], "'string_agg' is 'listagg' in Spark"),
            "quantile_cont": Rule([.postgres, .spark], "'quantile_cont' is DuckDB's: percentile_cont WITHIN GROUP"),
            "approx_count_distinct": Rule([.postgres], "'approx_count_distinct' is not in PostgreSQL"),
        ]
        for name in ["period_start", "period_end", "period_label", "fiscal_year", "is_holiday"] {
            rules[name] = Rule(OtherEngine.allCases, "'\(name)' \(own), by the tenant's calendar")
        }
        return rules
    }()

    private static let tables: [String: Rule] = [
        "generate_series": Rule([.spark], "'generate_series' is explode(sequence(…)) in Spark"),
        "range": Rule([.postgres, .spark], "'range' over dates is DuckDB's: generate_series"),
        "unnest": Rule([.spark], "'unnest' is explode in Spark"),
    ]

    private static let clauses: [String: Rule] = [
        "distinct on": Rule([.spark], "DISTINCT ON is not in Spark: row_number() in a subquery"),
        "group by all": Rule([.postgres], "GROUP BY ALL is not in PostgreSQL: name the columns"),
        "qualify": Rule([.postgres], "QUALIFY is not in PostgreSQL: a subquery with WHERE"),
        "with recursive": Rule([.spark], "WITH RECURSIVE is not in every Spark 4"),
    ]

    private static let operators: [String: Rule] = [
        "/": Rule(
            [.duckdb, .spark],
            "'/' of whole numbers truncates here and in PostgreSQL, and gives a fraction elsewhere: cast one side"),
        "between symmetric": Rule([.duckdb, .spark], "BETWEEN SYMMETRIC is PostgreSQL's"),
        "list": Rule([.postgres, .spark], "[a, b] is DuckDB's: ARRAY[a, b]"),
        "struct": Rule([.postgres, .spark], "{a: b} is DuckDB's: row(…)"),
        "~": Rule([.spark], "'~' is 'rlike' in Spark"),
    ]

    private static let joins: [String: Rule] = [
        "asof": Rule([.postgres, .spark], "ASOF JOIN is DuckDB's: a LATERAL subquery with LIMIT 1"),
        "semi": Rule([.postgres], "SEMI JOIN is not in PostgreSQL: EXISTS"),
        "anti": Rule([.postgres], "ANTI JOIN is not in PostgreSQL: NOT EXISTS"),
    ]

    private static let types: [String: Rule] = [
        "hugeint": Rule([.postgres, .spark], "the type hugeint is DuckDB's: decimal(38, 0)")
    ]
}
