// A plain stand-in for the plan while its room is being built; it goes when the room is there.
import type { Plan } from "./chat/parts.ts";

export const openPlan: Plan = { admit: () => undefined, allows: () => ({ allowed: true }) };
