// Every sentence of the sidecar that a reader sees, for OwnLanguage to know again; a test finds each in the sidecar's source, and each of its there.
import { FAILURES } from "../shared/failure.ts";
import { ASKING } from "./sentences/asking.ts";
import { DEMO } from "./sentences/demo.ts";
import { IMAGES } from "./sentences/images.ts";
import { KEYS } from "./sentences/keys.ts";
import { LEDGER } from "./sentences/ledger.ts";
import { NOTICES } from "./sentences/notices.ts";
import { EXCLUSIONS, WHY } from "./sentences/routing.ts";
import { SIGNALS } from "./sentences/signals.ts";

const KINDS: readonly string[] = Object.values(FAILURES).map(({ sentence }) => sentence);

export const SIDECAR_SENTENCES: readonly string[] = [
  ...new Set([...KINDS, ...ASKING, ...IMAGES, ...KEYS, ...LEDGER, ...NOTICES, ...WHY, ...EXCLUSIONS, ...SIGNALS]),
];

/** Known in the demo's answer alone. */
export const DEMO_SENTENCES: readonly string[] = DEMO;
