// Mocha's dot reporter with the figures written to a file, so that suites can be added up.
const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

class Reporter extends reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending } = runner.stats;
      writeFileSync(options.reporterOptions.file, JSON.stringify({ passes, failures, pending }));
    });
  }
}

module.exports = Reporter;
