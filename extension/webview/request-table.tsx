// The latest requests, each opening into its attempts as the ledger has them; no prompt is kept there, so none shows.
import type { LedgerAttempt } from "../../shared/dashboard.ts";
import { totalInputTokens } from "../../shared/money.ts";
import { count, moment, usd } from "./figures.ts";
import { failureName, outcomeName, provenanceName, purposeName } from "./outcomes.ts";
import { t } from "./words.ts";

export function RequestTable({ requests }: { requests: readonly (readonly LedgerAttempt[])[] }) {
  if (requests.length === 0) return null;
  return (
    <section aria-label={t("Requests")}>
      <h2>{t("Requests")}</h2>
      {requests.map((attempts) => (
        <Request key={attempts[0]?.chatId} attempts={attempts} />
      ))}
    </section>
  );
}

function Request({ attempts }: { attempts: readonly LedgerAttempt[] }) {
  const last = attempts.at(-1);
  if (!last) return null;
  const known = attempts.every(({ cost }) => cost !== null && cost.nanoUsd !== null);
  const nanoUsd = known ? attempts.reduce((sum, { cost }) => sum + (cost?.nanoUsd ?? 0), 0) : null;
  const tried = attempts.length > 1 ? ` · ${t("{0} attempts", attempts.length)}` : "";
  return (
    <details class="request">
      <summary>
        {moment(last.reservedAtMs)} · {last.model} · {usd(nanoUsd)}
        {tried}
      </summary>
      <div class="table-box" tabIndex={0}>
        <table>
          <thead>
            <tr>
              {[t("Model"), t("Outcome"), t("Tokens in"), t("From cache"), t("Tokens out"), t("Time"), t("Cost")].map((title) => (
                <th scope="col" key={title}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {attempts.map((attempt) => (
              <AttemptRow key={attempt.attemptId} attempt={attempt} />
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function AttemptRow({ attempt }: { attempt: LedgerAttempt }) {
  const { model, outcome, state, failureKind, usage, ms, cost, purpose } = attempt;
  return (
    <tr>
      <th scope="row">{purpose && purpose !== "answer" && purpose !== "chat" ? `${model} (${purposeName(purpose)})` : model}</th>
      <td>{[outcomeName(outcome ?? state), failureKind && failureName(failureKind)].filter(Boolean).join(": ")}</td>
      <td class="number">{count(totalInputTokens(usage))}</td>
      <td class="number">{count(usage.cacheReadTokens)}</td>
      <td class="number">{count(usage.outputTokens)}</td>
      <td class="number">{ms === null || ms === undefined ? "" : t("{0} ms", Math.round(ms))}</td>
      <td title={cost ? provenanceName(cost.provenance) : ""}>{usd(cost?.nanoUsd ?? null)}</td>
    </tr>
  );
}
