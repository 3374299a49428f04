import type { Trial } from './compare.ts';

/** A trial whose rules are one text is made with both backends. */
export type Belief = Omit<Trial, 'rules'> & { readonly rules: string | Trial['rules'] };

export const TRIALS: Readonly<Record<string, Belief>> = {
  'goto, jump, return and a policy': {
    from: 'client',
    to: '10.9.0.1',
    rules: `
      *filter
      :FORWARD ACCEPT
      :A -
      :B -
      :C -
      :D -
      -A FORWARD -p udp -j A
      -A FORWARD -p udp
      -A FORWARD -p udp -g B
      -A FORWARD -p udp -j ACCEPT
      -A A -p udp -g C
      -A A -j DROP
      -A C -p udp -j D
      -A C -p udp -j RETURN
      -A C -j DROP
      -A D -p tcp -j DROP
      -A B -p udp -j RETURN
      -A B -j DROP`,
  },
};
