#!/usr/bin/env node
// The tiny file that `latchkey` names: checks Node, then loads the rest with what V8 made of it before; never does anything itself.
"use strict";

/** Of every file beside this one; the build puts it in. Without it (while files are watched) nothing is kept. */
const BUILD = "";
/** How long after the last file was loaded: by then the first answer is under way or over. */
const CALM_AFTER_MS = 4000;
/** Ends each kept file: one that a crash cut short is not used. */
const MARK = "whole.";

function start() {
  const folder = keptIn();
  if (folder === null) require("./server.cjs");
  else loaderIn(folder)("./server.cjs");
}

/**
 * Node's own cache keeps a file as it was compiled when loaded: functions that ran later are compiled anew in every process. Ours is made
 * once they ran. It lies within Node's, so that whatever moves or forbids that one holds for it too.
 */
function keptIn() {
  const { enableCompileCache, getCompileCacheDir } = require("node:module");
  enableCompileCache?.();
  const folder = getCompileCacheDir?.();
  return folder && BUILD !== "" ? `${folder}/latchkey-${BUILD}` : null;
}

function loaderIn(folder) {
  const fs = require("node:fs");
  const { Script } = require("node:vm");
  const isOurs = isPrivate(fs, folder);
  const loaded = new Map();
  const scripts = new Map();
  let isStale = false;
  let isHastened = false;
  let timer;
  const keep = () => {
    if (isStale) for (const [name, script] of scripts) keepOne(fs, `${folder}/${name}`, script);
    isStale = false;
  };
  const calmDown = () => {
    keep();
    // Before anybody was asked, most of what a first answer needs is still to be loaded.
    if (scripts.has("undici.cjs")) isHastened = hasten();
  };
  const compile = (path, source) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const head = "(function (exports, require, module, __filename, __dirname) { ";
    const cachedData = isOurs && !isHastened ? keptData(fs, `${folder}/${name}`) : undefined;
    const script = new Script(`${head}${source}\n})`, { filename: path, columnOffset: -head.length, cachedData });
    scripts.set(name, script);
    if (!isHastened) {
      isStale ||= cachedData === undefined || script.cachedDataRejected;
      clearTimeout(timer);
      timer = setTimeout(calmDown, CALM_AFTER_MS).unref();
    }
    return script.runInThisContext();
  };
  const load = (name) => {
    if (!name.startsWith("./")) return require(name);
    const path = `${__dirname}/${name.slice(2)}`;
    const known = loaded.get(path);
    if (known !== undefined) return known.exports;
    // A file that is not there is missed in Node's own words.
    if (!fs.existsSync(path)) return require(path);
    const module = { exports: {} };
    compile(path, fs.readFileSync(path, "utf8")).call(module.exports, module.exports, load, module, path, __dirname);
    loaded.set(path, module);
    return module.exports;
  };
  process.once("exit", keep);
  return load;
}

/**
 * V8 compiles a function at its best after 3,000 calls, and most of ours are called once a request. Said to the one version that it was
 * measured with (docs/performance.md), and late: what Node and we kept of the code is bound to V8's flags, and is not taken once they changed.
 */
function hasten() {
  if (!process.versions.v8.startsWith("13.6.")) return false;
  require("node:v8").setFlagsFromString("--invocation-count-for-turbofan=500");
  return true;
}

/** What lies there is run: it must be a folder that nobody else can write to. */
function isPrivate(fs, folder) {
  try {
    const { uid, mode } = fs.lstatSync(folder);
    return process.getuid === undefined || (uid === process.getuid() && (mode & 0o77) === 0);
  } catch {
    return false;
  }
}

function keptData(fs, path) {
  try {
    const kept = fs.readFileSync(path);
    return kept.toString("latin1", kept.length - MARK.length) === MARK ? kept.subarray(0, -MARK.length) : undefined;
  } catch {
    return undefined;
  }
}

function keepOne(fs, path, script) {
  const draft = `${path}.${process.pid}`;
  try {
    fs.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
    fs.writeFileSync(draft, Buffer.concat([script.createCachedData(), Buffer.from(MARK)]), { mode: 0o600, flush: true });
    fs.renameSync(draft, path);
  } catch {
    // Without room or a right to write, the next process compiles again.
  }
}

/** To the `node` package where that lies beside this (as in a clone of this repository), so that editors and scripts need not know about it. */
function handOver() {
  const { join, dirname } = require("node:path");
  let newer;
  try {
    newer = join(dirname(require.resolve("node/package.json")), "bin", process.platform === "win32" ? "node.exe" : "node");
  } catch {}
  if (newer === undefined || newer === process.execPath) {
    process.stderr.write(`latchkey needs Node 22.15 or newer; this is ${process.versions.node}.\n`);
    process.exit(2);
  }
  const child = require("node:child_process").spawn(newer, process.argv.slice(1), { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(
      `latchkey needs Node 22.15 or newer; this is ${process.versions.node}, and ${newer} cannot be started: ${error.message}\n`,
    );
    process.exit(2);
  });
  child.on("exit", (code, signal) => process.exit(signal ? 1 : code));
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 15)) start();
else handOver();
