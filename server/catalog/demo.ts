// The embedded answer as the catalogue knows it: it calls nothing, costs nothing, and routing takes it only where no provider can be used.
import type { ModelInfo } from "../../shared/model.ts";
import { type Catalog, createCatalog } from "./catalog.ts";

export const DEMO_MODEL: ModelInfo = {
  id: "demo/echo",
  provider: "demo",
  model: "echo",
  name: "Demo (no model)",
  aliases: [],
  contextWindowTokens: 1_000_000,
  maxOutputTokens: 8192,
  limitsAssumed: false,
  capabilities: [],
  reasoningControl: "none",
  prices: [],
  scores: {},
  status: "active",
  local: true,
  source: "built in",
  date: "2026-11-23",
};

/** The catalogue of a running sidecar. */
export function createCatalogWithDemo(): Catalog {
  const catalog = createCatalog();
  catalog.overlay(DEMO_MODEL.provider, "local", [DEMO_MODEL]);
  return catalog;
}
