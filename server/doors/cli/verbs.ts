// The verbs by name; adding one is a line here.
import { ask } from "./ask.ts";
import { keys } from "./keys.ts";
import { models } from "./models.ts";
import { route } from "./route.ts";
import { schema } from "./schema.ts";
import { serve } from "./serve.ts";
import type { Verb } from "./verb.ts";

export const VERBS: Readonly<Record<string, Verb>> = { ask, serve, models, route, keys, schema };
