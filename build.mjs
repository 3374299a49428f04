import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

// `npm run build`: src/ becomes one script, dist/cli/main.cjs, and what V8 makes of it is kept beside it (bin/load.cjs
// says why). Types are the business of `npm run types`.
const { load, program, sealed } = createRequire(import.meta.url)('./bin/load.cjs');
const root = import.meta.dirname;
const dist = join(root, 'dist');

/** Every run needs these, so they are in the script; the other packages are read when a command asks for them. */
const BUNDLED = ['commander', 'chalk'];

/** Begins the names of modules that stand for what is loaded from elsewhere. */
const OUTSIDE = '\0outside:';

rmSync(dist, { recursive: true, force: true });
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const packages = Object.keys(dependencies).filter((name) => !BUNDLED.includes(name));
const bundle = await rolldown({
  input: join(root, 'src/cli/main.ts'),
  platform: 'node',
  plugins: [
    { name: 'load-when-needed', resolveId: resolveOutside, load: loadOutside },
    { name: 'import-packages', renderChunk: importPackages },
  ],
  logLevel: 'warn',
});
const { output } = await bundle.generate({
  format: 'cjs',
  codeSplitting: false,
  // Read in src/; here they would be a third of a megabyte that every start hashes.
  comments: { jsdoc: false, annotation: false },
  // Blanks and long names of locals would be a quarter of it. Functions keep their names: the stack of a bug is read.
  minify: {
    compress: false,
    mangle: { toplevel: false, keepNames: true },
    codegen: { removeWhitespace: true },
  },
  postBanner: '(function (exports, require, __filename, __dirname, importPackage) {',
  postFooter: '})',
});
await bundle.close();
mkdirSync(dirname(program), { recursive: true });
writeFileSync(program, inAscii(output[0].code));
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), BUNDLED.map(licenceOf).join('\n\n'));
writeFileSync(`${program}.cache`, sealed(readFileSync(program), await compiled()));

/**
 * What a module imports of Node or of a package would be loaded with the script, whoever needs it. A module of CommonJS in
 * between is run when the first module that imports it is, and no command runs all.
 */
function resolveOutside(name, importer, { kind }) {
  if (!packages.includes(name) && !isBuiltin(name)) return null;
  const isLate = kind === 'dynamic-import' || importer?.startsWith(OUTSIDE) === true;
  return isLate ? { id: name, external: true } : OUTSIDE + name;
}

function loadOutside(id) {
  if (!id.startsWith(OUTSIDE)) return null;
  return `module.exports = require(${JSON.stringify(id.slice(OUTSIDE.length))});`;
}

/** bin/load.cjs says why. */
function importPackages(code) {
  return code.replace(/\bimport\("([^"]+)"\)/g, (call, name) =>
    packages.includes(name) ? `importPackage(${JSON.stringify(name)})` : call,
  );
}

/** A script in ASCII alone is read ten times as fast, and held in half of the memory. */
function inAscii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The licence of a package asks to travel with its code. */
function licenceOf(name) {
  const folder = join(root, 'node_modules', name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence file in ${folder}`);
  return `${name}\n\n${readFileSync(join(folder, file), 'utf8')}`;
}

/** V8 compiles a function when it first runs: the cache holds what these runs needed. */
async function compiled() {
  const { main, script } = load();
  const silent = {
    programName: 'kp-explain',
    env: {},
    columns: null,
    showsProgress: false,
    out() {},
    err() {},
  };
  for (const command of ['trace shop/web --demo', 'trace shop/web --demo -o json', 'services --demo']) {
    await main(command.split(' '), silent);
  }
  return script.createCachedData();
}
