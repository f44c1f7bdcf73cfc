import Foundation
import Testing

/// The public data sets through Postgres, the lake and the engine: the numbers that were published of them.
@Suite(
    .serialized,
    .enabled(
        if: LakeProject.canRun,
        "needs a Postgres server's programs and ALMANAC_PROGRAM, which scripts/test sets"))
struct PublicDataLakeTests {
    private static func path(_ name: String) -> String { "\(PublicData.folder ?? "")/\(name)" }

    /// CDNOW: customer, customer's number in the sample, date, discs, dollars; read as fixed columns between blanks.
    @Test(
        "CDNOW: 69,659 purchases, their cohorts and their money",
        .enabled(
            if: PublicData.has("CDNOW_master.txt"),
            "needs ALMANAC_DATASETS with the purchases of lifetimes"))
    func purchases() throws {
        let project = try LakeProject(
            timezone: "America/New_York", datasets: [("purchases", "id")],
            """
            CREATE TABLE lines (id bigint GENERATED ALWAYS AS IDENTITY, line text);
            \\copy lines (line) FROM '\(Self.path("CDNOW_master.txt"))' WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')
            CREATE TABLE shop.purchases AS SELECT id, cells[1] AS customer, to_date(cells[2], 'YYYYMMDD') AS day,
              (cells[4]::numeric * 100)::bigint AS cents
              FROM (SELECT id, regexp_split_to_array(btrim(line, E' \\r'), ' +') AS cells FROM lines) l WHERE cells[1] ~ '^[0-9]';
            ALTER TABLE shop.purchases ADD PRIMARY KEY (id);
            """)
        let cohorts =
            "cohort_revenue(TABLE purchases, customer => customer, at => day, amount => cents)"
        let answers = try project.ask([
            "SELECT count(*), count(DISTINCT customer), sum(cents), count(*) FILTER (WHERE cents = 0) FROM purchases",
            "SELECT k, customers FROM \(cohorts) WHERE cohort_start = DATE '1997-01-01' AND k < 4 ORDER BY k",
            "SELECT sum(revenue_minor), sum(revenue_minor) FILTER (WHERE k = 0) > 0 FROM \(cohorts)",
            "SELECT sum(CASE WHEN n > 1 THEN 1 ELSE 0 END), count(*) FROM (SELECT count(*) AS n FROM purchases GROUP BY "
                + "customer) c",
            "SELECT quantile_cont(cents, 0.5), quantile_cont(cents, 0.99) FROM purchases",
            "SELECT count(*) - count(DISTINCT customer || ' ' || day::text || ' ' || cents::text) > 0 FROM purchases",
        ])
        #expect(answers[0] == ["69659|23570|250031563|80"])
        #expect(answers[1] == ["0|7846", "1|1157", "2|964", "3|810"])
        #expect(answers[2].first?.hasPrefix("250031563|") ?? false)
        let repeated = answers[3][0].split(separator: "|").compactMap { Double($0) }
        #expect(abs(repeated[0] / repeated[1] - 0.4947815019092066) < 1e-12)
        let quantiles = answers[4][0].split(separator: "|").compactMap { Double($0) }
        #expect(quantiles[0] == 2598 && abs(quantiles[1] - 17_312.04) < 1e-6)
    }

    @Test(
        "nycflights13: who was active, stayed and came back, on local days that are known",
        .enabled(
            if: PublicData.has("flights.csv"), "needs ALMANAC_DATASETS with the flights of nycflights13"))
    func flights() throws {
        let project = try LakeProject(
            timezone: "America/New_York", datasets: [("flights", "id")],
            """
            CREATE TABLE raw (year int, month int, day int, dep_time text, sched_dep_time text, dep_delay text,
              arr_time text, sched_arr_time text, arr_delay text, carrier text, flight text, tailnum text, origin text,
              dest text, air_time text, distance text, hour text, minute text, time_hour timestamptz);
            SET timezone = 'UTC';
            \\copy raw FROM '\(Self.path("flights.csv"))' WITH (FORMAT csv, HEADER)
            CREATE TABLE shop.flights AS SELECT row_number() OVER () AS id, nullif(nullif(tailnum, 'NA'), '') AS tailnum,
              make_date(year, month, day) AS day, time_hour FROM raw;
            ALTER TABLE shop.flights ADD PRIMARY KEY (id);
            """)
        let active = "active_users(TABLE flights, actor => tailnum, day => time_hour)"
        let answers = try project.ask([
            "SELECT count(*), count(*) FILTER (WHERE cast(time_hour AS date) <> day), count(*) FILTER (WHERE "
                + "cast(time_hour AT TIME ZONE 'UTC' AS date) <> day), count(DISTINCT tailnum) FROM flights",
            "SELECT dau, wau7, mau30 FROM \(active) WHERE bucket_start IN (DATE '2013-01-01', DATE '2013-03-10', "
                + "DATE '2013-12-31') ORDER BY bucket_start",
            "SELECT sum(dau), sum(anon_events) FROM \(active)",
            "SELECT avg(stickiness) FROM \(active) WHERE bucket_start >= DATE '2013-12-01'",
            "SELECT user_id, longest, longest_start FROM streaks(TABLE flights, actor => tailnum, day => time_hour) "
                + "ORDER BY longest DESC LIMIT 1",
            "SELECT k, retained_bounded FROM retention(TABLE flights, actor => tailnum, day => time_hour, grain => "
                + "'month') WHERE cohort_start = DATE '2013-01-01' AND k IN (1, 11) ORDER BY k",
            "SELECT active FROM growth_accounting(TABLE flights, actor => tailnum, day => time_hour, grain => 'month') "
                + "WHERE bucket_start IN (DATE '2013-01-01', DATE '2013-12-01') ORDER BY bucket_start",
        ])
        #expect(answers[0] == ["336776|0|38444|4043"])
        #expect(answers[1] == ["649|649|649", "685|2066|3126", "609|1991|3098"])
        #expect(answers[2] == ["251411|2512"])
        #expect(abs((Double(answers[3][0]) ?? 0) - 0.21896410200768826) < 1e-12)
        #expect(answers[4] == ["N338AA|86|2013-04-15"])
        #expect(answers[5] == ["1|2795", "11|2678"])
        #expect(answers[6] == ["3148", "3113"])
    }

    /// ChannelAttribution's Data.csv: path, conversions, value, nulls; a row of the table for each touch and conversion.
    @Test(
        "ChannelAttribution: 88,387 journeys and what each model makes of them",
        .enabled(
            if: PublicData.has("Data.csv"),
            "needs ALMANAC_DATASETS with the journeys of ChannelAttribution"))
    func journeys() throws {
        let project = try LakeProject(
            timezone: "UTC", datasets: [("events", "id")],
            """
            CREATE TABLE raw (path text, conversions bigint, value numeric, nulls bigint);
            \\copy raw FROM '\(Self.path("Data.csv"))' WITH (FORMAT csv, HEADER, DELIMITER ';')
            CREATE TABLE journeys AS SELECT row_number() OVER () AS j, path, n <= conversions AS converts
              FROM raw, LATERAL generate_series(1, conversions + nulls) n;
            CREATE TABLE shop.events AS SELECT row_number() OVER (ORDER BY j, place) AS id, j, channel,
              timestamptz '2024-01-01 00:00:00+00' + place * interval '1 second' AS at FROM (
                SELECT j, place, btrim(channel) AS channel
                  FROM journeys, LATERAL unnest(string_to_array(path, '>')) WITH ORDINALITY u(channel, place)
                UNION ALL SELECT j, 1000000, NULL FROM journeys WHERE converts) e;
            ALTER TABLE shop.events ADD PRIMARY KEY (id);
            """)
        let call =
            "attribution(TABLE events, journey => j, at => at, seq => id, touch => channel IS NOT NULL, channel => channel, "
            + "conversion => channel IS NULL, conversion_id => id, value => 100, model => "
        let answers = try project.ask([
            "SELECT count(DISTINCT j), count(*) FILTER (WHERE channel IS NULL) FROM events",
            "SELECT model, conversions FROM \(call)['first', 'last', 'linear', 'markov', 'shapley']) WHERE channel = 'alpha' "
                + "ORDER BY model",
            "SELECT DISTINCT total_minor, credited_minor, diff_minor FROM \(call)['first', 'linear', 'time_decay', "
                + "'position_based', 'markov', 'shapley'], by => 'check')",
            "SELECT conversions FROM \(call)'markov_journey') WHERE channel = 'alpha'",
        ])
        #expect(answers[0] == ["88387|19785"])
        let expected: [(String, Double)] = [
            ("first", 6308), ("last", 8447), ("linear", 7574.718593751175),
            ("markov", 5344.9476820851605),
            ("shapley", 7627.944047619047),
        ]
        for (row, (model, conversions)) in zip(answers[1], expected) {
            let cells = row.split(separator: "|")
            #expect(
                cells[0] == model && abs((Double(cells[1]) ?? 0) - conversions) <= 1e-9 * conversions,
                "\(row)")
        }
        #expect(answers[1].count == expected.count)
        #expect(answers[2] == ["1978500|1978500|0"])
        #expect(abs((Double(answers[3][0]) ?? 0) - 8285.48253) < 1e-4)
    }
}
