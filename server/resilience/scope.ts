// Whom a piece of health is about: a provider, one of its models, one of its keys, or a key at a model; "" leaves a part open.
import type { RestScope } from "./rest.ts";

export interface Scope {
  readonly provider: string;
  readonly model: string;
  readonly key: string;
}

/** Neither ids nor key names contain a tab. */
export function scopeKey(scope: Scope): string {
  return `${scope.provider}\t${scope.model}\t${scope.key}`;
}

export function scopeFrom(text: string): Scope | null {
  const [provider, model, key, ...rest] = text.split("\t");
  if (!provider || model === undefined || key === undefined || rest.length > 0) return null;
  return { provider, model, key };
}

export function narrowed(target: Scope, scope: RestScope): Scope {
  const { provider, model, key } = target;
  switch (scope) {
    case "provider":
      return { provider, model: "", key: "" };
    case "model":
      return { provider, model, key: "" };
    case "key":
      return { provider, model: "", key };
    case "keyAtModel":
      return { provider, model, key };
  }
}

/** Every circuit that a request to `target` passes, each once: without a key some of the four are the same. */
export function scopesOf(target: Scope): Scope[] {
  const { key } = target;
  const scopes = [narrowed(target, "provider")];
  if (target.model !== "") scopes.push(narrowed(target, "model"));
  if (key === "") return scopes;
  scopes.push(narrowed(target, "key"));
  if (target.model !== "") scopes.push(narrowed(target, "keyAtModel"));
  return scopes;
}
