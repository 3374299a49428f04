'use strict';
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { Script, constants } = require('node:vm');

const program = join(__dirname, '../dist/cli/main.cjs');

/**
 * The whole program is one script, and beside it stands what V8 made of that script when it was built: reading it back
 * halves the time to the first line of an answer. V8 refuses what another version of it made; the script is compiled
 * anew then.
 * @returns `main` of src/cli/main.ts, and the script.
 */
function load() {
  const script = new Script(readFileSync(program, 'utf8'), {
    filename: program,
    cachedData: readCache(),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const exports = {};
  script.runInThisContext()(exports, require, program, dirname(program));
  return { main: exports.main, script };
}

function readCache() {
  try {
    return readFileSync(`${program}.cache`);
  } catch {
    return undefined;
  }
}

module.exports = { load, program };
