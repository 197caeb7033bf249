// What may have been billed is told apart from what certainly was not.
import assert from "node:assert/strict";
import http from "node:http";
import net from "node:net";
import { Failure, type FailureDetails } from "../../../shared/failure.ts";
import { mayHaveBeenAccepted, unreachable } from "../../../server/resilience/acceptance.ts";

function failure(details: FailureDetails, cause?: unknown): Failure {
  return new Failure("providerUnavailable", undefined, details, { cause });
}

async function causeOf(url: string): Promise<unknown> {
  return fetch(url, { method: "POST", body: "x" }).then(
    () => assert.fail("the request succeeded"),
    (error: unknown) => error,
  );
}

describe("acceptance of a failed request", () => {
  for (const status of [400, 401, 429, 500, 502, 503, 529]) {
    it(`is ruled out by status ${status}`, () => assert.equal(mayHaveBeenAccepted(failure({ status })), false));
  }

  for (const status of [504, 522, 524]) {
    it(`is possible when a gateway gave up with ${status}`, () => assert.equal(mayHaveBeenAccepted(failure({ status })), true));
  }

  it("is ruled out when nobody listens at the port", async () => {
    const server = net.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as net.AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const refused = failure({}, await causeOf(`http://127.0.0.1:${port}/`));
    assert.equal(mayHaveBeenAccepted(refused), false);
    assert.equal(unreachable(refused), true);
  });

  it("is ruled out when the other side does not speak TLS", async () => {
    const server = http.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as net.AddressInfo;
    const insecure = failure({}, await causeOf(`https://127.0.0.1:${port}/`));
    server.close();
    assert.equal(mayHaveBeenAccepted(insecure), false);
    assert.equal(unreachable(insecure), true);
  });

  it("is possible when the connection broke after the request went out", async () => {
    const server = net.createServer((socket) => socket.once("data", () => socket.resetAndDestroy())).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as net.AddressInfo;
    const reset = failure({}, await causeOf(`http://127.0.0.1:${port}/`));
    server.close();
    assert.equal(mayHaveBeenAccepted(reset), true);
    assert.equal(unreachable(reset), false);
  });

  it("is possible when a stream that had begun reported an error", () => {
    assert.equal(mayHaveBeenAccepted(failure({ status: 200 })), true);
    assert.equal(mayHaveBeenAccepted(failure({ status: 503, inStream: true })), true);
    assert.equal(mayHaveBeenAccepted(failure({})), true);
  });
});
