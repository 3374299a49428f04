import type { Reporter, TestModule } from 'vitest/node';

/**
 * Tests that ask the kernel of this machine need root and its tools, and skip themselves elsewhere. Their files have
 * `kernel` in the name. Where KP_EXPLAIN_REQUIRE_KERNEL is set (`.ci/run`), one that is skipped fails the run.
 */
export class KernelReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      isKernelTest(module) ? [...module.children.allTests('skipped')].map((test) => test.fullName) : [],
    );
    if (skipped.length === 0) return;
    const required = (process.env.KP_EXPLAIN_REQUIRE_KERNEL ?? '') !== '';
    const verdict = required ? 'FAILED: kernel tests were skipped' : 'kernel tests were skipped';
    console.log(`\n${verdict}: they need root, ip, ipset and iptables`);
    for (const name of skipped) console.log(`  ${name}`);
    if (required) process.exitCode = 1;
  }
}

function isKernelTest(module: TestModule): boolean {
  return /kernel[^/]*\.test\.ts$/.test(module.moduleId);
}
