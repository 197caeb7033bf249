// Text from outside as a terminal may see it: without the characters that move the cursor, colour, or turn the reading direction.

/**
 * C0 controls but tab and line feed, DEL, C1 controls, and the marks that reorder what is read (CVE-2021-42574). What
 * follows an escape character stays as harmless letters. A carriage return only survives before a line feed: alone it
 * would let a line write over itself.
 */
const UNSAFE = /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

export function plain(text: string): string {
  return text.replace(UNSAFE, "");
}
