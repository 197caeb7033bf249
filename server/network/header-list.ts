// Header fields with the standard's own face over a plain map: Node's `Headers` brings its whole fetch along when first named, and checks each field again.

/** Names in lower case; whoever sends them checks that they can be sent. */
export class HeaderList implements Headers {
  readonly #values = new Map<string, string>();
  #cookies: string[] = [];

  constructor(given?: RequestInit["headers"]) {
    if (!given) return;
    const fields = Symbol.iterator in given ? given : Object.entries(given);
    for (const [name, value] of fields) {
      // A list may hold pairs alone; records may hold several values a name.
      for (const each of Array.isArray(value) ? value : [value]) if (name !== undefined) this.append(name, String(each));
    }
  }

  append(name: string, value: string): void {
    const key = name.toLowerCase();
    const before = this.#values.get(key);
    const text = value.trim();
    if (key === "set-cookie") this.#cookies.push(text);
    this.#values.set(key, before === undefined ? text : `${before}, ${text}`);
  }

  set(name: string, value: string): void {
    const key = name.toLowerCase();
    if (key === "set-cookie") this.#cookies = [value.trim()];
    this.#values.set(key, value.trim());
  }

  delete(name: string): void {
    const key = name.toLowerCase();
    if (key === "set-cookie") this.#cookies = [];
    this.#values.delete(key);
  }

  get(name: string): string | null {
    return this.#values.get(name) ?? this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  getSetCookie(): string[] {
    return [...this.#cookies];
  }

  forEach(callback: (value: string, name: string, self: Headers) => void, self?: unknown): void {
    for (const [name, value] of this.#values) callback.call(self, value, name, this);
  }

  keys() {
    return this.#values.keys();
  }

  values() {
    return this.#values.values();
  }

  entries() {
    return this.#values.entries();
  }

  [Symbol.iterator]() {
    return this.#values.entries();
  }
}
