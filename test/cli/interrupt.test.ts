import { describe, expect, it } from 'vitest';
import { holdInterrupts } from '../../src/cli/interrupt.ts';
import { SILENT_IO } from '../../src/cli/io.ts';
import { Progress } from '../../src/cli/progress.ts';

const progress = new Progress(SILENT_IO);
const before = process.listenerCount('SIGHUP');
const isHeard = (): boolean => process.listenerCount('SIGHUP') > before;

describe('Is a signal left to the kernel while nothing has to be tidied up?', () => {
  it('before and after a hold, and while it idles', async () => {
    expect(isHeard()).toBe(false);
    const hold = holdInterrupts(progress);
    expect(isHeard()).toBe(true);
    await hold.idle(async () => expect(isHeard()).toBe(false));
    expect(isHeard()).toBe(true);
    await hold.release();
    expect(isHeard()).toBe(false);
    await hold.release();
  });

  it('but not while another one holds', async () => {
    const [outer, inner] = [holdInterrupts(progress), holdInterrupts(progress)];
    await inner.release();
    expect(isHeard()).toBe(true);
    await outer.idle(async () => expect(isHeard()).toBe(false));
    await outer.release();
    expect(isHeard()).toBe(false);
  });

  it('and holds again after what it idled for has failed', async () => {
    const hold = holdInterrupts(progress);
    await expect(hold.idle(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(isHeard()).toBe(true);
    await hold.release();
  });
});

describe('Is a signal that came just before the end of a hold lost?', () => {
  it('no: it is known when the hold is over, and nothing is begun after it', async () => {
    const hold = holdInterrupts(progress);
    process.kill(process.pid, 'SIGHUP');
    await expect(hold.idle(async () => 'begun')).rejects.toMatchObject({ exitStatus: 129 });
    await hold.release();
    expect(hold.signal.aborted).toBe(true);
  });
});
