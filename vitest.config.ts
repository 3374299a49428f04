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
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
});
