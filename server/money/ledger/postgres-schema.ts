// The team's ledger in PostgreSQL: tables and the functions that change them, each one step on the server; shipped steps are never edited.

/** One writer at a time, as in SQLite: every function begins with this lock, which ends with its transaction. */
const LOCK = "PERFORM pg_advisory_xact_lock(7305792010);";

/** Held while steps are applied, so that two sidecars never migrate at once. */
export const MIGRATION_LOCK = 7305792011;

export const TEAM_OLDEST_WRITER = 1;

const TABLES = `
CREATE TABLE latchkey.attempt (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  attempt_id text NOT NULL UNIQUE,
  chat_id text NOT NULL, conversation_id text, workspace text, editor text NOT NULL, provider text NOT NULL, model text NOT NULL,
  purpose text NOT NULL, state text NOT NULL, outcome text, failure_kind text, first_in_chat int NOT NULL,
  worst_nano bigint, p50_nano bigint, held_nano bigint NOT NULL, cost_nano bigint, cost_provenance text, price_date text, price_version text,
  input_tokens bigint NOT NULL DEFAULT 0, cache_read_tokens bigint NOT NULL DEFAULT 0, cache_write_5m_tokens bigint NOT NULL DEFAULT 0,
  cache_write_1h_tokens bigint NOT NULL DEFAULT 0, output_tokens bigint NOT NULL DEFAULT 0, reasoning_tokens bigint NOT NULL DEFAULT 0,
  usage_provenance text NOT NULL DEFAULT 'estimated', raw_usage text, service_tier text, images int NOT NULL DEFAULT 0,
  baseline_model text, baseline_nano bigint, needs text NOT NULL DEFAULT '', task_type text, base_tokens bigint,
  first_token_ms bigint, ms bigint, reserved_at bigint NOT NULL, settled_at bigint, day text NOT NULL, holder text NOT NULL
);
CREATE INDEX ON latchkey.attempt (chat_id);
CREATE INDEX ON latchkey.attempt (reserved_at, n);
CREATE INDEX ON latchkey.attempt (conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX ON latchkey.attempt (holder) WHERE state = 'reserved';
CREATE TABLE latchkey.balance (
  scope text, id text, from_ms bigint, to_ms bigint, spent_nano bigint NOT NULL, reserved_nano bigint NOT NULL,
  PRIMARY KEY (scope, id, to_ms, from_ms)
);
CREATE TABLE latchkey.rollup (
  day text, provider text, model text, workspace text, editor text, requests bigint NOT NULL, attempts bigint NOT NULL,
  input_tokens bigint NOT NULL, cache_read_tokens bigint NOT NULL, cache_write_5m_tokens bigint NOT NULL, cache_write_1h_tokens bigint NOT NULL,
  output_tokens bigint NOT NULL, reasoning_tokens bigint NOT NULL, estimated bigint NOT NULL, cost_nano bigint NOT NULL,
  unpriced bigint NOT NULL, savings_nano bigint NOT NULL,
  PRIMARY KEY (day, provider, model, workspace, editor)
);
CREATE TABLE latchkey.setting (name text PRIMARY KEY, value text NOT NULL, revision bigint NOT NULL);
CREATE TABLE latchkey.holder (id text PRIMARY KEY, pid int NOT NULL, place text NOT NULL, started text NOT NULL, lease_until timestamptz NOT NULL);
CREATE TABLE latchkey.claim (name text PRIMARY KEY, expires_at bigint NOT NULL);
CREATE TABLE latchkey.shared (key text PRIMARY KEY, value text NOT NULL, expires_at bigint NOT NULL);
CREATE TABLE latchkey.repricing (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, attempt_id text NOT NULL, at bigint NOT NULL,
  old_nano bigint, old_provenance text, old_version text, new_nano bigint, new_provenance text, new_version text
);
CREATE SEQUENCE latchkey.change;`;

/** Sums of a window from the rows, and the kept sum, begun from the rows when nobody asked for it before. */
const BALANCES = `
CREATE FUNCTION latchkey.sum_rows(w_scope text, w_id text, w_from bigint, w_to bigint, OUT spent bigint, OUT reserved bigint) AS $$
  SELECT coalesce(sum(cost_nano), 0)::bigint, coalesce(sum(held_nano), 0)::bigint FROM latchkey.attempt
  WHERE reserved_at >= w_from AND reserved_at < w_to AND CASE w_scope WHEN 'all' THEN true WHEN 'request' THEN chat_id = w_id
    WHEN 'conversation' THEN conversation_id = w_id WHEN 'workspace' THEN workspace = w_id WHEN 'provider' THEN provider = w_id
    WHEN 'model' THEN model = w_id ELSE false END
$$ LANGUAGE sql;

CREATE FUNCTION latchkey.ensure_balance(w jsonb) RETURNS jsonb AS $$
DECLARE s text := w->>'scope'; i text := w->>'id'; f bigint := (w->>'fromMs')::bigint; t bigint := (w->>'toMs')::bigint; b record;
BEGIN
  IF s = 'request' THEN
    SELECT coalesce(sum(cost_nano), 0)::bigint AS spent_nano, coalesce(sum(held_nano), 0)::bigint AS reserved_nano INTO b
      FROM latchkey.attempt WHERE chat_id = i;
  ELSE
    SELECT spent_nano, reserved_nano INTO b FROM latchkey.balance WHERE scope = s AND id = i AND from_ms = f AND to_ms = t;
    IF NOT FOUND THEN
      SELECT spent AS spent_nano, reserved AS reserved_nano INTO b FROM latchkey.sum_rows(s, i, f, t);
      INSERT INTO latchkey.balance VALUES (s, i, f, t, b.spent_nano, b.reserved_nano);
    END IF;
  END IF;
  RETURN w || jsonb_build_object('spentNanoUsd', b.spent_nano, 'reservedNanoUsd', b.reserved_nano);
END $$ LANGUAGE plpgsql;

CREATE FUNCTION latchkey.balances(windows jsonb) RETURNS jsonb AS $$
BEGIN
  ${LOCK}
  RETURN (SELECT coalesce(jsonb_agg(latchkey.ensure_balance(w) ORDER BY at), '[]') FROM jsonb_array_elements(windows) WITH ORDINALITY AS e(w, at));
END $$ LANGUAGE plpgsql;

CREATE FUNCTION latchkey.move(a latchkey.attempt, spent bigint, reserved bigint) RETURNS jsonb AS $$
  WITH moved AS (
    UPDATE latchkey.balance SET spent_nano = spent_nano + spent, reserved_nano = reserved_nano + reserved
    WHERE ((scope = 'all' AND id = '') OR (scope = 'provider' AND id = a.provider) OR (scope = 'model' AND id = a.model)
      OR (scope = 'workspace' AND id = a.workspace) OR (scope = 'conversation' AND id = a.conversation_id))
      AND from_ms <= a.reserved_at AND to_ms > a.reserved_at
    RETURNING *)
  SELECT coalesce(jsonb_agg(jsonb_build_object('scope', scope, 'id', id, 'fromMs', from_ms, 'toMs', to_ms,
    'spentNanoUsd', spent_nano, 'reservedNanoUsd', reserved_nano)), '[]') FROM moved
$$ LANGUAGE sql;`;

const ROLL_UP = `
CREATE FUNCTION latchkey.roll_up(a latchkey.attempt, sign int) RETURNS void AS $$
  INSERT INTO latchkey.rollup AS r VALUES (a.day, a.provider, a.model, coalesce(a.workspace, ''), a.editor, sign * a.first_in_chat, sign,
    sign * a.input_tokens, sign * a.cache_read_tokens, sign * a.cache_write_5m_tokens, sign * a.cache_write_1h_tokens, sign * a.output_tokens,
    sign * a.reasoning_tokens, sign * (a.usage_provenance = 'estimated')::int, sign * coalesce(a.cost_nano, 0),
    sign * (a.cost_nano IS NULL)::int, sign * coalesce(a.baseline_nano - a.cost_nano, 0))
  ON CONFLICT (day, provider, model, workspace, editor) DO UPDATE SET requests = r.requests + excluded.requests,
    attempts = r.attempts + excluded.attempts, input_tokens = r.input_tokens + excluded.input_tokens,
    cache_read_tokens = r.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_5m_tokens = r.cache_write_5m_tokens + excluded.cache_write_5m_tokens,
    cache_write_1h_tokens = r.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
    output_tokens = r.output_tokens + excluded.output_tokens, reasoning_tokens = r.reasoning_tokens + excluded.reasoning_tokens,
    estimated = r.estimated + excluded.estimated, cost_nano = r.cost_nano + excluded.cost_nano,
    unpriced = r.unpriced + excluded.unpriced, savings_nano = r.savings_nano + excluded.savings_nano
$$ LANGUAGE sql;`;

const RESERVE = `
CREATE FUNCTION latchkey.hold(h jsonb) RETURNS void AS $$
  INSERT INTO latchkey.holder VALUES (h->>'id', (h->>'pid')::int, h->>'place', h->>'started', clock_timestamp() + (h->>'leaseMs')::bigint * interval '1 ms')
  ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until
$$ LANGUAGE sql;

CREATE FUNCTION latchkey.write_attempt(c jsonb, held bigint) RETURNS latchkey.attempt AS $$
  INSERT INTO latchkey.attempt (attempt_id, chat_id, conversation_id, workspace, editor, provider, model, purpose, state, first_in_chat,
    worst_nano, p50_nano, held_nano, price_version, price_date, images, baseline_model, needs, task_type, base_tokens, reserved_at, day, holder)
  SELECT r.attempt_id, r.chat_id, r.conversation_id, r.workspace, r.editor, r.provider, r.model, r.purpose, 'reserved',
    (NOT EXISTS (SELECT 1 FROM latchkey.attempt WHERE chat_id = r.chat_id AND state <> 'released'))::int,
    r.worst_nano, r.p50_nano, held, r.price_version, r.price_date, r.images, r.baseline_model, r.needs, r.task_type, r.base_tokens,
    r.reserved_at, r.day, r.holder
  FROM jsonb_populate_record(NULL::latchkey.attempt, c) AS r RETURNING *
$$ LANGUAGE sql;

CREATE FUNCTION latchkey.reserve(b jsonb) RETURNS jsonb AS $$
DECLARE c jsonb; one jsonb; found jsonb := '[]'; amount bigint := (b->>'amount')::bigint; available bigint := 9007199254740991; a latchkey.attempt;
BEGIN
  ${LOCK}
  PERFORM latchkey.hold(b->'holder'), nextval('latchkey.change');
  SELECT * INTO a FROM latchkey.attempt WHERE attempt_id = b->'columns'->>'attempt_id';
  IF a.state = 'reserved' THEN
    RETURN jsonb_build_object('outcome', 'granted', 'amountNanoUsd', a.held_nano, 'balances', '[]'::jsonb);
  END IF;
  IF (b->>'revision')::bigint <> coalesce((SELECT revision FROM latchkey.setting WHERE name = 'limits'), 0) THEN
    RETURN jsonb_build_object('outcome', 'stale');
  END IF;
  FOR c IN SELECT * FROM jsonb_array_elements(b->'ceilings') LOOP
    one := latchkey.ensure_balance(c->'window');
    found := found || jsonb_build_array(one);
    IF c->>'limitNanoUsd' IS NOT NULL THEN
      available := least(available, (c->>'limitNanoUsd')::bigint - (one->>'spentNanoUsd')::bigint - (one->>'reservedNanoUsd')::bigint);
    END IF;
  END LOOP;
  amount := least(amount, available);
  IF amount < (b->>'least')::bigint THEN RETURN jsonb_build_object('outcome', 'refused', 'balances', found); END IF;
  a := latchkey.write_attempt(b->'columns', amount);
  PERFORM latchkey.move(a, 0, amount);
  RETURN jsonb_build_object('outcome', 'granted', 'amountNanoUsd', amount, 'balances',
    (SELECT coalesce(jsonb_agg(w || jsonb_build_object('reservedNanoUsd', (w->>'reservedNanoUsd')::bigint + amount) ORDER BY at), '[]')
     FROM jsonb_array_elements(found) WITH ORDINALITY AS e(w, at)));
END $$ LANGUAGE plpgsql;`;

const FINISH = `
CREATE FUNCTION latchkey.finish(prior latchkey.attempt, c jsonb) RETURNS jsonb AS $$
DECLARE a latchkey.attempt := jsonb_populate_record(prior, c);
BEGIN
  IF prior.state = 'orphaned' THEN PERFORM latchkey.roll_up(prior, -1); END IF;
  UPDATE latchkey.attempt SET state = a.state, outcome = a.outcome, failure_kind = a.failure_kind, held_nano = 0, cost_nano = a.cost_nano,
    cost_provenance = a.cost_provenance, price_date = a.price_date, input_tokens = a.input_tokens, cache_read_tokens = a.cache_read_tokens,
    cache_write_5m_tokens = a.cache_write_5m_tokens, cache_write_1h_tokens = a.cache_write_1h_tokens, output_tokens = a.output_tokens,
    reasoning_tokens = a.reasoning_tokens, usage_provenance = a.usage_provenance, raw_usage = a.raw_usage, service_tier = a.service_tier,
    baseline_nano = a.baseline_nano, first_token_ms = a.first_token_ms, ms = a.ms, settled_at = a.settled_at
    WHERE attempt_id = prior.attempt_id;
  IF a.state <> 'released' THEN PERFORM latchkey.roll_up(a, 1); END IF;
  RETURN latchkey.move(prior, coalesce(a.cost_nano, 0) - coalesce(prior.cost_nano, 0), -prior.held_nano);
END $$ LANGUAGE plpgsql;

CREATE FUNCTION latchkey.settle(booked jsonb, c jsonb) RETURNS jsonb AS $$
DECLARE prior latchkey.attempt;
BEGIN
  ${LOCK}
  PERFORM nextval('latchkey.change');
  SELECT * INTO prior FROM latchkey.attempt WHERE attempt_id = booked->>'attempt_id';
  IF prior.state = 'settled' THEN RETURN '[]'; END IF;
  IF prior.attempt_id IS NULL THEN prior := latchkey.write_attempt(booked, 0); END IF;
  RETURN latchkey.finish(prior, c);
END $$ LANGUAGE plpgsql;

CREATE FUNCTION latchkey.release(id text, c jsonb) RETURNS jsonb AS $$
DECLARE prior latchkey.attempt;
BEGIN
  ${LOCK}
  PERFORM nextval('latchkey.change');
  SELECT * INTO prior FROM latchkey.attempt WHERE attempt_id = id AND state NOT IN ('settled', 'released');
  IF prior.attempt_id IS NULL THEN RETURN '[]'; END IF;
  RETURN latchkey.finish(prior, c);
END $$ LANGUAGE plpgsql;

CREATE FUNCTION latchkey.orphan(dead text, at bigint) RETURNS int AS $$
DECLARE a latchkey.attempt; cost bigint; done int := 0;
BEGIN
  ${LOCK}
  FOR a IN SELECT * FROM latchkey.attempt WHERE holder = dead AND state = 'reserved' LOOP
    cost := CASE WHEN a.p50_nano IS NULL THEN CASE WHEN a.worst_nano = 0 THEN 0 END WHEN a.held_nano > 0 THEN least(a.p50_nano, a.held_nano) ELSE a.p50_nano END;
    PERFORM latchkey.finish(a, jsonb_build_object('state', 'orphaned', 'outcome', 'lost', 'cost_nano', cost,
      'cost_provenance', CASE WHEN cost IS NULL THEN 'unpriced' ELSE 'estimated' END, 'settled_at', at));
    done := done + 1;
  END LOOP;
  DELETE FROM latchkey.holder WHERE id = dead;
  PERFORM nextval('latchkey.change');
  RETURN done;
END $$ LANGUAGE plpgsql;

CREATE FUNCTION latchkey.reprice(list jsonb) RETURNS int AS $$
DECLARE c jsonb; prior latchkey.attempt; a latchkey.attempt; changed int := 0;
BEGIN
  ${LOCK}
  FOR c IN SELECT * FROM jsonb_array_elements(list) LOOP
    SELECT * INTO prior FROM latchkey.attempt WHERE attempt_id = c->>'attemptId' AND state IN ('settled', 'orphaned');
    CONTINUE WHEN prior.attempt_id IS NULL;
    PERFORM latchkey.roll_up(prior, -1);
    UPDATE latchkey.attempt SET cost_nano = (c->'cost'->>'nanoUsd')::bigint, cost_provenance = c->'cost'->>'provenance',
      price_date = c->'cost'->>'priceDate', price_version = c->>'priceVersion' WHERE attempt_id = prior.attempt_id RETURNING * INTO a;
    PERFORM latchkey.roll_up(a, 1), latchkey.move(prior, coalesce(a.cost_nano, 0) - coalesce(prior.cost_nano, 0), 0);
    INSERT INTO latchkey.repricing (attempt_id, at, old_nano, old_provenance, old_version, new_nano, new_provenance, new_version)
      VALUES (a.attempt_id, (c->>'atMs')::bigint, prior.cost_nano, prior.cost_provenance, prior.price_version, a.cost_nano, a.cost_provenance, a.price_version);
    changed := changed + 1;
  END LOOP;
  PERFORM nextval('latchkey.change');
  RETURN changed;
END $$ LANGUAGE plpgsql;`;

export const TEAM_MIGRATIONS: readonly string[] = [TABLES + BALANCES + ROLL_UP + RESERVE + FINISH];
