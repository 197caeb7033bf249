// Preloaded into the built sidecar by a test: on a signal it dies of an error that nobody catches, or of having no memory left.
process.on("SIGUSR2", () => {
  setImmediate(() => {
    throw new Error("died for a test");
  });
});
process.on("SIGPWR", () => {
  const kept = [];
  for (;;) kept.push(new Array(1_000_000).fill(kept.length));
});
