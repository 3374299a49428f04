'use strict';
// The beginning of the single executable (release.mjs): its parts lie in the file itself, and not beside it.
const { dirname, join } = require('node:path');
const { getRawAsset } = require('node:sea');
const { Script } = require('node:vm');

const PROGRAM = 'dist/cli/main.cjs';
/** As load.cjs writes it before what V8 made. */
const SEAL_BYTES = 32;
const names = new Set(JSON.parse(Buffer.from(getRawAsset('index')).toString('utf8')));
const asset = (name) => (names.has(name) ? Buffer.from(getRawAsset(name)) : null);

// src/capture/own-files.ts asks here for what the package has beside the program.
globalThis[Symbol.for('kp-explain.files')] = {
  read: asset,
  list: (folder) => [...names].filter((name) => name.startsWith(`${folder}/`)),
};

// A thread of `check` is told by this same script.
if (process.argv[1] === '[worker eval]') load().serveChecks();
else if (process.pid === 1) runAsChild();
else run();

function run() {
  load()
    .main(process.argv.slice(2))
    .then((status) => {
      process.exitCode = status;
    });
}

function load() {
  const exports = {};
  const file = join(dirname(process.execPath), PROGRAM);
  // release.mjs puts in the cache only where it is of this Node; nobody changes one part of this file alone.
  const script = new Script(asset(PROGRAM).latin1Slice(), {
    filename: file,
    cachedData: asset(`${PROGRAM}.cache`)?.subarray(SEAL_BYTES),
  });
  script.runInThisContext()(exports, require, file, dirname(file), importPackage);
  return exports;
}

async function importPackage(name) {
  return importPackage.now(name);
}

importPackage.now = (name) => {
  const part = `dist/packages/${name.replace(/\W/g, '-')}.cjs`;
  const module = { exports: {} };
  const code = `(function (exports, require, module) {${asset(part).toString('utf8')}\n})`;
  new Script(code, { filename: part }).runInThisContext()(module.exports, require, module);
  return module.exports;
};

/** As in kp-explain.cjs: the kernel keeps signals from the first process of a container. */
function runAsChild() {
  const { spawn } = require('node:child_process');
  const { constants } = require('node:os');
  const child = spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit', detached: true });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  child.on('error', run);
  child.on('exit', (status, signal) => process.exit(status ?? 128 + constants.signals[signal]));
}
