// Sealing of one secret: AES-256-GCM with everything that must not be exchanged as associated data, scrypt for passphrases; no files.
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";

export interface Sealed {
  readonly nonce: string;
  /** Ciphertext and tag, base64. */
  readonly sealed: string;
}

export interface ScryptSettings {
  readonly salt: string;
  /** N = 2^logN. */
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** A vault may ask for this much work and no more: 2^20 with r = 8 is 1 GiB. */
export const MOST_LOG_N = 20;

export function newDataKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/** N = 2^17, r = 8, p = 1: the first choice of OWASP's Password Storage Cheat Sheet (2026-11-23). */
export function newScryptSettings(logN = 17): ScryptSettings {
  return { salt: randomBytes(16).toString("base64"), logN, r: 8, p: 1 };
}

export function keyFromPassphrase(passphrase: string, { salt, logN, r, p }: ScryptSettings): Promise<Buffer> {
  const N = 2 ** logN;
  // Node's default limit of 32 MiB is below what the settings need: 128 * N * r bytes, and some.
  const options = { N, r, p, maxmem: 128 * N * r * 2 };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFKC"), Buffer.from(salt, "base64"), KEY_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

export function seal(key: Buffer, plain: string, bound: string): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(bound));
  const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return { nonce: nonce.toString("base64"), sealed: sealed.toString("base64") };
}

/** The plain text, or null when the key is another one or anything was changed. */
export function unseal(key: Buffer, { nonce, sealed }: Sealed, bound: string): string | null {
  const bytes = Buffer.from(sealed, "base64");
  const start = Buffer.from(nonce, "base64");
  if (bytes.length < TAG_BYTES || start.length !== NONCE_BYTES) return null;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, start, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(bound));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString("utf8");
  } catch {
    return null;
  }
}
