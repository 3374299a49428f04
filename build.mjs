import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

// `npm run build`: src/ becomes one script, dist/cli/main.cjs, and what V8 makes of it is kept beside it (bin/load.cjs
// says why). Types are the business of `npm run types`.
const { load, packageFile, program, sealed } = createRequire(import.meta.url)('./bin/load.cjs');
const root = import.meta.dirname;
const dist = join(root, 'dist');

/** Every run needs these, so they are in the script. */
const BUNDLED = ['commander', 'chalk', 'cli-table3'];

/**
 * What only some commands ask for: each is a script of its own, with all that it needs itself, so that nothing has to be
 * installed beside. Of the Kubernetes client that is the part that logs in; the whole one is 55 MB.
 */
const LATE = {
  '@kubernetes/client-node': join(root, 'node_modules/@kubernetes/client-node/dist/config.js'),
  execa: 'execa',
  yaml: 'yaml',
};

/**
 * What the Kubernetes client would only need to make calls of its own, with what stands there: 900 kB of classes of the API,
 * and a fetch with its own tables of Unicode, of which Node has the one class that is named.
 */
const LEFT_OUT = {
  './gen/index.js': 'export const createConfiguration = undefined, ServerConfiguration = undefined;',
  'node-fetch': 'export const Headers = globalThis.Headers;',
};
const STANDS_FOR = '\0left-out:';

/** Begins the names of modules that stand for what is loaded from elsewhere. */
const OUTSIDE = '\0outside:';

rmSync(dist, { recursive: true, force: true });
const packages = Object.keys(LATE);
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
  // Blanks, long names of locals and what statements can be put shorter would be a quarter of it. Functions keep their names: the
  // stack of a bug is read.
  minify: {
    compress: { target: 'node20', keepNames: { function: true, class: true } },
    mangle: { toplevel: true, keepNames: { function: true, class: true } },
    codegen: { removeWhitespace: true },
  },
  postBanner: '(function (exports, require, __filename, __dirname, importPackage) {',
  postFooter: '})',
});
await bundle.close();
mkdirSync(dirname(program), { recursive: true });
writeFileSync(program, inAscii(output[0].code));
const folders = new Set(BUNDLED.map((name) => join(root, 'node_modules', name)));
for (const [name, input] of Object.entries(LATE)) await bundleLate(name, input);
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licencesOf([...folders]));
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
  const name = id.slice(OUTSIDE.length);
  // Where the package is installed, ours lie beside the script alone.
  const from = packages.includes(name) ? 'importPackage.now' : 'require';
  return `module.exports = ${from}(${JSON.stringify(name)});`;
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

function loadLeftOut(id) {
  return id.startsWith(STANDS_FOR) ? LEFT_OUT[id.slice(STANDS_FOR.length)] : null;
}

async function bundleLate(name, input) {
  const late = await rolldown({
    input,
    platform: 'node',
    plugins: [
      { name: 'leave-out', resolveId: (id) => (id in LEFT_OUT ? STANDS_FOR + id : null), load: loadLeftOut },
    ],
    logLevel: 'warn',
  });
  const { output } = await late.generate({ format: 'cjs', codeSplitting: false, minify: true });
  await late.close();
  const file = packageFile(name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, output[0].code);
  for (const id of output[0].moduleIds) {
    const [folder] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? [];
    if (folder !== undefined) folders.add(folder);
  }
}

/** The licence of a package asks to travel with its code; some have only its name. One that several have alike is told once. */
function licencesOf(list) {
  const byText = new Map();
  for (const folder of list) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? `licence: ${license}` : readFileSync(join(folder, file), 'utf8');
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  return [...byText].map(([text, names]) => `${names.join('\n')}\n\n${text}`).join('\n\n');
}

/**
 * V8 compiles a function when it first runs: the cache holds what this run needed. What another command needs besides is
 * compiled in a few milliseconds, and would be a part of the package that nobody notices otherwise.
 */
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
  await main(['trace', 'shop/web', '--demo'], silent);
  return script.createCachedData();
}
