// Who holds reservations, and whether that process still lives; asks the kernel, never guesses from silence alone.
import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** What the process edge knows of itself: the only file that names the process is server/main.ts. */
export interface ProcessFacts {
  readonly pid: number;
  /** Whether a process of that id exists on this machine, as signal 0 tells. */
  isAlive(pid: number): boolean;
}

/** One open ledger of one process. */
export interface Holder {
  readonly id: string;
  readonly pid: number;
  /** Machine, boot and process-id namespace: process ids mean something only within one. */
  readonly place: string;
  /** When the process began, as the kernel counts; empty where it does not tell, so that a reused id is not seen. */
  readonly started: string;
}

export interface HolderRecord extends Holder {
  readonly leaseUntilMs: number;
}

export const LEASE_MS = 60_000;
export const HEARTBEAT_MS = 15_000;

export function createHolder(facts: ProcessFacts): Holder {
  return { id: randomUUID(), pid: facts.pid, place: placeOf(), started: startedOf(facts.pid) ?? "" };
}

/**
 * In the same place the kernel decides: gone, another start, or a zombie is dead. Where no start is told, and in
 * another place (a container that shares the home folder), only a lease that ran out counts; a judgement that
 * was wrong is put right when the process settles after all.
 */
export function isDead(record: HolderRecord, own: Holder, facts: ProcessFacts, nowMs: number): boolean {
  const leaseOver = record.leaseUntilMs < nowMs;
  if (record.place !== own.place) return leaseOver;
  if (!facts.isAlive(record.pid)) return true;
  const started = startedOf(record.pid);
  if (started === null || record.started === "") return leaseOver;
  return started !== record.started;
}

function placeOf(): string {
  return [
    hostname(),
    readOr(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()),
    readOr(() => readlinkSync("/proc/self/ns/pid")),
  ].join(" ");
}

/** Field 22 of /proc/PID/stat; "zombie" for a process that ended and was not collected; null where there is no /proc. */
function startedOf(pid: number): string | null {
  const stat = readOr(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  if (stat === "") return null;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? "zombie" : (fields[19] ?? null);
}

function readOr(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
