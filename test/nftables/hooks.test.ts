import { describe, expect, it } from 'vitest';
import { legacyKey, parseHooks } from '../../src/nftables/parse-hooks.ts';
import { ProblemList } from '../../src/problems/problem.ts';

const LISTED = `family ip {
	hook prerouting {
		-0000000300 ipt_do_table [ip_tables]
		-0000000300 chain ip raw PREROUTING [nf_tables]
		-0000000200 ipv4_conntrack_in [nf_conntrack]
		-0000000100 nf_nat_ipv4_pre_routing [nf_nat]
	}
	hook forward {
		 0000000000 chain inet filter forward [nf_tables]
		 0000000000 chain ip filter FORWARD [nf_tables]
		+0000000010 chain inet firewalld filter_FORWARD [nf_tables]
	}
}
family ip6 {
	hook forward {
		 0000000000 chain ip6 filter FORWARD [nf_tables]
		 0000000000 chain inet filter forward [nf_tables]
	}
}
`;

describe('nft list hooks', () => {
  it('who stands first at a priority was hooked last, in each protocol for itself', () => {
    const problems = new ProblemList();
    const order = parseHooks(LISTED, 'nft-hooks.txt', problems);
    const later = (family: 'ipv4' | 'ipv6', one: string, other: string): boolean =>
      (order?.[family].get(one) ?? Number.NaN) > (order?.[family].get(other) ?? Number.NaN);
    expect(problems.list()).toEqual([]);
    expect(later('ipv4', 'inet filter forward', 'ip filter FORWARD')).toBe(true);
    expect(later('ipv6', 'ip6 filter FORWARD', 'inet filter forward')).toBe(true);
    expect(later('ipv4', legacyKey('PREROUTING', -300), 'ip raw PREROUTING')).toBe(true);
  });

  it('a kernel that tells nothing is not taken for one without hooks', () => {
    expect(parseHooks('', 'nft-hooks.txt', new ProblemList())).toBeNull();
    expect(parseHooks('family ip {\n}\n', 'nft-hooks.txt', new ProblemList())).toBeNull();
  });
});
