// The tables of the SQLite ledger, as the steps by which they grew; a step that has shipped is never edited.

/** `user_version` counts the steps that were applied. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE attempt (
    n INTEGER PRIMARY KEY,
    attempt_id TEXT NOT NULL UNIQUE,
    chat_id TEXT NOT NULL,
    conversation_id TEXT,
    workspace TEXT,
    editor TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    purpose TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    failure_kind TEXT,
    first_in_chat INTEGER NOT NULL,
    worst_nano INTEGER,
    p50_nano INTEGER,
    held_nano INTEGER NOT NULL,
    cost_nano INTEGER,
    cost_provenance TEXT,
    price_date TEXT,
    price_version TEXT,
    input_tokens INTEGER NOT NULL DEFAULT 0,
    cache_read_tokens INTEGER NOT NULL DEFAULT 0,
    cache_write_5m_tokens INTEGER NOT NULL DEFAULT 0,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    usage_provenance TEXT NOT NULL DEFAULT 'estimated',
    raw_usage TEXT,
    service_tier TEXT,
    images INTEGER NOT NULL DEFAULT 0,
    baseline_model TEXT,
    baseline_nano INTEGER,
    needs TEXT NOT NULL DEFAULT '',
    task_type TEXT,
    base_tokens INTEGER,
    first_token_ms INTEGER,
    ms INTEGER,
    reserved_at INTEGER NOT NULL,
    settled_at INTEGER,
    day TEXT NOT NULL,
    holder TEXT NOT NULL
  ) STRICT;
  CREATE INDEX attempt_chat ON attempt(chat_id);
  CREATE INDEX attempt_time ON attempt(reserved_at);
  CREATE INDEX attempt_conversation ON attempt(conversation_id) WHERE conversation_id IS NOT NULL;
  CREATE INDEX attempt_open ON attempt(holder) WHERE state = 'reserved';
  CREATE TABLE balance (
    scope TEXT NOT NULL,
    id TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    spent_nano INTEGER NOT NULL,
    reserved_nano INTEGER NOT NULL,
    -- The end first: the few windows that a moment is in are found without passing those that are over.
    PRIMARY KEY (scope, id, to_ms, from_ms)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE holder (
    id TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    place TEXT NOT NULL,
    started TEXT NOT NULL,
    lease_until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE claim (name TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,

  `CREATE TABLE rollup (
    day TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    workspace TEXT NOT NULL,
    editor TEXT NOT NULL,
    requests INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    estimated INTEGER NOT NULL,
    cost_nano INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    savings_nano INTEGER NOT NULL,
    PRIMARY KEY (day, provider, model, workspace, editor)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO rollup SELECT day, provider, model, coalesce(workspace, ''), editor, sum(first_in_chat), count(*),
    sum(input_tokens), sum(cache_read_tokens), sum(cache_write_5m_tokens), sum(cache_write_1h_tokens), sum(output_tokens),
    sum(reasoning_tokens), sum(usage_provenance = 'estimated'), coalesce(sum(cost_nano), 0), sum(cost_nano IS NULL),
    coalesce(sum(baseline_nano - cost_nano), 0)
    FROM attempt WHERE state IN ('settled', 'orphaned') GROUP BY 1, 2, 3, 4, 5;`,

  `CREATE TABLE shared (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE repricing (
    n INTEGER PRIMARY KEY,
    attempt_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    old_nano INTEGER,
    old_provenance TEXT,
    old_version TEXT,
    new_nano INTEGER,
    new_provenance TEXT,
    new_version TEXT
  ) STRICT;
  CREATE INDEX repricing_attempt ON repricing(attempt_id);`,
];

/** A build that knows fewer steps may still write while this, kept in the file, is not above what it knows. */
export const OLDEST_WRITER = 3;

/** Adds one attempt's figures to its day, or takes them away again (`:sign` is 1 or -1). */
export const ROLL_UP = `INSERT INTO rollup SELECT day, provider, model, coalesce(workspace, ''), editor, :sign * first_in_chat, :sign,
    :sign * input_tokens, :sign * cache_read_tokens, :sign * cache_write_5m_tokens, :sign * cache_write_1h_tokens,
    :sign * output_tokens, :sign * reasoning_tokens, :sign * (usage_provenance = 'estimated'), :sign * coalesce(cost_nano, 0),
    :sign * (cost_nano IS NULL), :sign * coalesce(baseline_nano - cost_nano, 0)
  FROM attempt WHERE attempt_id = :id
  ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, attempts = attempts + excluded.attempts,
    input_tokens = input_tokens + excluded.input_tokens, cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens,
    cache_write_5m_tokens = cache_write_5m_tokens + excluded.cache_write_5m_tokens,
    cache_write_1h_tokens = cache_write_1h_tokens + excluded.cache_write_1h_tokens,
    output_tokens = output_tokens + excluded.output_tokens, reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens,
    estimated = estimated + excluded.estimated, cost_nano = cost_nano + excluded.cost_nano, unpriced = unpriced + excluded.unpriced,
    savings_nano = savings_nano + excluded.savings_nano`;
