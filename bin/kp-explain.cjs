#!/usr/bin/env node
'use strict';
const { load } = require('./load.cjs');

if (process.pid === 1) runAsChild();
else run();

function run() {
  load()
    .main(process.argv.slice(2))
    .then((status) => {
      process.exitCode = status;
    });
}

/**
 * The kernel keeps signals that nobody listens for from the first process of a container, and a program that computes does
 * not listen: it runs as a child there. In a session of its own, so that it gets Ctrl-C once, from here.
 */
function runAsChild() {
  const { spawn } = require('node:child_process');
  const { constants } = require('node:os');
  const args = [...process.execArgv, ...process.argv.slice(1)];
  const child = spawn(process.execPath, args, { stdio: 'inherit', detached: true });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  child.on('error', run);
  child.on('exit', (status, signal) => process.exit(status ?? 128 + constants.signals[signal]));
}
