/// The tables of Usta: videos, challenges, skills, jobs, payments.
enum UstaSchema {
    static let statements: [String] = [
        """
        create table users(id uuid primary key, username text unique not null, level text not null, total_xp int not
        null default 0, current_streak int not null default 0, longest_streak int not null default 0, is_usta boolean
        not null default false, premium_until timestamptz, tz text not null default 'UTC', country char(2), created_at
        timestamptz not null, deleted_at timestamptz)
        """,
        "create table skills(id uuid primary key, name text not null, category text not null)",
        """
        create table challenges(id uuid primary key, creator_id uuid not null references users(id), title text not
        null, category text not null, difficulty smallint not null check (difficulty between 1 and 5), xp_reward int
        not null, is_active boolean not null, created_at timestamptz not null, expires_at timestamptz)
        """,
        """
        create table challenge_starts(challenge_id uuid references challenges(id), user_id uuid references users(id),
        started_at timestamptz not null, primary key(challenge_id, user_id, started_at))
        """,
        """
        create table challenge_completions(challenge_id uuid references challenges(id), user_id uuid references
        users(id), completed_at timestamptz not null, rating smallint, primary key(challenge_id, user_id))
        """,
        """
        create table videos(id uuid primary key, user_id uuid not null references users(id), challenge_id uuid
        references challenges(id), duration_s numeric(8,2), status text not null, hashtags text[] not null default
        '{}', view_count bigint not null default 0, like_count bigint not null default 0, comment_count bigint not
        null default 0, share_count bigint not null default 0, is_public boolean not null default true, is_deleted
        boolean not null default false, created_at timestamptz not null, ready_at timestamptz)
        """,
        """
        create table video_views(id bigint generated always as identity primary key, video_id uuid not null references
        videos(id), viewer_id uuid references users(id), started_at timestamptz not null, watched_s numeric(8,2) not
        null, source text, recorded_at timestamptz not null default now())
        """,
        """
        create table video_likes(video_id uuid references videos(id), user_id uuid references users(id), created_at
        timestamptz not null, removed_at timestamptz, primary key(video_id, user_id, created_at))
        """,
        """
        create table video_comments(id uuid primary key, video_id uuid not null references videos(id), user_id uuid
        not null references users(id), created_at timestamptz not null, deleted_at timestamptz)
        """,
        """
        create table video_shares(id bigint generated always as identity primary key, video_id uuid not null
        references videos(id), user_id uuid references users(id), target text, created_at timestamptz not null)
        """,
        """
        create table validations(id uuid primary key, video_id uuid not null references videos(id), skill_id uuid not
        null references skills(id), validator_id uuid not null references users(id), rating smallint not null,
        created_at timestamptz not null)
        """,
        """
        create table skill_endorsements(skill_id uuid references skills(id), user_id uuid references users(id),
        endorser_id uuid references users(id), created_at timestamptz not null, primary key(skill_id, user_id,
        endorser_id))
        """,
        """
        create table user_progress(user_id uuid references users(id), skill_id uuid references skills(id), level
        smallint not null, updated_at timestamptz not null, primary key(user_id, skill_id))
        """,
        """
        create table xp_transactions(id uuid primary key, user_id uuid not null references users(id), amount int not
        null, reason text not null, created_at timestamptz not null)
        """,
        """
        create table user_followers(follower_id uuid references users(id), followee_id uuid references users(id),
        created_at timestamptz not null, removed_at timestamptz, primary key(follower_id, followee_id, created_at))
        """,
        """
        create table jobs(id uuid primary key, company_id uuid not null, title text not null, tier text not null,
        salary_min bigint, salary_max bigint, currency char(3), created_at timestamptz not null, expires_at
        timestamptz not null)
        """,
        """
        create table job_views(job_id uuid not null references jobs(id), user_id uuid references users(id), viewed_at
        timestamptz not null)
        """,
        """
        create table applications(id uuid primary key, job_id uuid not null references jobs(id), user_id uuid not null
        references users(id), status text not null, created_at timestamptz not null)
        """,
        """
        create table payments(id uuid primary key, payer_id uuid not null, kind text not null, amount_minor bigint not
        null, currency char(3) not null, interval_unit text, starts_at timestamptz not null, ends_at timestamptz,
        status text not null, refunded_minor bigint not null default 0, refunded_at timestamptz)
        """,
    ]
}
