'use strict';
// A thread of `check` that checks some of several captures (src/cli/fleet/check-threads.ts starts it).
const { load } = require('./load.cjs');

load().serveChecks();
