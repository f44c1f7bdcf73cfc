/// The tables of UpCoach: organisations, habits, goals, content, subscriptions.
enum UpCoachSchema {
    static let statements: [String] = [
        """
        create table organizations(id uuid primary key, name text not null, tz text not null default 'UTC', created_at
        timestamptz not null)
        """,
        """
        create table teams(id uuid primary key, organization_id uuid not null references organizations(id), name text
        not null)
        """,
        """
        create table users(id uuid primary key, email text unique not null, role text not null, tz text not null
        default 'UTC', created_at timestamptz not null, deleted_at timestamptz)
        """,
        """
        create table organization_members(organization_id uuid references organizations(id), user_id uuid references
        users(id), team_id uuid references teams(id), joined_at timestamptz not null, left_at timestamptz, primary
        key(organization_id, user_id, joined_at))
        """,
        """
        create table coach_assignments(coach_id uuid references users(id), client_id uuid references users(id),
        started_at timestamptz not null, ended_at timestamptz, primary key(coach_id, client_id, started_at))
        """,
        """
        create table user_sessions(id uuid primary key, user_id uuid not null references users(id), started_at
        timestamptz not null, ended_at timestamptz, platform text)
        """,
        """
        create table event_logs(id bigint generated always as identity primary key, user_id uuid references users(id),
        name text not null, props jsonb, occurred_at timestamptz not null, recorded_at timestamptz not null default
        now())
        """,
        """
        create table habits(id uuid primary key, user_id uuid not null references users(id), name text not null,
        category text, created_at timestamptz not null, archived_at timestamptz)
        """,
        """
        create table habit_schedules(habit_id uuid references habits(id), valid_from date not null, valid_to date,
        weekdays smallint not null, target_count smallint not null, primary key(habit_id, valid_from))
        """,
        """
        create table habit_pauses(habit_id uuid references habits(id), from_date date not null, to_date date not null,
        primary key(habit_id, from_date))
        """,
        """
        create table habit_logs(id uuid primary key, habit_id uuid not null references habits(id), log_date date not
        null, count smallint not null, logged_at timestamptz not null)
        """,
        """
        create table goals(id uuid primary key, user_id uuid not null references users(id), title text not null,
        target_date date, status text not null, created_at timestamptz not null, completed_at timestamptz)
        """,
        """
        create table goal_milestones(id uuid primary key, goal_id uuid not null references goals(id), due_date date,
        completed_at timestamptz)
        """,
        """
        create table tasks(id uuid primary key, user_id uuid not null references users(id), due_at timestamptz,
        completed_at timestamptz, created_at timestamptz not null)
        """,
        """
        create table mood_logs(id uuid primary key, user_id uuid not null references users(id), mood smallint not null
        check (mood between 1 and 5), logged_at timestamptz not null)
        """,
        """
        create table content(id uuid primary key, author_id uuid references users(id), kind text not null, title text
        not null, published_at timestamptz)
        """,
        """
        create table content_analytics(content_id uuid references content(id), day date not null, views int not null,
        completions int not null, likes int not null, shares int not null, primary key(content_id, day))
        """,
        "create table courses(id uuid primary key, title text not null, coach_id uuid references users(id))",
        """
        create table course_modules(id uuid primary key, course_id uuid not null references courses(id), position int
        not null)
        """,
        """
        create table module_completions(module_id uuid references course_modules(id), user_id uuid references
        users(id), completed_at timestamptz not null, primary key(module_id, user_id))
        """,
        """
        create table forum_threads(id uuid primary key, author_id uuid references users(id), group_id uuid, created_at
        timestamptz not null)
        """,
        """
        create table forum_posts(id uuid primary key, thread_id uuid not null references forum_threads(id), author_id
        uuid references users(id), created_at timestamptz not null)
        """,
        """
        create table ai_conversations(id uuid primary key, user_id uuid not null references users(id), started_at
        timestamptz not null, message_count int not null, tokens bigint, cost_micros bigint)
        """,
        """
        create table subscriptions(id uuid primary key, user_id uuid references users(id), organization_id uuid
        references organizations(id), price_minor bigint not null, quantity int not null default 1, currency char(3)
        not null, interval_unit text not null, trial_end timestamptz, started_at timestamptz not null, ended_at
        timestamptz, status text not null)
        """,
        """
        create table transactions(id uuid primary key, subscription_id uuid references subscriptions(id), amount_minor
        bigint not null, fee_minor bigint not null default 0, currency char(3) not null, status text not null, paid_at
        timestamptz)
        """,
        """
        create table invoices(id uuid primary key, subscription_id uuid references subscriptions(id), total_minor
        bigint not null, tax_minor bigint not null, currency char(3) not null, issued_at timestamptz not null, due_at
        timestamptz, paid_at timestamptz)
        """,
        """
        create table refunds(id uuid primary key, transaction_id uuid not null references transactions(id),
        amount_minor bigint not null, reason text, refunded_at timestamptz not null)
        """,
    ]
}
