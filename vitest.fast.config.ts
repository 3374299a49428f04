import { defineConfig, mergeConfig } from 'vitest/config';
import whole from './vitest.config.ts';

/**
 * Tests that take more than some two seconds each, most of them because they start the program, kubectl or a kernel's network
 * namespace many times. `npm run test:fast` and `npm run watch` leave them out; `npm test` and the CI run everything.
 */
const SLOW = [
  'test/**/*kernel.test.ts',
  'test/attack/**',
  'test/bench/**',
  'test/check/{action,all-nodes,check-command}.test.ts',
  'test/cli/{colour,hostile,outputs,screens-on-terminal,signals}.test.ts',
  'test/command/quote.test.ts',
  'test/diff/{command,explore,explore-more,hidden,missing-files,missing-files-random,retracked}.test.ts',
  'test/explain/{fewer-endpoints,other-proxies}.test.ts',
  'test/findings/{findings,hostile-names,one-fault,pruned-objects,silent,tool-named}.test.ts',
  'test/kernel/**',
  'test/kubernetes/pruned.test.ts',
  'test/live/**',
  'test/project/{cache,readme,start}.test.ts',
  'test/render/*-{chromium,graphviz,xmllint}.test.ts',
  'test/schema/**',
  'test/redact/**',
  'test/trace/surprises-long-run.test.ts',
  'test/truth/**',
];

export default mergeConfig(whole, defineConfig({ test: { exclude: SLOW, reporters: ['dot'] } }));
