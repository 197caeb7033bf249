// Vendors' exports in the formats that people have published, beside a real ledger that saw the same requests.
import assert from "node:assert/strict";
import type { Price } from "../../../shared/model.ts";
import { NO_USAGE, type Usage } from "../../../shared/money.ts";
import { costOf } from "../../../server/money/cost.ts";
import { modelIdOf, reconcile } from "../../../server/money/reconcile.ts";
import { readVendorExport } from "../../../server/money/vendor-export.ts";
import { modelOf } from "../../support/catalogue.ts";
import { closeTill, intent, never, openTill, outcome, type Till, USD } from "../../support/ledger.ts";

const price = (input: number, output: number, more: { cacheRead?: number; cacheWrite5m?: number } = {}): Price => ({
  rates: {
    input: input * USD,
    output: output * USD,
    cacheRead: more.cacheRead === undefined ? null : more.cacheRead * USD,
    cacheWrite5m: more.cacheWrite5m === undefined ? null : more.cacheWrite5m * USD,
    cacheWrite1h: null,
  },
  version: "v",
  source: "test",
  date: "2026-08-01",
});
const PRICES: Readonly<Record<string, Price>> = {
  "openai/gpt-5-mini": price(0.25, 2, { cacheRead: 0.025 }),
  "anthropic/claude-opus-5": price(5, 25, { cacheRead: 0.5, cacheWrite5m: 6.25 }),
  "anthropic/claude-haiku-4-5": price(1, 5),
  "openrouter/openai/gpt-4.1": price(2, 8),
};
const find = (id: string) => (PRICES[id] === undefined ? undefined : modelOf(id));

// The two files of one organisation, 2025-10-07 to 10-11, as published: what OpenAI counted and what it billed.
const OPENAI_USAGE = `start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,api_key_id,model,batch,service_tier,input_tokens,output_tokens,input_cached_tokens,input_uncached_tokens
1759795200,1759881600,2025-10-07T00:00:00+00:00,2025-10-08T00:00:00+00:00,proj_x,21.0,user-x,key_x,gpt-5-mini-2025-08-07,FALSE,default,80992.0,274770.0,0.0,80992.0
1759881600,1759968000,2025-10-08T00:00:00+00:00,2025-10-09T00:00:00+00:00,,,,,,,,,,,
1760054400,1760140800,2025-10-10T00:00:00+00:00,2025-10-11T00:00:00+00:00,proj_x,11.0,user-x,key_x,gpt-5-mini-2025-08-07,FALSE,default,124784.0,154852.0,0.0,124784.0
1760140800,1760227200,2025-10-11T00:00:00+00:00,2025-10-12T00:00:00+00:00,proj_x,2.0,user-x,key_x,gpt-5-mini-2025-08-07,FALSE,default,22688.0,33191.0,0.0,22688.0
`;
const OPENAI_COSTS = `start_time\tend_time\tstart_time_iso\tend_time_iso\tamount_value\tamount_currency\tline_item\tproject_id\torganization_id\torganization_name
1759795200\t1759881600\t2025-10-07T00:00:00+00:00\t2025-10-08T00:00:00+00:00\t0.569788\tusd\t\t\torg-x\tPersonal
1760054400\t1760140800\t2025-10-10T00:00:00+00:00\t2025-10-11T00:00:00+00:00\t0.34090000000000000\tusd\t\t\torg-x\tPersonal
1760140800\t1760227200\t2025-10-11T00:00:00+00:00\t2025-10-12T00:00:00+00:00\t0.072054\tusd\t\t\torg-x\tPersonal
`;
const DAYS: readonly (readonly [string, number, number, number])[] = [
  ["2025-10-07", 80_992, 274_770, 0.569788],
  ["2025-10-10", 124_784, 154_852, 0.3409],
  ["2025-10-11", 22_688, 33_191, 0.072054],
];

const ANTHROPIC_USAGE = `usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,web_search_count,inference_geo,speed
2026-07-31,claude-opus-5,Some App,Default,standard,≤ 200k,109911,2528,0,0,34988,0,global,
`;
const ANTHROPIC_COSTS = `usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type,inference_geo,speed
2026-07-31,Claude Opus 5,Default,k,message,≤ 200k,input_no_cache,0.55,0.55,token,global,
2026-07-31,Claude Opus 5,Default,k,message,≤ 200k,input_cache_write_5m,0.02,0.02,token,global,
2026-07-31,Claude Opus 5,Default,k,message,≤ 200k,output,0.87,0.87,token,global,
`;

describe("reconciling", () => {
  let till: Till;
  beforeEach(async () => {
    till = await openTill();
  });
  afterEach(() => closeTill(till));

  async function book(model: string, at: string, tokens: Partial<Usage>): Promise<void> {
    till.clock.ms = Date.parse(at);
    const usage = { ...NO_USAGE, ...tokens };
    const reservation = await till.budget.reserve(intent(0, { model, provider: model.slice(0, model.indexOf("/")) }), never);
    await reservation.settle(outcome(0, { usage, cost: costOf(usage, PRICES[model] ?? null) }));
  }

  it("costs to the last digit what OpenAI billed for three days", () => {
    for (const [day, inputTokens, outputTokens, billed] of DAYS)
      assert.equal(
        costOf({ ...NO_USAGE, inputTokens, outputTokens }, PRICES["openai/gpt-5-mini"] ?? null).nanoUsd,
        Math.round(billed * 1e9),
        day,
      );
  });

  for (const [name, text] of [
    ["usage", OPENAI_USAGE],
    ["costs", OPENAI_COSTS],
  ] as const) {
    it(`agrees with OpenAI's ${name} when the ledger saw every request, in any number of pieces`, async () => {
      for (const [day, input, output] of DAYS) {
        await book("openai/gpt-5-mini", `${day}T00:00:01Z`, { inputTokens: input - 1000, outputTokens: output - 7 });
        await book("openai/gpt-5-mini", `${day}T23:59:59Z`, { inputTokens: 1000, outputTokens: 7 });
      }
      const found = await reconcile({ ledger: till.ledger, text, find });
      assert.deepEqual(
        [found.provider, found.agree, found.lines.map((line) => line.verdict)],
        ["openai", 3, ["agrees", "agrees", "agrees"]],
      );
      assert.equal(found.oursNanoUsd, Math.round((0.569788 + 0.3409 + 0.072054) * 1e9));
    });
  }

  it("says what the vendor saw and the ledger did not, and by how much", async () => {
    await book("openai/gpt-5-mini", "2025-10-07T10:00:00Z", { inputTokens: 80_992, outputTokens: 274_770 });
    await book("openai/gpt-5-mini", "2025-10-10T10:00:00Z", { inputTokens: 124_784, outputTokens: 154_000 });
    await book("openai/gpt-5-mini", "2025-10-09T10:00:00Z", { inputTokens: 5, outputTokens: 5 });
    const found = await reconcile({ ledger: till.ledger, text: OPENAI_USAGE, find });
    assert.deepEqual(
      found.lines.map((line) => [line.day, line.model, line.verdict]),
      [
        ["2025-10-07", "openai/gpt-5-mini", "agrees"],
        ["2025-10-09", "openai/gpt-5-mini", "only in the ledger"],
        ["2025-10-10", "openai/gpt-5-mini", "tokens differ"],
        ["2025-10-11", "openai/gpt-5-mini", "only at the vendor"],
      ],
    );
    const costs = await reconcile({ ledger: till.ledger, text: OPENAI_COSTS, find });
    const tenth = costs.lines.find((line) => line.day === "2025-10-10");
    assert.deepEqual([tenth?.verdict, tenth?.costNanoUsd], ["cost differs", 852 * 2000]);
  });

  it("agrees with Anthropic's usage and with costs that are rounded to cents", async () => {
    await book("anthropic/claude-opus-5", "2026-07-31T10:00:00Z", { inputTokens: 109_911, cacheWrite5mTokens: 2528, outputTokens: 34_988 });
    assert.equal((await till.ledger.sums([], {}))[0]?.costNanoUsd, 1_440_055_000);
    for (const text of [ANTHROPIC_USAGE, ANTHROPIC_COSTS]) {
      const found = await reconcile({ ledger: till.ledger, text, find });
      assert.deepEqual(
        found.lines.map((line) => [line.model, line.verdict]),
        [["anthropic/claude-opus-5", "agrees"]],
        found.format,
      );
    }
  });

  const shapes: readonly { name: string; text: string; provider: string; first: Record<string, unknown> }[] = [
    {
      name: "OpenAI's usage API",
      text: JSON.stringify({
        object: "page",
        data: [
          {
            object: "bucket",
            start_time: 1730419200,
            end_time: 1730505600,
            results: [
              {
                object: "organization.usage.completions.result",
                input_tokens: 1000,
                output_tokens: 500,
                input_cached_tokens: 800,
                num_model_requests: 5,
                model: "gpt-4o-mini-2024-07-18",
              },
            ],
          },
        ],
        has_more: false,
      }),
      provider: "openai",
      first: { day: "2024-11-01", model: "gpt-4o-mini-2024-07-18", requests: 5, inputTokens: 1000, outputTokens: 500, costNanoUsd: null },
    },
    {
      name: "OpenAI's costs API",
      text: JSON.stringify({
        object: "page",
        data: [
          {
            object: "bucket",
            start_time: 1730419200,
            end_time: 1730505600,
            results: [
              {
                object: "organization.costs.result",
                amount: { value: 0.06, currency: "usd" },
                line_item: "gpt-4o-mini-2024-07-18, input",
                project_id: null,
              },
            ],
          },
        ],
      }),
      provider: "openai",
      first: { day: "2024-11-01", model: "gpt-4o-mini-2024-07-18, input", requests: null, costNanoUsd: 60_000_000 },
    },
    {
      name: "Anthropic's usage report",
      text: JSON.stringify({
        data: [
          {
            starting_at: "2025-08-01T00:00:00Z",
            ending_at: "2025-08-02T00:00:00Z",
            results: [
              {
                uncached_input_tokens: 1500,
                cache_creation: { ephemeral_1h_input_tokens: 1000, ephemeral_5m_input_tokens: 500 },
                cache_read_input_tokens: 200,
                output_tokens: 500,
                server_tool_use: { web_search_requests: 10 },
                model: "claude-opus-4-20250514",
                service_tier: "standard",
              },
            ],
          },
        ],
        has_more: false,
        next_page: null,
      }),
      provider: "anthropic",
      first: { day: "2025-08-01", model: "claude-opus-4-20250514", inputTokens: 3200, outputTokens: 500 },
    },
    {
      name: "Anthropic's cost report, in cents",
      text: JSON.stringify({
        data: [
          {
            starting_at: "2025-08-01T00:00:00Z",
            ending_at: "2025-08-02T00:00:00Z",
            results: [{ amount: "123.78912", currency: "USD", model: "claude-sonnet-4-5" }],
          },
        ],
      }),
      provider: "anthropic",
      first: { day: "2025-08-01", costNanoUsd: 1_237_891_200 },
    },
    {
      name: "OpenRouter's activity API",
      text: JSON.stringify({
        data: [
          {
            date: "2025-08-24",
            model: "openai/gpt-4.1",
            model_permaslug: "openai/gpt-4.1-2025-04-14",
            endpoint_id: "550e8400",
            provider_name: "OpenAI",
            usage: 0.015,
            byok_usage_inference: 0.012,
            requests: 5,
            prompt_tokens: 50,
            completion_tokens: 125,
            reasoning_tokens: 25,
          },
        ],
      }),
      provider: "openrouter",
      first: { day: "2025-08-24", requests: 5, inputTokens: 50, outputTokens: 125, costNanoUsd: 27_000_000 },
    },
    {
      name: "OpenRouter's requests as CSV",
      text: "generation_id,created_at,cost_total,cost_web_search,cost_cache,cost_file_processing,byok_usage_inference,tokens_prompt,tokens_completion,tokens_reasoning,tokens_cached,model_permaslug,provider_name\ngen-1,2026-02-06 18:54:30.040,0.00123,0,0,0,0,100,20,5,0,openai/gpt-4.1-2025-04-14,OpenAI\n",
      provider: "openrouter",
      first: { day: "2026-02-06", requests: 1, inputTokens: 100, outputTokens: 20, costNanoUsd: 1_230_000 },
    },
    {
      name: "OpenRouter's activity page as CSV",
      text: '\uFEFFDate,Slug,Usage,BYOK Usage,Requests,Prompt Tokens,Completion Tokens,Reasoning Tokens\n"2026-05-12 00:00:00","anthropic/claude-opus-4.7","430.07","0","4115","70965665","3009973","0"\n',
      provider: "openrouter",
      first: { day: "2026-05-12", requests: 4115, inputTokens: 70_965_665, outputTokens: 3_009_973, costNanoUsd: 430_070_000_000 },
    },
  ];
  for (const { name, text, provider, first } of shapes) {
    it(`reads ${name}`, () => {
      const read = readVendorExport(text);
      const line = read.lines[0] as unknown as Record<string, unknown>;
      assert.equal(read.provider, provider);
      assert.deepEqual(Object.fromEntries(Object.keys(first).map((key) => [key, line[key]])), first);
    });
  }

  for (const text of ["", "a,b\n1,2\n", "{}", "[]", "not json {", "<html></html>"])
    it(`knows that ${JSON.stringify(text)} is no export`, () => assert.throws(() => readVendorExport(text), { kind: "invalidParams" }));

  const names = [
    ["openai", "gpt-5-mini-2025-08-07", "openai/gpt-5-mini"],
    ["openai", "gpt-5-mini-2025-08-07, cached input", "openai/gpt-5-mini"],
    ["anthropic", "claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5"],
    ["anthropic", "Claude Haiku 4.5", "anthropic/claude-haiku-4-5"],
    ["openrouter", "openai/gpt-4.1-2025-04-14", "openrouter/openai/gpt-4.1"],
    ["openai", "something-new-2026-01-01", "openai/something-new"],
  ] as const;
  for (const [provider, name, id] of names)
    it(`takes ${name} of ${provider} for ${id}`, () => assert.equal(modelIdOf(provider, name, find), id));
});
