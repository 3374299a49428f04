#!/usr/bin/env node
// Stands in for kubectl on PATH: writes down each call's arguments, and answers as kubectl 1.32 does (its messages,
// streams and statuses were taken from the program itself). FAKE_KUBECTL names a folder: `scenario.json` says what goes
// wrong, `calls.jsonl` gets the calls, `pods.json` holds the pods that were made.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const home = process.env.FAKE_KUBECTL;
const scenario = JSON.parse(readFileSync(join(home, 'scenario.json'), 'utf8'));
const args = process.argv.slice(2);
// A program that the shell of a session runs calls this script in its own name.
const within = process.env.FAKE_KUBECTL_POD;
appendFileSync(
  join(home, within === undefined ? 'calls.jsonl' : 'in-shell.jsonl'),
  `${JSON.stringify(args)}\n`,
);

const podsFile = join(home, 'pods.json');
const pods = existsSync(podsFile) ? JSON.parse(readFileSync(podsFile, 'utf8')) : [];
const savePods = (list) => writeFileSync(podsFile, JSON.stringify(list));
const value = (name) => args.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const words = args.filter((word) => !/^--(kubeconfig|context|cluster|user|token|as|as-group)=/.test(word));
const [verb = '', what = ''] = words;
const dashes = words.indexOf('--');
const remote = within !== undefined ? args : dashes < 0 ? [] : words.slice(dashes + 1);

function end(status, { out = '', err: said = '' } = {}) {
  // What kubectl itself adds at the end is not written by a program in a shell.
  const err = within === undefined ? said : said.replace(/command terminated with exit code \d+\n/, '');
  if (out !== '') process.stdout.write(out);
  if (err !== '') process.stderr.write(err);
  process.exitCode = status;
}

/** What goes wrong: by verb, or `exec NAMESPACE/POD PROGRAM`. */
function trouble() {
  if (within !== undefined) return scenario.trouble?.[`exec ${remote.join(' ')}`] ?? null;
  const keys = [verb, `${verb} ${what}`];
  if (verb === 'exec')
    keys.push(`exec ${value('namespace')}/${what.replace('pod/', '')}`, `exec ${remote.join(' ')}`);
  if (verb === 'debug') keys.push(`debug ${value('profile')}`);
  if (verb === 'get' && value('namespace') !== undefined) keys.push(`get in ${value('namespace')}`);
  for (const key of keys.reverse()) if (scenario.trouble?.[key] !== undefined) return scenario.trouble[key];
  return null;
}

if (scenario.login !== undefined && within === undefined) {
  process.stderr.write(scenario.login.asks);
  await new Promise((resolve) => setTimeout(resolve, scenario.login.ms));
}

/** Of trouble that ends, each call is counted. */
function isOver({ times }) {
  if (times === undefined) return false;
  const file = join(home, 'times');
  appendFileSync(file, '.');
  return readFileSync(file, 'utf8').length > times;
}

const met = trouble();
const wrong = met === null || isOver(met) ? null : met;
// Tells a test that it has come this far.
if (wrong !== null) writeFileSync(join(home, 'in-trouble'), '');
// What kubectl started and left behind, such as a credential helper: it keeps the pipes open.
if (wrong?.grandchildMs !== undefined) {
  const script = `setTimeout(() => {}, ${wrong.grandchildMs})`;
  spawn(process.execPath, ['-e', script], { stdio: 'inherit', detached: true }).unref();
}
if (wrong?.flood !== undefined) {
  const piece = Buffer.alloc(1024 * 1024);
  const stream = process[wrong.flood];
  for (;;) if (!stream.write(piece)) await new Promise((resolve) => stream.once('drain', resolve));
}
if (wrong?.sleepMs !== undefined) await new Promise((resolve) => setTimeout(resolve, wrong.sleepMs));
if (wrong !== null && wrong.status !== undefined) {
  if (verb === 'debug' && wrong.named === true) made(true);
  end(wrong.status, wrong);
} else if (within !== undefined) {
  run();
} else if (verb === 'config') {
  if (scenario.context === undefined)
    end(1, { err: 'error: current-context must exist in order to minify\n' });
  else
    end(0, {
      out: JSON.stringify({
        kind: 'Config',
        'current-context': scenario.context.name,
        contexts: [{ name: scenario.context.name, context: { namespace: scenario.context.namespace } }],
      }),
    });
} else if (verb === 'get' && what.startsWith('node/')) {
  const name = what.slice(5);
  if (!scenario.nodes.includes(name))
    end(1, { err: `Error from server (NotFound): nodes "${name}" not found\n` });
  else {
    const conditions = [scenario.ready?.[name] ?? { type: 'Ready', status: 'True', reason: 'KubeletReady' }];
    end(0, { out: JSON.stringify({ kind: 'Node', metadata: { name }, status: { conditions } }) });
  }
} else if (verb === 'get' && what === 'nodes') {
  end(0, { out: list(scenario.nodes.map((name) => ({ metadata: { name } }))) });
} else if (verb === 'get' && what === 'pods') {
  const node = value('field-selector').replace('spec.nodeName=', '').replace(/\\(.)/g, '$1');
  const namespace = value('namespace');
  const all = [...scenario.pods, ...pods].filter(({ spec }) => spec.nodeName === node);
  end(0, {
    out: list(all.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)),
  });
} else if (verb === 'get' && what.startsWith('pod/')) {
  const pod = findPod();
  if (pod === undefined && args.includes('--ignore-not-found')) end(0);
  else if (pod === undefined) notFound();
  else if (words.at(-1) === 'name') end(0, { out: `${what}\n` });
  else end(0, { out: JSON.stringify(pod) });
} else if (verb === 'get' && what.startsWith('configmap/')) {
  end(0, { out: JSON.stringify({ kind: 'ConfigMap', data: scenario.configMaps?.[what.slice(10)] ?? {} }) });
} else if (verb === 'logs') {
  end(0, { out: scenario.log ?? '' });
} else if (verb === 'debug') {
  made(false);
} else if (verb === 'delete') {
  // A kuberc is read since 1.33, and nobody answers its question.
  const settings = process.env.KUBERC !== 'off' && process.env.KUBECTL_KUBERC !== 'false';
  if (scenario.interactiveDelete === true && settings)
    end(0, {
      out: `You are about to delete the following 1 resource(s):\n${what}\nDo you want to continue? (y/n): deletion is cancelled\n`,
    });
  else if (!args.includes('--ignore-not-found') && findPod() === undefined) notFound();
  else {
    savePods(pods.filter(({ metadata }) => `pod/${metadata.name}` !== what));
    end(0, { out: `pod "${what.slice(4)}" deleted\n` });
  }
} else if (verb === 'exec') {
  run();
} else {
  end(1, { err: `error: unknown command "${verb}" for "kubectl"\n` });
}

function findPod() {
  if (within !== undefined) return JSON.parse(within);
  return [...scenario.pods, ...pods].find(
    ({ metadata }) => `pod/${metadata.name}` === what && metadata.namespace === value('namespace'),
  );
}

function notFound() {
  end(1, { err: `Error from server (NotFound): pods "${what.slice(4)}" not found\n` });
}

function list(items) {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

/** kubectl tells the pod's name before it asks the server to make it. */
function made(only) {
  const node = what.replace('node/', '');
  if (!scenario.nodes.includes(node)) {
    end(1, { err: `Error from server (NotFound): nodes "${node}" not found\n` });
    return;
  }
  const name = `node-debugger-${node}-x7k2p`;
  const container = value('container');
  process.stdout.write(`Creating debugging pod ${name} with container ${container} on node ${node}.\n`);
  const profile = value('profile');
  savePods([
    ...pods,
    {
      metadata: { name, namespace: value('namespace') },
      spec: {
        nodeName: node,
        hostNetwork: true,
        containers: [{ name: container, image: value('image'), profile }],
      },
      status: scenario.debugStatus ?? {
        phase: 'Running',
        containerStatuses: [{ name: container, state: { running: {} } }],
      },
    },
  ]);
  if (!only) process.exitCode = 0;
}

/** The image's own shell, with the programs that the pod has on its PATH; each is this script again. */
async function shell(pod) {
  const folder = mkdtempSync(join(home, 'pod-'));
  for (const program of new Set([...programsOf(pod, false), 'chroot'])) {
    const script = join(folder, program);
    const self = [process.execPath, process.argv[1]].map((word) => `'${word}'`).join(' ');
    writeFileSync(script, `#!/bin/sh\nexec ${self} ${program} "$@"\n`, { mode: 0o755 });
  }
  const child = spawn('/bin/sh', remote.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, PATH: folder, FAKE_KUBECTL_POD: JSON.stringify(pod) },
  });
  const [code] = await once(child, 'exit');
  end(code ?? 1, code === 0 ? {} : { err: `command terminated with exit code ${code}\n` });
}

/** Of a list each call prints the next, and the last again and again. */
function turnOf(command, outputs) {
  if (!Array.isArray(outputs)) return outputs;
  const turns = join(home, `turns of ${command}`.replaceAll('/', '-'));
  const turn = existsSync(turns) ? readFileSync(turns).length : 0;
  appendFileSync(turns, '.');
  return outputs[Math.min(turn, outputs.length - 1)];
}

function programsOf(pod, rooted) {
  const [container] = pod.spec.containers;
  return rooted ? scenario.hostPrograms : (scenario.imagePrograms?.[container.image] ?? scenario.podPrograms);
}

function run() {
  const pod = findPod();
  if (pod === undefined) return notFound();
  if (remote[0] === 'sh' && args.includes('--stdin') && programsOf(pod, false).includes('sh'))
    return shell(pod);
  const [container] = pod.spec.containers;
  const rooted = remote[0] === 'chroot' && remote[1] === '/host';
  const argv = rooted ? remote.slice(2) : remote;
  const missing = () =>
    end(127, {
      err: rooted
        ? `chroot: can't execute '${argv[0]}': No such file or directory\ncommand terminated with exit code 127\n`
        : `OCI runtime exec failed: exec failed: unable to start container process: exec: "${argv[0]}": executable file not found in $PATH: unknown\ncommand terminated with exit code 127\n`,
    });
  if (rooted && container.profile !== 'sysadmin') {
    return end(1, {
      err: "chroot: can't change root directory to '/host': No such file or directory\ncommand terminated with exit code 1\n",
    });
  }
  const programs = programsOf(pod, rooted);
  if (!programs.includes(argv[0])) return missing();
  const command = argv.join(' ');
  const file = turnOf(
    command,
    scenario.outputsOf?.[pod.spec.nodeName]?.[command] ?? scenario.outputs[command],
  );
  if (file === undefined)
    return end(1, { err: `${argv[0]}: no such thing\ncommand terminated with exit code 1\n` });
  return end(file.status ?? 0, typeof file === 'string' ? { out: readFileSync(file) } : file);
}
