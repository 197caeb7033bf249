// Shares each frame among all that is still to be drawn, newest first: no frame is held up by how much there is.

/** One step of work; true while more is left. */
export type Job = () => boolean;

const WORK_MS = 8;
/** Drawing takes at most about a fifth of the time: after a slow frame the next ones are skipped. */
const REST_PER_WORK = 4;

export class Painter {
  readonly #jobs = new Set<Job>();
  #frame = 0;
  #restUntilMs = 0;

  add(job: Job): void {
    this.#jobs.add(job);
    this.#frame ||= requestAnimationFrame((nowMs) => this.#onFrame(nowMs));
  }

  remove(job: Job): void {
    this.#jobs.delete(job);
  }

  #onFrame(nowMs: number): void {
    this.#frame = 0;
    if (nowMs >= this.#restUntilMs) this.#work(nowMs);
    if (this.#jobs.size > 0) this.#frame = requestAnimationFrame((now) => this.#onFrame(now));
  }

  #work(nowMs: number): void {
    const beganMs = performance.now();
    let job = [...this.#jobs].at(-1);
    while (job) {
      if (!job()) this.#jobs.delete(job);
      if (performance.now() - beganMs > WORK_MS) break;
      job = [...this.#jobs].at(-1);
    }
    const spentMs = performance.now() - beganMs;
    this.#restUntilMs = spentMs > WORK_MS ? nowMs + spentMs * REST_PER_WORK : 0;
  }
}
