// A caller's JSON Schema as a check that can be run: compiled once, apart from every other; what cannot be checked is refused before anything is sent.
import type { ValidateFunction } from "ajv";
import { Failure } from "../../shared/failure.ts";

/** Schemas that were used lately, compiled; each by a validator of its own, so that no name in one is seen by another. */
export class OutputSchemas {
  static readonly #most = 32;
  readonly #compiled = new Map<string, ValidateFunction>();

  async compile(schema: Readonly<Record<string, unknown>>): Promise<ValidateFunction> {
    const name = JSON.stringify(schema);
    const known = this.#compiled.get(name);
    if (known) return known;
    if (schema.$async !== undefined) throw badSchema("$async is not taken");
    const isOld = /draft-0[67]/.test(String(schema.$schema ?? ""));
    const Validator = isOld ? (await import("ajv")).Ajv : (await import("ajv/dist/2020.js")).Ajv2020;
    const options = { strict: false, allErrors: true, validateFormats: false, logger: false, inlineRefs: false } as const;
    let validate: ValidateFunction;
    try {
      validate = new Validator(options).compile(isOld ? { ...schema, $schema: undefined } : schema);
    } catch (error) {
      throw badSchema(error instanceof Error ? error.message : "it cannot be read");
    }
    if (this.#compiled.size >= OutputSchemas.#most) this.#compiled.delete(this.#compiled.keys().next().value ?? "");
    this.#compiled.set(name, validate);
    return validate;
  }
}

function badSchema(why: string): Failure {
  const message = `Not understood: output.schema is not a JSON Schema that can be checked (${why.slice(0, 300)}). Nothing was sent or charged.`;
  return new Failure("invalidParams", message, { fields: ["output.schema"] });
}
