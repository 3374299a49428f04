import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { ToolReporter } from './test/support/tool-reporter.ts';

// `.ci/run` names a file for the results, which it reads afterwards.
const results = process.env.KP_EXPLAIN_TEST_RESULTS;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-if-stale.ts'],
    reporters: [
      'default',
      new ToolReporter(),
      ...(results ? [['json', { outputFile: results }] as ['json', { outputFile: string }]] : []),
    ],
    // One fewer than there are processors is vitest's own choice, which leaves half of a machine of two idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
});
