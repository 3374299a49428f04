import type { Rule } from '../../iptables/ruleset.ts';
import { hasRole } from '../../proxy/chains.ts';
import { counted } from '../../words/numbers.ts';
import type { CheckContext } from '../context.ts';
import { ruleEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';

/** The dump was printed by an iptables older than the one that wrote the rules: endpoints show as nonsense, and work. */
export const printedByOlderTool: FindingKind<CheckContext> = {
  code: 'KP110',
  title: 'dump printed by an older iptables than the writer',
  find({ known }): Finding[] {
    const found: Rule[] = [];
    for (const { tables } of known.rulesets) {
      const nat = tables.get('nat');
      if (nat === undefined || !SPELT.some((text) => nat.chains.mention?.(text) !== false)) continue;
      for (const chain of nat.chains.values()) {
        if (!hasRole(chain.name, 'endpoint') || found.length >= ENOUGH) continue;
        for (let index = 0; index < chain.rules.length; index++) {
          const target = chain.rules.targetName(index);
          if (target !== 'DNAT' && target !== '[unsupported' && !target?.includes('unsupported')) continue;
          if (UNREADABLE.test(chain.rules.text(index))) found.push(chain.rules.at(index));
        }
      }
    }
    const [first] = found;
    if (first === undefined) return [];
    return [
      {
        code: 'KP110',
        severity: 'info',
        message: `${counted(found.length, 'rule')} of endpoints cannot be read in this dump: it was printed by an older iptables than the one that wrote them, and the rules themselves are fine`,
        service: null,
        objects: found.slice(0, 20).map(({ chain }) => `chain ${chain}`),
        hits: 'nobody: only what iptables-save shows is wrong',
        evidence: found.slice(0, 3).map(ruleEvidence),
        advice:
          'take the dump with the iptables of the kube-proxy image; kp-explain names the endpoints by the hashes of their chains',
        command: null,
        certainty: 'probable',
      },
    ];
  },
};

const ENOUGH = 1000;

/** Where none of these is in a dump, no rule has to be looked at. */
const SPELT = ['unsupported', '--to-destination :0', '--to-destination 0.0.0.0:0'];

/** `DNAT [unsupported revision]`; `--to-destination :0 --persistent --random 0.0.0.0:0`. */
const UNREADABLE = /-j DNAT \[unsupported|--to-destination :0 --persistent|--to-destination 0\.0\.0\.0:0/;
