// Beside the extension in the bench: hands out what VS Code itself noted of when each extension was loaded and called. Asleep until asked.
"use strict";
const { renameSync, writeFileSync } = require("node:fs");
const vscode = require("vscode");

exports.activate = ({ subscriptions }) => {
  const write = () => {
    const path = process.env.LATCHKEY_BENCH_MARKS;
    writeFileSync(`${path}.part`, JSON.stringify(globalThis.MonacoPerformanceMarks.getMarks()));
    renameSync(`${path}.part`, path);
  };
  subscriptions.push(vscode.commands.registerCommand("marksReader.write", write));
};
