import type { Reporter, TestModule } from 'vitest/node';

/** Tests that need more than Node: their files have the word in the name, and skip themselves where something is missing. */
const KINDS = [
  {
    word: /kernel[^/]*\.test\.ts$/,
    name: 'kernel tests',
    needs: 'root, ip, ipset and iptables',
    required: 'KP_EXPLAIN_REQUIRE_KERNEL',
  },
  {
    word: /-(?:chromium|graphviz|xmllint)\.test\.ts$/,
    name: 'tests of pages and formats',
    needs: 'chromium, dot (graphviz) and xmllint (libxml2-utils)',
    required: 'KP_EXPLAIN_REQUIRE_BROWSER',
  },
] as const;

/** Says which tests were skipped for want of a tool. Where the variable of their kind is set (`.ci/run`), that fails the run. */
export class ToolReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const { word, name, needs, required } of KINDS) {
      const skipped = modules.flatMap((module) =>
        word.test(module.moduleId)
          ? [...module.children.allTests('skipped')].map((test) => test.fullName)
          : [],
      );
      if (skipped.length === 0) continue;
      const isRequired = (process.env[required] ?? '') !== '';
      console.log(`\n${isRequired ? 'FAILED: ' : ''}${name} were skipped: they need ${needs}`);
      for (const test of skipped) console.log(`  ${test}`);
      if (isRequired) process.exitCode = 1;
    }
  }
}
