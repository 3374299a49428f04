/** Nothing is wrong, and nothing is known of shares. */
export const SOUND = { verdict: null, share: null, foreignNat: null, hostPort: false };
