/// The tables of HustleX: gigs, wallets, savings circles, credit.
enum HustleXSchema {
    static let statements: [String] = [
        """
        create table users(id uuid primary key, phone text unique not null, email text, full_name text, location text,
        credit_score int, tier text, created_at timestamptz not null, updated_at timestamptz not null)
        """,
        "create table skills(id uuid primary key, name text not null, category text not null)",
        """
        create table wallets(id uuid primary key, user_id uuid not null references users(id), balance bigint not null,
        escrow_balance bigint not null, currency char(3) not null default 'NGN', updated_at timestamptz not null)
        """,
        """
        create table transactions(id uuid primary key, wallet_id uuid not null references wallets(id), type text not null,
        amount bigint not null, reference text not null, status text not null, metadata jsonb,
        created_at timestamptz not null, effective_at timestamptz, seq bigint generated always as identity)
        """,
        """
        create table gigs(id uuid primary key, client_id uuid not null references users(id), title text not null,
        category text not null, budget_min bigint, budget_max bigint, deadline timestamptz, status text not null,
        created_at timestamptz not null)
        """,
        """
        create table gig_proposals(id uuid primary key, gig_id uuid not null references gigs(id), hustler_id uuid not null
        references users(id), proposed_price bigint not null, delivery_days int not null, status text not null,
        created_at timestamptz not null)
        """,
        """
        create table gig_contracts(id uuid primary key, gig_id uuid not null references gigs(id), hustler_id uuid not null
        references users(id), agreed_price bigint not null, platform_fee bigint not null default 0, currency char(3) not
        null default 'NGN', status text not null, started_at timestamptz not null, due_at timestamptz, completed_at
        timestamptz)
        """,
        """
        create table gig_disputes(id uuid primary key, contract_id uuid not null references gig_contracts(id),
        opened_at timestamptz not null, resolved_at timestamptz, refund_amount bigint)
        """,
        """
        create table gig_reviews(id uuid primary key, gig_id uuid not null references gigs(id), reviewer_id uuid not null
        references users(id), rating smallint not null, created_at timestamptz not null)
        """,
        """
        create table savings_circles(id uuid primary key, name text not null, type text not null, contribution_amt bigint
        not null, frequency text not null, total_members int not null, current_round int not null, created_by uuid
        references users(id), status text not null, created_at timestamptz not null, start_date date, grace_days int not
        null default 7, payout_fee bigint not null default 0, currency char(3) not null default 'NGN')
        """,
        """
        create table circle_members(id uuid primary key, circle_id uuid not null references savings_circles(id), user_id
        uuid not null references users(id), position int not null, joined_at timestamptz not null, status text not null)
        """,
        """
        create table contributions(id uuid primary key, member_id uuid not null references circle_members(id), amount
        bigint not null, due_date date not null, paid_at timestamptz, status text not null, round int, paid_amount bigint
        not null default 0, waived boolean not null default false)
        """,
        """
        create table circle_payouts(id uuid primary key, circle_id uuid not null references savings_circles(id), member_id
        uuid not null references circle_members(id), round int not null, gross bigint not null, fee bigint not null,
        due_date date not null, paid_at timestamptz, reference text, unique(circle_id, round, reference))
        """,
        """
        create table credit_scores(id uuid primary key, user_id uuid not null references users(id), score int not null,
        tier text not null, gig_completion numeric(5,4), rating_avg numeric(3,2), savings_record numeric(5,4), account_age
        int, updated_at timestamptz not null)
        """,
        """
        create table credit_score_events(id bigint generated always as identity primary key, user_id uuid not null
        references users(id), score int not null, tier text not null, reason text, at timestamptz not null)
        """,
        """
        create table loans(id uuid primary key, user_id uuid not null references users(id), principal bigint not null,
        interest bigint not null, currency char(3) not null, disbursed_at timestamptz not null, status text not null)
        """,
        """
        create table loan_installments(loan_id uuid references loans(id), n int not null, due_date date not null,
        due_amount bigint not null, paid_amount bigint not null default 0, paid_at timestamptz, primary key(loan_id, n))
        """,
        """
        create table courses(id uuid primary key, title text not null, skill_id uuid references skills(id), duration_mins
        int, difficulty text, created_at timestamptz not null)
        """,
        """
        create table course_enrollments(course_id uuid references courses(id), user_id uuid references users(id),
        enrolled_at timestamptz not null, progress numeric(5,4) not null, completed_at timestamptz, primary
        key(course_id, user_id))
        """,
    ]
}
