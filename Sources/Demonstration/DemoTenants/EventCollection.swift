internal import Effects
internal import SystemPackage

/// The airlines: tenants of the flights kind, whose events share one table under row-level security.
struct EventCollection {
    /// An airline before its rows are counted.
    struct Airline {
        let id: String
        let name: String
    }

    /// All of them fly from New York.
    static let timeZone = "America/New_York"
    /// The role that reads events, of the tenant that the session names.
    static let reader = "almanac_reader"
    /// The setting by which a session names its tenant.
    static let setting = "app.tenant_id"
    /// The variable of the URL that all airlines share.
    static let urlVariable = "ALMANAC_DEMO_EVENTS_URL"

    let origin: DemoInventory.Origin
    let airlines: [Airline]
    /// What tells whether the rows that are there are these.
    let fingerprint: String
    private let fill: (inout CopyText) throws -> Void

    private static let generated = [
        Airline(id: "sample-air", name: "Sample Air"), Airline(id: "sample-express", name: "Sample Express"),
        Airline(id: "sample-jet", name: "Sample Jet"), Airline(id: "sample-wings", name: "Sample Wings"),
    ]

    /// The published flights if their files are there, else the made-up ones.
    init(datasets: FilePath?, on machine: Machine) throws {
        if let folder = datasets, let status = try machine.files.status(of: folder.appending("flights.csv")),
            try machine.files.status(of: folder.appending("airlines.csv")) != nil
        {
            let codes = try AirlineFile(try DataFile(folder.appending("airlines.csv"), on: machine)).airlines()
            let ids = Dictionary(codes.map { ($0.code, $0.code.lowercased()) }) { first, _ in first }
            origin = .published
            airlines = codes.map { Airline(id: $0.code.lowercased(), name: $0.name) }
            fingerprint = "events 1 published \(status.size) \(codes.count)"
            fill = { rows in
                try FlightFile(try DataFile(folder.appending("flights.csv"), on: machine)).append(
                    to: &rows, tenants: ids)
            }
        } else {
            origin = .generated
            airlines = Self.generated
            fingerprint = "events 1 generated"
            fill = { rows in
                for (index, airline) in Self.generated.enumerated() {
                    GeneratedRows.appendEvents(
                        to: &rows, tenant: airline.id, zone: Self.timeZone, seed: UInt64(index) + 101)
                }
            }
        }
    }

    /// The script that makes the table anew and fills it.
    func script() throws -> [UInt8] {
        var rows = CopyText()
        try fill(&rows)
        return Array(Self.definition.utf8) + rows.script(into: "flights.events") + Array(Self.rights.utf8)
    }

    private static let definition = """
        DROP SCHEMA IF EXISTS flights CASCADE;
        CREATE SCHEMA flights;
        CREATE TABLE flights.events (
          event_id bigint NOT NULL,
          tenant_id text NOT NULL,
          actor_id text,
          occurred_at timestamptz NOT NULL,
          event_type text NOT NULL,
          origin text NOT NULL,
          dest text NOT NULL,
          flight integer NOT NULL,
          dep_delay double precision,
          arr_delay double precision,
          air_time double precision,
          distance integer NOT NULL,
          local_date date NOT NULL);
        COMMENT ON COLUMN flights.events.local_date IS 'The date on New York''s clock, as the source has it';

        """

    /// The policy asks a function that raises when the session names no tenant: a reader that forgets to is told so,
    /// and does not get an empty table. The sub-select makes it one call for a statement and not one for a row.
    private static let rights = """
        ALTER TABLE flights.events ADD PRIMARY KEY (event_id);
        CREATE INDEX ON flights.events (tenant_id, occurred_at);
        CREATE FUNCTION flights.current_tenant() RETURNS text LANGUAGE plpgsql STABLE AS $$
        DECLARE
          tenant text := current_setting('\(setting)', true);
        BEGIN
          IF tenant IS NULL OR tenant = '' THEN
            RAISE EXCEPTION '\(setting) is not set' USING ERRCODE = '42501';
          END IF;
          RETURN tenant;
        END $$;
        ALTER TABLE flights.events ENABLE ROW LEVEL SECURITY;
        ALTER TABLE flights.events FORCE ROW LEVEL SECURITY;
        CREATE POLICY one_tenant ON flights.events USING (tenant_id = (SELECT flights.current_tenant()));
        \(DemoRoles.create(reader))
        ALTER SCHEMA flights OWNER TO \(DemoRoles.owner);
        ALTER TABLE flights.events OWNER TO \(DemoRoles.owner);
        ALTER FUNCTION flights.current_tenant() OWNER TO \(DemoRoles.owner);
        GRANT USAGE ON SCHEMA flights TO \(reader);
        GRANT SELECT ON flights.events TO \(reader);
        ANALYZE flights.events;

        """
}
