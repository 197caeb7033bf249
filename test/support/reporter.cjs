// Mocha's dot reporter with the figures written to a file, in all and by test file, so that suites can be added up and a file run again.
const { writeFileSync } = require("node:fs");
const { relative } = require("node:path");
const { reporters } = require("mocha");

class Reporter extends reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    const files = {};
    const count = (test, key) => {
      const file = test.file ? relative(process.cwd(), test.file) : "";
      files[file] ??= { passes: 0, failures: 0, pending: 0 };
      files[file][key] += 1;
    };
    runner.on("pass", (test) => count(test, "passes"));
    runner.on("fail", (test) => count(test, "failures"));
    runner.on("pending", (test) => count(test, "pending"));
    runner.once("end", () => {
      const { passes, failures, pending } = runner.stats;
      writeFileSync(options.reporterOptions.file, JSON.stringify({ passes, failures, pending, files }));
    });
  }
}

module.exports = Reporter;
