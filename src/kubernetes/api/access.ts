/** Who we are for the server. */
export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'plugin'; readonly plugin: CredentialPlugin }
  /** The `auth-provider` of older kubeconfigs (oidc, azure, gcp), as it stands there. */
  | { readonly kind: 'provider'; readonly name: string; readonly config: Readonly<Record<string, unknown>> };

/** `users[].user.exec`: a program that prints a token or a certificate (client.authentication.k8s.io). */
export interface CredentialPlugin {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly apiVersion: string;
  readonly installHint: string | null;
  readonly provideClusterInfo: boolean;
  /** `Always`: it insists on asking the user. */
  readonly interactiveMode: string;
}

/** How to reach an API server, and as whom. Holds secrets: never print it. */
export interface ApiAccess {
  /** `https://10.0.0.1:6443`, perhaps with a path. */
  readonly server: string;
  /** Namespace of the context, or null. */
  readonly namespace: string | null;
  readonly ca: Buffer | null;
  readonly clientCert: Buffer | null;
  readonly clientKey: Buffer | null;
  /** The name the server's certificate must carry, where it is not the URL's. */
  readonly tlsServerName: string | null;
  readonly insecure: boolean;
  /** `http://`, `https://` or `socks5://` URL, or null. */
  readonly proxy: string | null;
  readonly credentials: Credentials;
  /** `Impersonate-User` and its like. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** The user's name in the kubeconfig, for messages. */
  readonly user: string;
  /** For messages: `context prod of ~/.kube/config`. */
  readonly origin: string;
}
