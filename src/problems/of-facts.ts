import type { NoArguments, Wording } from './wording.ts';

/** What listings of a node's facts, API objects and Cilium's Services may have. */
export interface FactProblems {
  'malformed-socket': NoArguments;
  'unreadable-label': NoArguments;
  'unreadable-link': NoArguments;
  'unreadable-address': { readonly link: string };
  'unreadable-policy-rule': NoArguments;
  /** `to`: its destination, as it stands there. */
  'unreadable-route': { readonly to: string };
  'ipset-without-create': { readonly set: string };
  'real-server-alone': NoArguments;
  'unreadable-manifest': NoArguments;
  'unreadable-cilium':
    | { readonly what: 'json' | 'empty' }
    | { readonly what: 'entries' | 'lines'; readonly unread: number };
  'malformed-object': { readonly object: ObjectName | null; readonly fault: ObjectFault };
  'namespace-guessed': NoArguments;
  'some-namespaces': NoArguments;
}

/** An API object; its name is null where it has none. */
export interface ObjectName {
  readonly kind: string;
  readonly name: { readonly namespace: string; readonly name: string } | null;
}

/** What is wrong with an API object, or a part of it that is left out. */
export type ObjectFault = keyof typeof OBJECT_FAULTS;

const OBJECT_FAULTS = {
  'no-object': 'a value that is not an object was left out',
  'no-kind': 'an object without a kind was left out',
  'no-name': 'it has no name and was left out',
  'endpoint-address': 'an endpoint without a valid address was left out',
  address: 'an address that is none was left out',
  port: 'a port without a valid number was left out',
} as const;

export const FACT_WORDS: Wording<FactProblems> = {
  'malformed-socket': () => 'not read: no line of `ss -ltnu`',
  'unreadable-label': () => 'a label of addresses cannot be read',
  'unreadable-link': () => 'a link without a name',
  'unreadable-address': ({ link }) => `an address of ${link} cannot be read`,
  'unreadable-policy-rule': () => 'a policy routing rule cannot be read',
  'unreadable-route': ({ to }) =>
    `route to ${to} cannot be read, so none is used: it could be the one that counts`,
  'ipset-without-create': ({ set }) => `elements of set ${set} before its create line`,
  'real-server-alone': () => 'a real server before its virtual server',
  'unreadable-manifest': () => 'not readable as JSON; the node’s name and mode are not known from it',
  'unreadable-cilium': (args) => {
    switch (args.what) {
      case 'json':
        return 'not readable as JSON: no Service of Cilium is known from it';
      case 'empty':
        return 'empty: no Service of Cilium is known from it';
      default:
        return `${args.unread} ${args.what} of Cilium's Services cannot be read`;
    }
  },
  'malformed-object': ({ object, fault }) => {
    if (object === null) return OBJECT_FAULTS[fault];
    const { kind, name } = object;
    return `${kind}${name === null ? '' : ` ${name.namespace}/${name.name}`}: ${OBJECT_FAULTS[fault]}`;
  },
  'namespace-guessed': () =>
    'a table of kubectl does not say its namespace: taken for default (show it with --all-namespaces)',
  'some-namespaces': () =>
    'it has no endpoint of default/kubernetes, as every cluster has: these are some namespaces only (take them with --all-namespaces)',
};
