/** A word that may stand next on a command line, and what it is. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}
