// Sends what 20 streams of 1,000 chunks a second bring, through the sidecar's own event streams and frame writer; tells on stderr what that cost.
import { createEventStream } from "../../server/rpc/event-stream.ts";
import { FrameWriter } from "../../server/rpc/frame-writer.ts";

const [, , streams = "20", perSecond = "1000", seconds = "3"] = process.argv;
const writer = new FrameWriter(process.stdout);
const sink = {
  send: (params: unknown, urgency: "now" | "soon" | "idle") =>
    writer.writeText(JSON.stringify({ jsonrpc: "2.0", method: "chat/event", params }), urgency),
  ready: () => writer.ready(),
};

/** The chunks that are due, every millisecond; each carries the time at which it came. */
function run(emit: (stream: number, text: string) => void): Promise<number> {
  const before = process.cpuUsage();
  const began = performance.now();
  let sent = 0;
  return new Promise((done) => {
    const tick = () => {
      const passedMs = performance.now() - began;
      const due = Math.min(Number(perSecond) * Number(seconds), Math.floor((passedMs * Number(perSecond)) / 1000));
      for (; sent < due; sent += 1)
        for (let stream = 0; stream < Number(streams); stream += 1)
          emit(stream, ` ${(performance.timeOrigin + performance.now()).toFixed(2)}`);
      if (sent < Number(perSecond) * Number(seconds)) return void setTimeout(tick, 1);
      const { user, system } = process.cpuUsage(before);
      done((user + system) / 1000 / (performance.now() - began));
    };
    tick();
  });
}

let discarded = 0;
// The same without sending is not the cost of sending.
const idle = await run((_, text) => {
  discarded += text.length;
});
const outs = Array.from({ length: Number(streams) }, (_, index) => createEventStream(`flow-${index}`, sink, () => performance.now()));
const sending = await run((stream, text) => void outs[stream]?.emit({ type: "text-delta", text }));
for (const out of outs) out.close();
writer.flush();
process.stderr.write(`${JSON.stringify({ share: Math.max(0, sending - idle), discarded })}\n`);
process.stdout.write("", () => process.exit(0));
