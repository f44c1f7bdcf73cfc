/// The tables of NEXUS: campaigns with creators' content, and the shop that it leads to.
enum NexusSchema {
    static let statements: [String] = people + content + commerce + platform

    private static let people = [
        """
        create table workspaces(id uuid primary key, name text not null, tz text not null default 'UTC', currency char(3)
        not null default 'USD', created_at timestamptz not null)
        """,
        """
        create table users(id uuid primary key, workspace_id uuid references workspaces(id), role text not null,
        created_at timestamptz not null)
        """,
        """
        create table creators(id uuid primary key, user_id uuid references users(id), handle text unique not null,
        trust_score numeric(5,2), verified_at timestamptz, created_at timestamptz not null)
        """,
        """
        create table campaigns(id uuid primary key, workspace_id uuid not null references workspaces(id), name text not
        null, budget_minor bigint not null, currency char(3) not null, status text not null, starts_at timestamptz,
        ends_at timestamptz, created_at timestamptz not null)
        """,
        """
        create table applications(id uuid primary key, campaign_id uuid not null references campaigns(id), creator_id uuid
        not null references creators(id), bid_minor bigint, status text not null, created_at timestamptz not null,
        decided_at timestamptz)
        """,
        """
        create table contracts(id uuid primary key, campaign_id uuid not null references campaigns(id), creator_id uuid
        not null references creators(id), amount_minor bigint not null, currency char(3) not null, signed_at timestamptz
        not null, due_at timestamptz, completed_at timestamptz)
        """,
    ]

    private static let content = [
        """
        create table content(id uuid primary key, campaign_id uuid references campaigns(id), creator_id uuid not null
        references creators(id), kind text not null, status text not null, predicted_score numeric(5,2), created_at
        timestamptz not null, submitted_at timestamptz, approved_at timestamptz, revision int not null default 1)
        """,
        """
        create table posts(id uuid primary key, content_id uuid not null references content(id), platform text not null,
        published_at timestamptz not null, status text not null)
        """,
        """
        create table post_metrics(post_id uuid references posts(id), observed_at timestamptz not null, views bigint, reach
        bigint, likes bigint, comments bigint, shares bigint, saves bigint, primary key(post_id, observed_at))
        """,
        """
        create table moderation_checks(id uuid primary key, content_id uuid not null references content(id), check_type
        text not null, result text not null, checked_at timestamptz not null)
        """,
        """
        create table trend_observations(term text not null, platform text not null, observed_at timestamptz not null,
        mentions bigint not null, primary key(term, platform, observed_at))
        """,
    ]

    private static let commerce = [
        """
        create table products(id uuid primary key, workspace_id uuid not null references workspaces(id), sku text not
        null, title text not null, price_minor bigint not null, currency char(3) not null)
        """,
        """
        create table product_tags(content_id uuid references content(id), product_id uuid references products(id), primary
        key(content_id, product_id))
        """,
        """
        create table commerce_events(id bigint generated always as identity primary key, workspace_id uuid not null
        references workspaces(id), visitor_id text not null, session_id text, kind text not null, channel text not null,
        campaign_id uuid references campaigns(id), content_id uuid references content(id), product_id uuid references
        products(id), occurred_at timestamptz not null, recorded_at timestamptz not null default now())
        """,
        """
        create table orders(id uuid primary key, workspace_id uuid not null references workspaces(id), visitor_id text,
        external_id text not null, items_minor bigint not null, shipping_minor bigint not null, tax_minor bigint not null,
        currency char(3) not null, status text not null, placed_at timestamptz not null, unique(workspace_id,
        external_id))
        """,
        """
        create table order_refunds(id uuid primary key, order_id uuid not null references orders(id), items_minor bigint
        not null, refunded_at timestamptz not null)
        """,
    ]

    private static let platform = [
        """
        create table payments(id uuid primary key, workspace_id uuid references workspaces(id), contract_id uuid
        references contracts(id), creator_id uuid references creators(id), gross_minor bigint not null, fee_minor bigint
        not null, currency char(3) not null, status text not null, paid_at timestamptz)
        """,
        """
        create table subscriptions(id uuid primary key, workspace_id uuid not null references workspaces(id), plan text
        not null, price_minor bigint not null, quantity int not null default 1, currency char(3) not null, interval_unit
        text not null, started_at timestamptz not null, ended_at timestamptz, status text not null)
        """,
        """
        create table usage_records(subscription_id uuid references subscriptions(id), meter text not null, quantity
        numeric(18,4) not null, at timestamptz not null)
        """,
    ]
}
