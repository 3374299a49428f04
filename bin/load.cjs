'use strict';
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

const program = join(__dirname, '../dist/cli/main.cjs');

/**
 * The whole program is one script, and beside it stands what V8 made of that script when it was built: reading it back
 * halves the time to the first line of an answer. V8 refuses what another version of it made; the script is compiled
 * anew then.
 * @returns `main` of src/cli/main.ts, and the script.
 */
function load() {
  const script = new Script(readFileSync(program, 'latin1'), {
    filename: program,
    cachedData: readCache(),
  });
  const exports = {};
  script.runInThisContext()(exports, require, program, dirname(program), importPackage);
  return { main: exports.main, script };
}

/** What the script calls for `import(name)`: of itself a script that comes out of the cache cannot import. */
function importPackage(name) {
  return import(name);
}

function readCache() {
  try {
    return readFileSync(`${program}.cache`);
  } catch {
    return undefined;
  }
}

module.exports = { load, program };
