'use strict';
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

const program = join(__dirname, '../dist/cli/main.cjs');
const SEAL_BYTES = 32;

/**
 * The whole program is one script, and beside it stands what V8 made of that script when it was built: reading it back
 * takes some 160 ms off the 400 to an answer. V8 itself looks at no more than its version and the script's length, and would
 * run whatever a damaged cache holds, so a seal stands before it. Without a cache that fits, the script is compiled anew.
 * @returns `main` and `serveChecks` of src/cli/main.ts, and the script.
 */
function load() {
  const source = readFileSync(program);
  const script = new Script(source.latin1Slice(), { filename: program, cachedData: readCache(source) });
  const exports = {};
  script.runInThisContext()(exports, require, program, dirname(program), importPackage);
  return { ...exports, script };
}

/** What the script calls for `import(name)`: packages that only some commands ask for are scripts beside it. */
async function importPackage(name) {
  return importPackage.now(name);
}

/** The same for `import … from`. */
importPackage.now = (name) => require(packageFile(name));

/** @returns where `npm run build` puts a package. */
function packageFile(name) {
  return join(__dirname, '../dist/packages', `${name.replace(/\W/g, '-')}.cjs`);
}

/** @returns undefined where there is no cache, or one of another script, of another Node, or damaged. */
function readCache(source) {
  try {
    const cache = readFileSync(`${program}.cache`);
    const data = cache.subarray(SEAL_BYTES);
    return sealOf(source, data).equals(cache.subarray(0, SEAL_BYTES)) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** The file `main.cjs.cache`: its seal, then what `createCachedData` gave. */
function sealed(source, data) {
  return Buffer.concat([sealOf(source, data), data]);
}

/** One hash over the script, V8's data and who made it: takes 3 ms for 3 MB, and names of chains need crypto anyway. */
function sealOf(source, data) {
  const { createHash } = require('node:crypto');
  const maker = `${process.version} ${process.versions.v8} ${process.arch} ${source.length}\0`;
  return createHash('sha256').update(maker).update(source).update(data).digest();
}

module.exports = { load, packageFile, program, sealed };
