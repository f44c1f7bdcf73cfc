/// The tables of Mr Bill: POCs with tags and frameworks, requests for reports and videos, dojos.
enum MrBillSchema {
    static let statements: [String] = tenants + pocs + requests + dojos

    private static let tenants = [
        """
        create table tenants(tenant_id uuid primary key, name text not null, tz text not null default
        'America/Sao_Paulo', created_at timestamptz not null)
        """,
        """
        create table users(user_id uuid primary key default gen_random_uuid(), email varchar(255) not null unique,
        password_hash varchar(255) not null, full_name varchar(100) not null, role varchar(20) not null default 'USER',
        created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
        last_login_at timestamptz, status varchar(20) not null default 'ACTIVE')
        """,
        """
        create table tenant_users(tenant_id uuid references tenants(tenant_id), user_id uuid references users(user_id),
        joined_at timestamptz not null, left_at timestamptz, primary key(tenant_id, user_id, joined_at))
        """,
    ]

    private static let pocs = [
        """
        create table pocs(poc_id uuid primary key default gen_random_uuid(), user_id uuid not null references
        users(user_id), name varchar(100) not null, description text, repository_url varchar(255) not null, language
        varchar(50), is_public boolean not null default false, created_at timestamptz not null default now(), updated_at
        timestamptz not null default now(), deleted_at timestamptz, thumbnail_url varchar(255))
        """,
        "create index on pocs(user_id)", "create index on pocs(language)", "create index on pocs(created_at)",
        """
        create table poc_tags(poc_id uuid not null references pocs(poc_id) on delete cascade, tag varchar(50) not null,
        created_at timestamptz not null default now(), primary key(poc_id, tag))
        """,
        "create index on poc_tags(tag)",
        """
        create table poc_frameworks(poc_id uuid not null references pocs(poc_id) on delete cascade, framework varchar(50)
        not null, created_at timestamptz not null default now(), primary key(poc_id, framework))
        """,
    ]

    private static let requests = [
        """
        create table content_requests(request_id uuid primary key default gen_random_uuid(), user_id uuid not null
        references users(user_id), type varchar(20) not null, status varchar(20) not null default 'PENDING', title
        varchar(100) not null, description text, from_date timestamptz, to_date timestamptz, parameters jsonb, created_at
        timestamptz not null default now(), updated_at timestamptz not null default now(), completed_at timestamptz,
        error_message text, result_url varchar(512), progress int default 0)
        """,
        "create index on content_requests(user_id)", "create index on content_requests(status)",
        "create index on content_requests(created_at)", "create index on content_requests(type)",
        """
        create table content_request_pocs(request_id uuid not null references content_requests(request_id) on delete
        cascade, poc_id uuid not null references pocs(poc_id), sequence_order int not null, duration_seconds int, primary
        key(request_id, poc_id))
        """,
    ]

    private static let dojos = [
        """
        create table dojos(dojo_id uuid primary key default gen_random_uuid(), creator_id uuid not null references
        users(user_id), name varchar(100) not null, description text, language varchar(50) not null, max_participants int,
        is_private boolean not null default true, scheduled_start_time timestamptz, initial_code text, join_code
        varchar(20) not null unique, status varchar(20) not null default 'SCHEDULED', created_at timestamptz not null
        default now(), started_at timestamptz, ended_at timestamptz, recording_url varchar(512))
        """,
        """
        create table dojo_participants(dojo_id uuid not null references dojos(dojo_id) on delete cascade, user_id uuid not
        null references users(user_id), role varchar(20) not null default 'PARTICIPANT', join_time timestamptz, leave_time
        timestamptz, last_active_time timestamptz, primary key(dojo_id, user_id))
        """,
        """
        create table dojo_code_snapshots(snapshot_id uuid primary key default gen_random_uuid(), dojo_id uuid not null
        references dojos(dojo_id) on delete cascade, "timestamp" timestamptz not null default now(), code text not null,
        user_id uuid references users(user_id))
        """,
        """
        create table dojo_chat_messages(message_id uuid primary key default gen_random_uuid(), dojo_id uuid not null
        references dojos(dojo_id) on delete cascade, user_id uuid not null references users(user_id), message text not
        null, "timestamp" timestamptz not null default now())
        """,
        """
        create table dojo_executions(execution_id uuid primary key default gen_random_uuid(), dojo_id uuid not null
        references dojos(dojo_id), user_id uuid references users(user_id), language varchar(50), status varchar(10) not
        null, execution_ms int, memory_bytes bigint, executed_at timestamptz not null)
        """,
    ]
}
