/** @returns the rule of iptables that a step is; null for a policy, a chain's end, and what another program did. */
export function iptablesRule(step) {
    return step.program === 'iptables' ? step.rule : null;
}
