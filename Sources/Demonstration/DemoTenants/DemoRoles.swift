/// The roles of the demo's database: one that owns everything and nobody logs in as, and readers that own nothing, are
/// no superusers and do not bypass row-level security.
enum DemoRoles {
    /// The owner of schemas and tables.
    static let owner = "demo_owner"

    /// The statement that makes a reader if it is not there, together with the owner.
    static func create(_ reader: String) -> String {
        """
        DO $$ BEGIN
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '\(owner)') THEN CREATE ROLE \(owner) NOLOGIN; END IF;
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '\(reader)') THEN
            CREATE ROLE \(reader) LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
            ALTER ROLE \(reader) SET default_transaction_read_only = on;
          END IF;
        END $$;
        """
    }
}
