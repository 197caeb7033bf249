// Why this model: the router's own decision as a table people can read; shows every candidate and every exclusion.
import type { Attempt } from "../../shared/chat.ts";
import type { RouteDecision } from "../../shared/route.ts";
import { rounded, usd } from "./figures.ts";
import { outcomeName, partName, policyName, tierName } from "./outcomes.ts";
import { t } from "./words.ts";

export function RouteTable({ route, attempts }: { route: RouteDecision; attempts: readonly Attempt[] }) {
  return (
    <section class="why" aria-label={t("Why This Model?")}>
      <p>{route.because}</p>
      <p class="faint">
        {t("Difficulty: {0}. Policy: {1}.", tierName(route.tier), policyName(route.policy))}{" "}
        {route.signals.map(({ name, points }) => `${name} ${points > 0 ? "+" : ""}${rounded(points)}`).join(", ")}
      </p>
      <Candidates route={route} />
      {attempts.length > 1 && <Attempts attempts={attempts} />}
      <Excluded route={route} />
    </section>
  );
}

/** What moved a score differs from router to router: the columns are the parts that occur. */
function Candidates({ route }: { route: RouteDecision }) {
  if (route.candidates.length === 0) return null;
  const names = [...new Set(route.candidates.flatMap(({ parts }) => Object.keys(parts)))];
  return (
    <Box>
      <caption>{t("Candidates, best first")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("Model")}</th>
          <th scope="col">{t("Score")}</th>
          {names.map((name) => (
            <th scope="col" key={name}>
              {partName(name)}
            </th>
          ))}
          <th scope="col">{t("Likely")}</th>
          <th scope="col">{t("At most")}</th>
        </tr>
      </thead>
      <tbody>
        {route.candidates.map(({ model, score, parts, estimate, notes }) => (
          <tr key={model}>
            <th scope="row" title={notes?.join("\n")}>
              {model}
            </th>
            <td>{rounded(score)}</td>
            {names.map((name) => (
              <td key={name}>{parts[name] === undefined ? "" : rounded(parts[name])}</td>
            ))}
            <td>{usd(estimate.p50NanoUsd)}</td>
            <td>{usd(estimate.worstNanoUsd)}</td>
          </tr>
        ))}
      </tbody>
    </Box>
  );
}

function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  return (
    <Box>
      <caption>{t("What was tried")}</caption>
      <tbody>
        {attempts.map(({ id, model, outcome, failure, ms, cost }) => (
          <tr key={id}>
            <th scope="row">{model}</th>
            <td>{failure?.message ?? outcomeName(outcome)}</td>
            <td>{t("{0} ms", Math.round(ms))}</td>
            <td>{usd(cost.nanoUsd)}</td>
          </tr>
        ))}
      </tbody>
    </Box>
  );
}

function Excluded({ route }: { route: RouteDecision }) {
  if (route.excluded.length === 0) return null;
  return (
    <details>
      <summary>{t("{0} models could not be used", route.excluded.length)}</summary>
      <Box>
        <tbody>
          {route.excluded.map(({ model, reason }) => (
            <tr key={`${model}:${reason}`}>
              <th scope="row">{model}</th>
              <td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </Box>
    </details>
  );
}

function Box({ children }: { children: preact.ComponentChildren }) {
  return (
    <div class="table-box" tabIndex={0}>
      <table>{children}</table>
    </div>
  );
}
