// What a zip file holds, read from its own table of contents: name and bytes of every entry.
import { inflateRawSync } from "node:zlib";

const END_OF_TABLE = 0x06054b50;
const TABLE_ENTRY = 0x02014b50;
const FILE_HEADER_BYTES = 30;

export function unzipped(zip: Buffer): Map<string, Buffer> {
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== END_OF_TABLE) end -= 1;
  if (end < 0) throw new Error("this is no zip file");
  const entries = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (zip.readUInt32LE(at) !== TABLE_ENTRY) throw new Error("its table of contents is damaged");
    const [nameLength, moreLength, commentLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [number, number, number];
    const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
    entries.set(name, bytesOf(zip, zip.readUInt32LE(at + 42), zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 10)));
    at += 46 + nameLength + moreLength + commentLength;
  }
  return entries;
}

function bytesOf(zip: Buffer, header: number, packedLength: number, method: number): Buffer {
  const begin = header + FILE_HEADER_BYTES + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  const packed = zip.subarray(begin, begin + packedLength);
  return method === 0 ? packed : inflateRawSync(packed);
}
