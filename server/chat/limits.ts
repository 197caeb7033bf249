// How long a model may be silent: the settings, stretched for models that think before they speak; pure.
import type { ModelInfo } from "../../shared/model.ts";
import type { Settings } from "../../shared/settings.ts";
import type { WatchLimits } from "../resilience/watchdog.ts";

/** Reasoning models are silent for longer before and between tokens; a local model loads itself first. */
const PATIENCE_FOR_REASONING = 4;
const PATIENCE_FOR_LOCAL = 4;

export function limitsFor(model: ModelInfo, settings: Settings): WatchLimits {
  const reasons = model.capabilities.includes("reasoning");
  const factor = reasons ? PATIENCE_FOR_REASONING : model.local ? PATIENCE_FOR_LOCAL : 1;
  return {
    connectMs: settings["timeouts.connectMs"] * (model.local ? PATIENCE_FOR_LOCAL : 1),
    firstTokenMs: settings["timeouts.firstTokenMs"] * factor,
    idleMs: settings["timeouts.idleMs"] * factor,
  };
}
