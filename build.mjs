import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

// `npm run build`: src/ becomes one script, dist/cli/main.cjs, and what V8 makes of it is kept beside it (bin/load.cjs
// says why). Types are the business of `npm run types`.
const { load, program } = createRequire(import.meta.url)('./bin/load.cjs');
const root = import.meta.dirname;
const dist = join(root, 'dist');

/** Every run needs these, so they are in the script; the other packages are read when a command asks for them. */
const BUNDLED = ['commander', 'chalk'];

rmSync(dist, { recursive: true, force: true });
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const packages = Object.keys(dependencies).filter((name) => !BUNDLED.includes(name));
const bundle = await rolldown({
  input: join(root, 'src/cli/main.ts'),
  platform: 'node',
  external: packages,
  plugins: [{ name: 'import-packages', renderChunk: importPackages }],
  logLevel: 'warn',
});
await bundle.write({
  file: program,
  format: 'cjs',
  codeSplitting: false,
  postBanner: '(function (exports, require, __filename, __dirname, importPackage) {',
  postFooter: '})',
});
await bundle.close();
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), BUNDLED.map(licenceOf).join('\n\n'));
writeFileSync(`${program}.cache`, await compiled());

/** bin/load.cjs says why. */
function importPackages(code) {
  return code.replace(/\bimport\("([^"]+)"\)/g, (call, name) =>
    packages.includes(name) ? `importPackage(${JSON.stringify(name)})` : call,
  );
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
